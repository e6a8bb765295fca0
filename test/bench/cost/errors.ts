// How far the metered cycles of a call lie from those of the Pico: by export and message, over scenes that the weights were
// not fitted to.

import type { ModuleName } from '../../../sim/index.ts';
import { blockParts, PARTS } from '../../../sim/machine/meter/weigh.ts';
import { WEIGHTS } from '../../../sim/machine/meter/weights.ts';
import type { Figure } from '../figure.ts';
import { median } from '../measure.ts';
import type { Profiled, Runs } from './profile.ts';
import { HELD_OUT, profiles, record } from './record.ts';

const MEDIAN_PERCENT = 5;
const WORST_PERCENT = 15;

/** Cycles of each counter of a module. */
function counterCycles({ name, functions }: Profiled): number[] {
  const own = WEIGHTS.modules[name];
  const blocks = functions.flatMap((one) => blockParts(one, own)).map((parts) => parts / PARTS);
  return [...blocks, ...own.bits];
}

function cyclesOf(runs: Runs, cycles: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < runs.length; i += 2) sum += runs[i + 1] * cycles[runs[i]];
  return sum;
}

/** Rows of the table: name, and the error of each call in %. `seedsMost`: of a scene, of which half are held out. */
export function callErrors(seedsMost?: number): Map<string, number[]> {
  const both = profiles();
  const cycles: Record<ModuleName, number[]> = {
    interlock: counterCycles(both.interlock),
    stimulator: counterCycles(both.stimulator),
  };
  const rows = new Map<string, number[]>();
  for (const sample of record(HELD_OUT, both, undefined, seedsMost).samples) {
    const name = `${sample.module}: ${sample.row}`;
    const errors = rows.get(name) ?? [];
    errors.push(100 * Math.abs(cyclesOf(sample.runs, cycles[sample.module]) / sample.cycles - 1));
    rows.set(name, errors);
  }
  return new Map([...rows].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function figureOf(name: string, errors: readonly number[]): Figure {
  const worst = errors.reduce((most, error) => Math.max(most, error), 0);
  const middle = median(errors);
  return {
    name,
    value: worst,
    unit: '%',
    reference: 'the Pico',
    ratio: worst / 100,
    aim: { most: WORST_PERCENT },
    limit: `median ${middle.toFixed(1)} %${middle > MEDIAN_PERCENT ? ' (missed)' : ''}, ${errors.length.toLocaleString('en-GB')} calls`,
  };
}

export function benchErrors(): Figure[] {
  return [...callErrors()].map(([name, errors]) => figureOf(name, errors));
}
