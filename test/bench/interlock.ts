// What the interlock costs: requests, polls and status, in ns, against an empty call and against plain bookkeeping.

import { FLAG_RECHARGE, POLL_PERIOD_US } from '../../firmware/board.ts';
import { DISCHARGE_US, ELECTRODES } from '../../firmware/profile.ts';
import { Status } from '../../firmware/status.ts';
import { type InterlockExports, instantiateInterlock } from '../../sim/index.ts';
import { emptyCalls } from './empty-call.ts';
import type { Figure } from './figure.ts';
import { nsPerCall } from './measure.ts';
import { PlainGate } from './plain-gate.ts';
import { StubBoard } from './stub-board.ts';

const CALLS = 60_000;
const PHASE_US = 100;
const LEVEL_UA = 1000;
const REST_US = 800;
const PULSE_US = 2 * PHASE_US + REST_US;
const IDLE_US = 1000;

function armed(board: StubBoard): InterlockExports {
  const interlock = instantiateInterlock(board.hal);
  interlock.boot(0, 0);
  for (; board.nowUs <= DISCHARGE_US + POLL_PERIOD_US; board.nowUs += POLL_PERIOD_US) interlock.poll();
  accepted(interlock.arm());
  // What is ahead of the clock from here on, so that the queue never runs dry.
  accepted(interlock.request(5000, FLAG_RECHARGE, 0, 0, 0, 0, 0, 0, 0, 0));
  board.room = 60;
  return interlock;
}

function accepted(status: Status): void {
  if (status !== Status.OK) throw new Error(`the interlock of the bench refused with ${Status[status]}`);
}

/** ns of an idle request, and of one that drives two contacts: a pulse of two less the recharge that follows it. */
function requests(board: StubBoard, interlock: InterlockExports): { idleNs: number; activeNs: number } {
  const first = (-LEVEL_UA & 0xffff) | (LEVEL_UA << 16);
  const second = (LEVEL_UA & 0xffff) | (-LEVEL_UA << 16);
  const pollEach = (i: number): void => {
    if (i % 10 === 0) interlock.poll();
  };
  const idleNs = nsPerCall(CALLS, (calls) => {
    for (let i = 0; i < calls; i++) {
      accepted(interlock.request(IDLE_US, FLAG_RECHARGE, 0, 0, 0, 0, 0, 0, 0, 0));
      board.nowUs += IDLE_US;
      pollEach(i);
    }
  });
  const pulseNs = nsPerCall(CALLS / 3, (calls) => {
    for (let i = 0; i < calls; i++) {
      accepted(interlock.request(PHASE_US, 0, first, 0, 0, 0, 0, 0, 0, 0));
      accepted(interlock.request(PHASE_US, 0, second, 0, 0, 0, 0, 0, 0, 0));
      accepted(interlock.request(REST_US, FLAG_RECHARGE, 0, 0, 0, 0, 0, 0, 0, 0));
      board.nowUs += PULSE_US;
      pollEach(i);
    }
  });
  return { idleNs, activeNs: (pulseNs - idleNs) / 2 };
}

function plain(): { idleNs: number; activeNs: number } {
  const gate = new PlainGate();
  const first = new Int32Array(ELECTRODES);
  first.set([-LEVEL_UA, LEVEL_UA]);
  const second = first.map((level) => -level);
  let refused = 0;
  const idleNs = nsPerCall(CALLS, (calls) => {
    for (let i = 0; i < calls; i++) if (!gate.recharge(IDLE_US)) refused++;
  });
  const pulseNs = nsPerCall(CALLS / 3, (calls) => {
    for (let i = 0; i < calls; i++) {
      if (!gate.drive(first, PHASE_US) || !gate.drive(second, PHASE_US) || !gate.recharge(REST_US)) refused++;
    }
  });
  if (refused > 0) throw new Error('the plain bookkeeping of the bench refused');
  return { idleNs, activeNs: (pulseNs - idleNs) / 2 };
}

export function benchInterlock(): Figure[] {
  const emptyNs = nsPerCall(1_000_000, emptyCalls());
  const board = new StubBoard();
  const interlock = armed(board);
  const { idleNs, activeNs } = requests(board, interlock);
  const pollNs = nsPerCall(CALLS, (calls) => {
    for (let i = 0; i < calls; i++) interlock.poll();
  });
  const statusNs = nsPerCall(CALLS, (calls) => {
    for (let i = 0; i < calls; i++) interlock.status();
  });
  const reference = plain();
  const empty = 'an empty call, wasm to JavaScript';
  const booking = 'the bookkeeping alone, in TypeScript';
  const figure = (name: string, value: number, by: number, against: string): Figure => ({
    name,
    value,
    unit: 'ns',
    reference: against,
    ratio: value / by,
  });
  return [
    { ...figure('an empty call, wasm to JavaScript', emptyNs, emptyNs, 'itself') },
    figure('request, recharge', idleNs, reference.idleNs, booking),
    figure('request, two contacts driven', activeNs, reference.activeNs, booking),
    figure('interlock.poll', pollNs, emptyNs, empty),
    figure('interlock.status', statusNs, emptyNs, empty),
  ];
}
