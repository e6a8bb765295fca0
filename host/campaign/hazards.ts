// What counts as hazardous, measured at the output stage and in the body, never in the firmware.

import { CYCLE_NS, Mark, type Simulator } from '../../sim/index.ts';
import type { GivenOrder } from './line.ts';

/** True unrecovered charge on an electrode: 40 µC/cm², under the lowest Pt injection limit, nC. */
export const CHARGE_NC_MAX = 5080;
/** Charge of a phase: 30 µC/cm², nC. Measured as the swing of the true charge on the electrode (sim/body/peaks.ts). */
export const PHASE_NC_MAX = 3810;
/** Current this long after magnet, ESTOP or trip, µs. */
export const OFF_US_MAX = 1000;

export interface Hazard {
  readonly kind: 'charge' | 'phase' | 'current' | 'undefined output';
  readonly message: string;
}

/** How near a run came to being hazardous. */
export interface Exposure {
  /** Largest true charge of an electrode, nC. */
  readonly chargeNc: number;
  /** Largest true charge of a phase, nC. */
  readonly phaseNc: number;
  /** Longest time from magnet, ESTOP or trip to the last current after it, µs; 0: none came. */
  readonly offUs: number;
  readonly hazards: readonly Hazard[];
}

/** Something after which there may be no current. */
interface Cause {
  readonly name: string;
  readonly atNs: number;
  /** Instant from which a new therapy may run. */
  readonly untilNs: number;
}

/** Measures a run that is over. The simulation has a body and a trace. */
export function exposureOf(sim: Simulator, orders: readonly GivenOrder[]): Exposure {
  const { body } = sim;
  if (body === null) throw new RangeError('hazards are measured in a body: this simulation has none');
  const hazards: Hazard[] = [];
  const chargeNc = Math.max(...body.peaks.chargePc, ...body.truePc.map(Math.abs)) / 1000;
  const phaseNc = Math.max(...body.peaks.swingPc) / 1000;
  if (chargeNc > CHARGE_NC_MAX)
    hazards.push({
      kind: 'charge',
      message: `${round(chargeNc)} nC not recovered; ${CHARGE_NC_MAX} nC at most`,
    });
  if (phaseNc > PHASE_NC_MAX)
    hazards.push({ kind: 'phase', message: `${round(phaseNc)} nC in a phase; ${PHASE_NC_MAX} nC at most` });
  const { offUs, late } = lastCurrents(sim, causesOf(sim, orders));
  if (late !== undefined)
    hazards.push({
      kind: 'current',
      message: `current ${round(offUs)} µs after ${late.name}; ${OFF_US_MAX} µs at most`,
    });
  return { chargeNc: round(chargeNc), phaseNc: round(phaseNc), offUs: round(offUs), hazards };
}

/** Magnet, ESTOP and trip: a magnet from its edge, an ESTOP from its last bit, a trip from its record. */
function causesOf(sim: Simulator, orders: readonly GivenOrder[]): Cause[] {
  const marks = sim.trace?.marks() ?? [];
  const at: { name: string; cycle: number }[] = [];
  for (const { kind, cycle, argument } of marks) {
    if (kind === Mark.TRIP) at.push({ name: 'the trip', cycle });
    if (kind === Mark.MAGNET && argument === 1) at.push({ name: 'the magnet', cycle });
  }
  for (const { order, cycle } of orders) if (order.kind === 'estop') at.push({ name: 'ESTOP', cycle });
  const starts = orders.filter(({ order }) => order.kind === 'start');
  return at.map(({ name, cycle }) => {
    const next = starts.find((start) => start.cycle > cycle)?.cycle ?? Number.POSITIVE_INFINITY;
    return { name, atNs: cycle * CYCLE_NS, untilNs: next * CYCLE_NS };
  });
}

/** The longest time from a cause to the last current after it, and the cause where that is too long. */
function lastCurrents(sim: Simulator, causes: readonly Cause[]): { offUs: number; late: Cause | undefined } {
  let offUs = 0;
  let late: Cause | undefined;
  if (causes.length === 0) return { offUs, late };
  for (const { startNs, endNs, state } of sim.capture().stretches()) {
    if (state !== 'drive') continue;
    for (const cause of causes) {
      if (endNs <= cause.atNs || startNs >= cause.untilNs) continue;
      const afterUs = (Math.min(endNs, cause.untilNs) - cause.atNs) / 1000;
      if (afterUs <= offUs) continue;
      offUs = afterUs;
      if (afterUs > OFF_US_MAX) late = cause;
    }
  }
  return { offUs, late };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
