// Runs a property over therapies: each on a device of its own, those that the device refuses counted and left out.

import fc from 'fast-check';
import type { Therapy } from '../../../host/therapy/therapy.ts';
import { CYCLES_PER_US, Mark, type SimulatorOptions } from '../../../sim/index.ts';
import { judgeLimits, type Verdict } from '../../oracle/index.ts';
import { Device } from './device.ts';

/** What a property went through. */
export interface Tally {
  accepted: number;
  refused: number;
  /** Pulses judged. */
  pulses: number;
}

export interface Plan {
  /** Fixed, and printed with a failure. */
  readonly seed: number;
  readonly runs: number;
  readonly options?: (index: number) => SimulatorOptions;
}

/**
 * Checks `check` for every accepted therapy, on a device that has it in slot 0. Throws what a failed check throws, with
 * seed, path and the shrunk therapy.
 */
export function forTherapies(
  therapies: fc.Arbitrary<Therapy>,
  plan: Plan,
  check: (device: Device, therapy: Therapy) => Verdict | undefined,
): Tally {
  const tally: Tally = { accepted: 0, refused: 0, pulses: 0 };
  let index = 0;
  fc.assert(
    fc.property(therapies, (therapy) => {
      const device = new Device(plan.options?.(index++));
      if (!device.accepts(therapy)) {
        tally.refused++;
        return;
      }
      tally.accepted++;
      tally.pulses += check(device, therapy)?.totals.pulses ?? 0;
    }),
    { seed: plan.seed, numRuns: plan.runs },
  );
  return tally;
}

/** Findings of the oracle, of the judge of the laws, and refusals and trips: nothing of it where all is well. */
export function faultsOf(device: Device, therapy: Therapy): { verdict: Verdict; faults: string[] } {
  const verdict = device.judge(therapy);
  const laws = judgeLimits(device.sim.capture());
  const faults = [...verdict.findings, ...laws.findings].map(
    ({ rule, atNs, message }) => `${rule} at ${atNs / 1000} µs: ${message}`,
  );
  for (const { kind, cycle, argument } of device.sim.trace?.marks() ?? []) {
    if (kind !== Mark.TRIP && kind !== Mark.TRAP && kind !== Mark.UNDERRUN && kind !== Mark.RESET) continue;
    faults.push(`${Mark[kind]} ${argument} at ${cycle / CYCLES_PER_US} µs`);
  }
  for (const { reason, refusal } of device.told('state')) {
    if (reason === 'NONE' || reason === 'STOP' || reason === 'ESTOP') continue;
    faults.push(`ended with ${reason}, ${refusal}`);
  }
  return { verdict, faults };
}
