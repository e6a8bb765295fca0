// Weights of a module from recordings: first what a class of instructions costs, by non-negative least squares; then each block
// by itself, drawn to what its instructions cost by class as far as the recordings leave it open.

import type { Block } from '../../../sim/machine/meter/blocks.ts';
import { CLASSES } from '../../../sim/machine/meter/instructions.ts';
import { type ClassCycles, classCycles } from '../../../sim/machine/meter/weigh.ts';
import { BIT_COUNTERS, type Profiled, type Runs } from './profile.ts';
import type { Piece } from './twin.ts';

/** Pieces in which the same ran: the mean of what they took. */
interface Group {
  readonly runs: Runs;
  readonly cycles: number;
  readonly weight: number;
}

/** Errors count relative to a piece's cycles and these. */
const FLOOR_CYCLES = 12;
/** A group that came often counts more, but not as often as it came. */
const OFTEN_POWER = 0.5;
/** How strongly a block is drawn to its classes: small, for the recordings leave few blocks open. */
const PULL = 1e-3;
const SWEEPS_CLASSES = 4000;
const SWEEPS_BLOCKS = 400;

function grouped(pieces: readonly Piece[]): Group[] {
  const sums = new Map<string, { runs: Runs; cycles: number; count: number }>();
  for (const { runs, cycles } of pieces) {
    const key = runs.join();
    const known = sums.get(key);
    if (known === undefined) sums.set(key, { runs, cycles, count: 1 });
    else {
      known.cycles += cycles;
      known.count++;
    }
  }
  return [...sums.values()].map(({ runs, cycles, count }) => {
    const mean = cycles / count;
    return { runs, cycles: mean, weight: count ** OFTEN_POWER / (mean + FLOOR_CYCLES) ** 2 };
  });
}

/** A least-squares problem with unknowns from 0 up: columns of a sparse matrix. */
class Problem {
  private readonly rows: number[][];
  private readonly values: number[][];
  private readonly weights: number[] = [];
  private readonly residuals: number[] = [];
  readonly solution: Float64Array;

  constructor(start: ArrayLike<number>) {
    this.solution = Float64Array.from(start);
    this.rows = Array.from(start, () => []);
    this.values = Array.from(start, () => []);
  }

  /** Σ coefficient × unknown should be `wanted`. `terms`: unknown and coefficient in turn. */
  add(terms: readonly number[], wanted: number, weight: number): void {
    const row = this.residuals.length;
    let residual = wanted;
    for (let i = 0; i < terms.length; i += 2) {
      this.rows[terms[i]].push(row);
      this.values[terms[i]].push(terms[i + 1]);
      residual -= terms[i + 1] * this.solution[terms[i]];
    }
    this.residuals.push(residual);
    this.weights.push(weight);
  }

  /** Coordinate descent: each unknown in turn is set to its best value. */
  solve(sweeps: number): Float64Array {
    for (let sweep = 0; sweep < sweeps; sweep++)
      for (let unknown = 0; unknown < this.rows.length; unknown++) this.improve(unknown);
    return this.solution;
  }

  private improve(unknown: number): void {
    const { residuals, weights, solution } = this;
    const rows = this.rows[unknown];
    const values = this.values[unknown];
    let slope = 0;
    let curvature = 0;
    for (let i = 0; i < rows.length; i++) {
      const weighted = weights[rows[i]] * values[i];
      slope += weighted * residuals[rows[i]];
      curvature += weighted * values[i];
    }
    if (curvature === 0) return;
    const better = Math.max(0, solution[unknown] + slope / curvature);
    const change = better - solution[unknown];
    if (change === 0) return;
    solution[unknown] = better;
    for (let i = 0; i < rows.length; i++) residuals[rows[i]] -= change * values[i];
  }
}

/** What is fitted for a module: cycles of each class, of each block, and of a bit of a quotient of 32 bits and of 64. */
export interface ModuleFit {
  readonly classes: ClassCycles;
  readonly bits: readonly [number, number];
  readonly blocks: Float64Array;
}

export function fitModule(profile: Profiled, pieces: readonly Piece[]): ModuleFit {
  const groups = grouped(pieces);
  const blocks = profile.functions.flatMap((one) => one.blocks);
  const byClass = fitClasses(blocks, groups);
  const classes = Object.fromEntries(CLASSES.map((name, i) => [name, byClass[i]])) as ClassCycles;
  const prior = [
    ...blocks.map(({ counts }) => classCycles(counts, classes)),
    ...byClass.subarray(CLASSES.length),
  ];
  const fitted = fitBlocks(prior, groups);
  const [narrow, wide] = fitted.subarray(blocks.length);
  return { classes, bits: [narrow, wide], blocks: fitted.subarray(0, blocks.length) };
}

/** Cycles of each class, then of a bit of either quotient. */
function fitClasses(blocks: readonly Block[], groups: readonly Group[]): Float64Array {
  const problem = new Problem(new Float64Array(CLASSES.length + BIT_COUNTERS).fill(1));
  for (const { runs, cycles, weight } of groups) {
    const sums = new Float64Array(CLASSES.length + BIT_COUNTERS);
    for (let i = 0; i < runs.length; i += 2) {
      const counter = runs[i];
      const times = runs[i + 1];
      if (counter >= blocks.length) sums[CLASSES.length + counter - blocks.length] += times;
      else for (const [c, count] of blocks[counter].counts.entries()) sums[c] += times * count;
    }
    const terms = [...sums].flatMap((sum, c) => (sum === 0 ? [] : [c, sum]));
    problem.add(terms, cycles, weight);
  }
  return problem.solve(SWEEPS_CLASSES);
}

/** Cycles of each counter, drawn to `prior`. */
function fitBlocks(prior: readonly number[], groups: readonly Group[]): Float64Array {
  const problem = new Problem(prior);
  for (const { runs, cycles, weight } of groups) problem.add(runs, cycles, weight);
  for (const [counter, cycles] of prior.entries())
    problem.add([counter, 1], cycles, PULL / (cycles + FLOOR_CYCLES) ** 2);
  return problem.solve(SWEEPS_BLOCKS);
}
