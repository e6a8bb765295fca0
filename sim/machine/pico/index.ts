// The library entry "stimgate/sim/pico": the machine that runs the flashed image.

import type { Board } from '../../board/board.ts';
import { PicoMachine } from './machine.ts';

export { type Answer, BareImage, BareModules, barePicoInterlock } from './bare.ts';
export { hasPicoImage, loadPicoImage, type PicoImage } from './image.ts';
export { PICO_BAUDS, PicoMachine } from './machine.ts';

/** The `machine` of a Simulator that runs build/stimgate-pico.uf2. Throws Error where the image is missing or stale. */
export function picoMachine(board: Board, seed: number): PicoMachine {
  return new PicoMachine(board, seed);
}
