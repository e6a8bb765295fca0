// The one invariant of the induction: what holds of an intact block before and after every call. Everything that a law needs
// to know of the past is either here or in its own ghost state. Before the first `boot` no block is intact (base.ts).

import { State } from '../../../firmware/status.ts';
import * as limits from '../limits.ts';
import { and, implies, not, or } from '../term/boolean.ts';
import type { Term } from '../term/term.ts';
import * as w from '../term/word.ts';
import { type Electrode, electrodeName, type View } from './block.ts';

export interface Fact {
  readonly name: string;
  readonly formula: Term;
}

const range = (low: number, a: Term, high: number): Term =>
  and(w.sle(w.word(low), a), w.sle(a, w.word(high)));
const is = (a: Term, value: number): Term => w.eq(a, w.word(value));

const MAX = limits.UNRECOVERED_PC_MAX;
/** The interlock counts one step of the clock for at most this, µs (firmware/interlock/sensors.ts). */
export const STEP_US_MAX = 0x3fffffff;

function electrodeFacts(e: Electrode, name: string): Fact[] {
  const fact = (what: string, formula: Term): Fact => ({ name: `${name} ${what}`, formula });
  return [
    fact('high is at most the limit', range(-MAX, e.high, MAX)),
    fact('low is at least minus the limit', range(-MAX, e.low, MAX)),
    fact('account is at most high', w.sle(e.account, e.high)),
    fact('account is at least low', w.sle(e.low, e.account)),
    fact('account is bounded', range(-MAX, e.account, MAX)),
    fact('rise is not negative', range(0, e.rise, limits.PHASE_PC_MAX)),
    fact('fall is not negative', range(0, e.fall, limits.PHASE_PC_MAX)),
    fact(
      'the span is within the hard phase limit',
      w.sle(w.add(e.rise, e.fall), w.word(limits.PHASE_PC_MAX)),
    ),
    fact('the phase limit is within the hard one', range(0, e.limitPc, limits.PHASE_PC_MAX)),
    fact('the amplitude limit is within the hard one', range(0, e.limitUa, limits.AMPLITUDE_UA_MAX)),
    fact('the peak is not negative', range(0, e.peakUa, limits.AMPLITUDE_UA_MAX)),
    fact('the peak is within the amplitude limit', w.sle(e.peakUa, e.limitUa)),
    fact('rest is bounded', range(0, e.rest, limits.PHASE_REST_US)),
    fact(
      'rested means no phase',
      implies(is(e.rest, limits.PHASE_REST_US), and(is(e.rise, 0), is(e.fall, 0))),
    ),
    fact('run is bounded', range(-limits.POLARITY_RUN_US_MAX, e.run, limits.POLARITY_RUN_US_MAX)),
  ];
}

/** All of it, for the view of a block. */
export function invariant(v: View): Fact[] {
  const armed = is(v.state, State.ARMED);
  const recovered = and(
    ...v.electrodes.map((e) => range(-limits.RECOVERED_PC, e.account, limits.RECOVERED_PC)),
  );
  return [
    { name: 'the state is one of four', formula: range(State.DISARMED, v.state, State.LOCKED) },
    { name: 'nothing is queued unless armed', formula: or(armed, is(v.queue, 0)) },
    { name: 'nothing is unrecovered unless armed', formula: or(armed, is(v.unrecovered, 0)) },
    { name: 'nothing waits for a sample unless armed', formula: or(armed, is(v.unsampled, 0)) },
    { name: 'queue is bounded', formula: range(0, v.queue, limits.HORIZON_US_MAX + 50) },
    { name: 'discharge is bounded', formula: range(0, v.discharge, limits.DISCHARGE_US) },
    { name: 'armed means discharged', formula: or(not(armed), is(v.discharge, 0)) },
    { name: 'poll age is bounded', formula: range(0, v.pollAge, STEP_US_MAX) },
    { name: 'unrecovered time is bounded', formula: range(0, v.unrecovered, limits.RECOVERY_US_MAX) },
    { name: 'no unrecovered time means recovered', formula: implies(is(v.unrecovered, 0), recovered) },
    { name: 'trip hold is bounded', formula: range(0, v.tripHold, limits.TRIP_HOLD_US) },
    { name: 'age of the last trip is bounded', formula: range(0, v.tripAge0, limits.TRIP_WINDOW_US) },
    { name: 'age of the trip before is bounded', formula: range(0, v.tripAge1, limits.TRIP_WINDOW_US) },
    { name: 'the bucket is bounded', formula: range(0, v.bucket, limits.MEAN_TOTAL_DEPTH_PC) },
    { name: 'measure segments are counted', formula: range(0, v.measures, 2) },
    {
      name: 'output without a sample is bounded',
      formula: range(0, v.unsampled, limits.READBACK_MISSING_US + limits.ACTIVE_US_MAX),
    },
    {
      name: 'the tolerance is one of a board',
      formula: range(limits.READBACK_UA_MIN, v.toleranceUa, limits.READBACK_UA_MAX),
    },
    {
      name: 'what a read-back is allowed beyond it is bounded',
      formula: range(0, v.extraUa, (16 * limits.AMPLITUDE_UA_MAX) / limits.CASE_DOUBT_DIVISOR),
    },
    ...v.electrodes.flatMap((e, i) => electrodeFacts(e, electrodeName(i))),
  ];
}
