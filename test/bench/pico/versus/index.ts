// The firmware against hand-written C of the same logic, compiled with the same flags and placed alike, in one run on the
// simulated chip. What differs is what AssemblyScript, wasm and wasm2c make of it, bounds checks included: C has none.

import type { Figure } from '../../figure.ts';
import type { Pair } from './agree.ts';
import { buildReference } from './build.ts';
import { compareFrames } from './frame.ts';
import { compareGates } from './gate.ts';
import { compareSchedulers } from './scheduler.ts';

/** Most cycles that the firmware should take, in those of the C. */
const RATIO_MAX = 1.15;

function figureOf(name: string, { firmware, c }: Pair): Figure {
  return {
    name,
    value: firmware,
    unit: 'cycles',
    reference: 'hand-written C',
    ratio: firmware / c,
    aim: { most: RATIO_MAX * c },
    limit: `C ${Math.round(c).toLocaleString('en-GB')}`,
  };
}

/** Throws Disagreement where firmware and C do not do the same, CompilerError without a cross compiler. */
export function benchVersus(): Figure[] {
  const reference = buildReference();
  const gate = compareGates(reference);
  const frame = compareFrames(reference);
  const segment = compareSchedulers(reference);
  return [
    figureOf('gate, refused for a level above its limit', gate.refused),
    figureOf('gate, recharge', gate.recharge),
    figureOf('gate, 2 contacts', gate.two),
    figureOf('gate, 16 contacts', gate.sixteen),
    figureOf('scheduler, a segment of four areas, the interlock left out', segment),
    figureOf('frame, a byte received', frame.byte),
    figureOf('frame, STATUS received and answered', frame.status),
    figureOf('poll of the interlock', gate.poll),
    figureOf('poll of the stimulator, nothing to do', frame.idle),
  ];
}
