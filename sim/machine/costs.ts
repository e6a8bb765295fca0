// What a board's processor spends beside the instructions of the modules: the HAL in C, the main loop, interrupts. With the
// weights of the instructions (meter/), all of it measured on the simulated Pico: meter/weights.ts says on which image.

import { SIMULATOR_SPEED } from '../../firmware/board.ts';
import { WEIGHTS } from './meter/weights.ts';

/** Ways through the HAL, in the order of the charges. */
export const HAL_PATHS = [
  'clock',
  /** A reading that is looked up, then one whose age is looked at, and the magnet's latch. */
  'sense',
  'senseAged',
  'senseMagnet',
  'room',
  'segment',
  /** A recharge segment for an idle stage: its start is waited for. */
  'segmentFirst',
  'off',
  'heartbeat',
  'read',
  'readNothing',
  'write',
  'identity',
] as const;
export type HalPath = (typeof HAL_PATHS)[number];

/** What the main loop and the interrupts take. */
export interface BoardCosts {
  /** A turn of the main loop beside the modules' calls: sleep, alarm and wake-up included. */
  readonly turn: number;
  /** Interrupts: a byte received, a byte sent, an output sample, the other conversions of a millisecond. */
  readonly received: number;
  readonly sent: number;
  readonly sample: number;
  readonly millisecond: number;
}

/** All in cycles. */
export interface Costs {
  /** From reset to the first instruction of the main loop. */
  readonly reset: number;
  /** Whether the instructions of wasm modules are charged. */
  readonly isMetered: boolean;
  /** Cycles of the Pico's processor that pass in one cycle of this: a power of two. */
  readonly speed: number;
  readonly hal: Readonly<Record<HalPath, number>>;
  readonly board: BoardCosts;
}

const RESET = 125_000;

/** What the Pico's processor takes: REQ-SIM-126. */
export const PICO_COSTS: Costs = {
  reset: RESET,
  isMetered: true,
  speed: 1,
  hal: WEIGHTS.hal,
  board: WEIGHTS.board,
};

/**
 * What the simulator's own board takes, BOARD_SIMULATOR: its processor is twice as fast as the Pico's, so that therapies of
 * 10 kHz on 16 contacts, which the Pico must refuse, can be simulated.
 */
export const SIMULATOR_COSTS: Costs = { ...PICO_COSTS, speed: SIMULATOR_SPEED };

/** Nothing takes time: every call happens at the µs at which it is made. */
export const NO_COSTS: Costs = {
  reset: RESET,
  isMetered: false,
  speed: 1,
  hal: Object.fromEntries(HAL_PATHS.map((path) => [path, 0])) as Record<HalPath, number>,
  board: { turn: 0, received: 0, sent: 0, sample: 0, millisecond: 0 },
};
