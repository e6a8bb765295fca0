// What instructions, HAL and main loop cost on the Pico. Written by `npm run calibrate`; not edited by hand.

import type { Weights } from './weigh.ts';

const classes = {
  constant: 0.5,
  local: 0.3,
  global: 2,
  arithmetic: 1,
  compare: 0.5,
  select: 2.5,
  multiply: 2,
  divide: 50,
  count: 15,
  load: 3,
  store: 3,
  wideConstant: 1,
  wideArithmetic: 4,
  wideCompare: 4,
  wideMultiply: 30,
  wideDivide: 300,
  wideLoad: 5,
  wideStore: 5,
  branch: 2,
  condition: 2,
  table: 8,
  passed: 0,
  round: 0,
  call: 8,
  import: 12,
  return: 4,
};
export const WEIGHTS: Weights = {
  hal: {
    clock: 10,
    sense: 12,
    senseAged: 30,
    senseMagnet: 30,
    room: 40,
    segment: 250,
    segmentFirst: 700,
    off: 100,
    heartbeat: 8,
    read: 15,
    readNothing: 12,
    write: 30,
    identity: 12,
  },
  board: { turn: 200, received: 90, sent: 80, sample: 250, millisecond: 250 },
  modules: {
    interlock: { fittedTo: '', classes, bits: [5, 10], functions: {} },
    stimulator: { fittedTo: '', classes, bits: [5, 10], functions: {} },
  },
};
