// The bench of the image: `npm run bench -- pico`.

import type { Figure } from '../figure.ts';
import { benchFootprint } from './footprint.ts';
import { benchLatency } from './latency.ts';
import { benchLoad } from './load.ts';
import { benchMachineSpeed } from './speed.ts';
import { benchVersus } from './versus/index.ts';

/** Groups of figures, each measured when it is asked for. */
export const PICO_BENCHES: readonly (readonly [string, () => Figure[]])[] = [
  ['The image', benchFootprint],
  ['Load of the processor, and edges', benchLoad],
  ['Latency', benchLatency],
  ['Cycles against hand-written C', benchVersus],
  ['The simulated chip', benchMachineSpeed],
];
