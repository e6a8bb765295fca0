// A list of steps being played: which comes next, what each gave, and which of them was the first to break a law. It does
// nothing itself; caller.ts does what it says.
import { describe, describeResult, describeStep, figure, type StepResult } from './describe.ts';
import type { Step } from './steps.ts';

type SingleStep = Exclude<Step, { call: 'repeat' }>;

/** A step's results in runs: [result, how often]. */
interface Line {
  readonly step: SingleStep;
  readonly runs: [result: StepResult, count: number][];
  /** What ended the script in this step. */
  end: string;
}

interface Loop {
  readonly step: Step & { call: 'repeat' };
  readonly lines: readonly (Line | Loop)[];
  rounds: number;
}

const RUNS_SHOWN = 4;

function isLoop(line: Line | Loop): line is Loop {
  return line.step.call === 'repeat';
}

function lineOf(step: Step): Line | Loop {
  if (step.call === 'repeat') return { step, lines: step.steps.map(lineOf), rounds: 0 };
  return { step, runs: [], end: '' };
}

function* played(lines: readonly (Line | Loop)[]): Generator<Line> {
  for (const line of lines) {
    if (!isLoop(line)) {
      yield line;
      continue;
    }
    for (let round = 0; round < line.step.times; round++) {
      line.rounds++;
      yield* played(line.lines);
    }
  }
}

/** "status → ARMED"; several results in a repeat: "… → OK (9 times), then PHASE_CHARGE". */
function textOf({ step, runs, end }: Line): string {
  if (end !== '') return `${describeStep(step)} → ${end}`;
  if (runs.length === 0) return `${describeStep(step)} (not reached)`;
  if (runs.length === 1) return describe(step, runs[0][0]);
  const shown = runs.slice(0, RUNS_SHOWN).map(([result, count]) => {
    const answer = describeResult(step, result);
    return count === 1 ? answer : `${answer} (${figure(count)} times)`;
  });
  return `${describeStep(step)} → ${shown.join(', then ')}${runs.length > RUNS_SHOWN ? ', and so on' : ''}`;
}

function textsOf(lines: readonly (Line | Loop)[], indent: string): string[] {
  return lines.flatMap((line) =>
    isLoop(line)
      ? [`${indent}${describeStep(line.step)}`, ...textsOf(line.lines, `${indent}  `)]
      : [`${indent}${textOf(line)}`],
  );
}

export class Script {
  isDone = false;
  /** Index of the top-level step that is being played, and the µs at which each began. */
  index = -1;
  readonly startsUs: number[] = [];
  private readonly top: readonly (Line | Loop)[];
  private readonly queue: Generator<readonly [number, Line]>;
  private current: Line | null = null;

  constructor(steps: readonly Step[]) {
    this.top = steps.map(lineOf);
    this.queue = this.walk();
  }

  private *walk(): Generator<readonly [number, Line]> {
    for (const [index, line] of this.top.entries()) {
      for (const single of played([line])) yield [index, single];
    }
  }

  /** The next step, null when there is none left. */
  next(nowUs: number): SingleStep | null {
    const { value, done } = this.queue.next();
    if (this.isDone || done === true) {
      this.isDone = true;
      return null;
    }
    const [index, line] = value;
    while (this.startsUs.length <= index) this.startsUs.push(nowUs);
    this.index = index;
    this.current = line;
    return line.step;
  }

  /** What the step that `next` gave has resulted in. */
  record(result: StepResult): void {
    const line = this.current;
    if (line === null) return;
    const last = line.runs.at(-1);
    if (last !== undefined && last[0] === result) last[1]++;
    else if (line.runs.length <= RUNS_SHOWN) line.runs.push([result, 1]);
  }

  /** Nothing further is played: the present step has ended it, as `text` says. */
  end(text: string): void {
    this.isDone = true;
    if (this.current !== null) this.current.end = text;
  }

  /** Each step with its result; those of a repeat are indented under it. */
  texts(): string[] {
    return textsOf(this.top, '');
  }

  /** Number of top-level steps that had begun at `atUs`. */
  begunAt(atUs: number): number {
    return this.startsUs.filter((startUs) => startUs <= atUs).length;
  }
}
