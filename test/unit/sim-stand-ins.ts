// Stand-ins for the two modules: plain objects with the modules' functions, for tests of the simulator alone.

import type {
  Firmware,
  Hal,
  InterlockCalls,
  InterlockExports,
  StimulatorExports,
  StimulatorHal,
} from '../../sim/index.ts';

/** An interlock that lets everything pass and keeps the heartbeat going. */
export function permissiveInterlock(hal: Hal, changes: Partial<InterlockExports> = {}): InterlockExports {
  return {
    boot: () => hal.off(),
    poll: () => {
      hal.heartbeat();
      return 1;
    },
    request: (durationUs, flags, ...w) => {
      hal.segment(durationUs, flags, w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]);
      return 0;
    },
    stop: () => {
      hal.off();
      return 0;
    },
    arm: () => 0,
    clear: () => 0,
    lower_limit: () => 0,
    raise_limit: () => 0,
    reading: () => 0,
    status: () => 1,
    ...changes,
  };
}

/** A stimulator whose `poll` is the test's. */
export function stimulator(poll: () => number, boot: () => void = () => {}): StimulatorExports {
  return { boot, poll };
}

/** A firmware whose stimulator's poll gets the interlock's calls and its HAL. */
export function firmwareOf(
  poll: (interlock: InterlockCalls, hal: StimulatorHal) => number,
  interlock: (hal: Hal) => InterlockExports = permissiveInterlock,
): Firmware {
  return {
    interlock,
    stimulator: (hal, calls) => stimulator(() => poll(calls, hal)),
  };
}

/** Two levels as the word of electrodes 2k and 2k + 1. */
export function pair(lowUa: number, highUa: number): number {
  return (lowUa & 0xffff) | (highUa << 16);
}

/** No sample of the segment. */
export const UNSAMPLED = 31 << 16;
