// Plays steps against an interlock on the simulator's own board, with a hostile caller in the stimulator's place, and has
// the laws judged twice: by the law book that watches every call, and by the oracle over what left the output stage.
// Calls take no simulated time here, so that each step happens at exactly the µs that it says.
import { UnmodelledAccess } from '../../../sim/board/unmodelled.ts';
import { NO_COSTS } from '../../../sim/machine/costs.ts';
import { Simulator } from '../../../sim/simulator.ts';
import type { Trace } from '../../../sim/trace/trace.ts';
import { LawBook } from '../../property/interlock/law-book.ts';
import { Caller } from './caller.ts';
import { electrodeName, figure } from './describe.ts';
import type { Event } from './event.ts';
import { Script } from './script.ts';
import { type Step, waitedUs } from './steps.ts';
import { type Finding, judgeTrace } from './trace-laws.ts';
import { watchInterlock } from './watch.ts';

/** Who saw a law broken: the oracle of the output, the law book of the calls, or a stage that could not do it. */
export type Judge = 'output' | 'calls' | 'stage';

export interface BrokenLaw extends Finding {
  readonly judge: Judge;
  /** Number of top-level steps that it takes at least. */
  readonly steps: number;
}

export interface ReplayOutcome {
  /** Everything that broke, a line each: "L1: +25,501 µA on E2 (at the output, 65,801 µs after power-on)". */
  readonly broken: readonly string[];
  readonly findings: readonly BrokenLaw[];
  /** Each step with its result; those of a repeat are indented. */
  results(): readonly string[];
  readonly trace: Trace;
  /** Whether the script was played to its end: not where the interlock trapped or the stage could not do what it was told. */
  readonly isComplete: boolean;
}

/** What is queued at the end of a script is played out. */
const TAIL_US = 60_000;
/** Longer than any start, for each of them. */
const START_US = 2000;
const CHUNK_US = 1_000_000;

/** The law's number in a line of the law book: "L9" of "L9 underrun: …". */
function lawOf(line: string): string {
  return /^L\d+/.exec(line)?.[0] ?? line.split(':')[0];
}

/** Figures as everywhere here. */
function figures(text: string): string {
  return text.replace(/(?<![\w.,])-?\d+/g, (digits) => figure(Number(digits)));
}

/** A line of the law book without its law and place, its electrodes by their names. */
function readable(line: string): string {
  const seen = line.slice(line.indexOf(': ') + 2).replace(/ \([^()]*\)$/, '');
  return figures(seen.replace(/electrode (\d+)/, (_, index: string) => electrodeName(Number(index))));
}

/** Follows the law book's list and the script: which lines came in which step. */
class BookReader {
  readonly found: BrokenLaw[] = [];
  private readLines = 0;
  private readonly book: LawBook;
  private readonly script: Script;

  constructor(book: LawBook, script: Script) {
    this.book = book;
    this.script = script;
  }

  /** What is new in the book belongs to the present step. */
  read(nowUs: number, judge: Judge = 'calls', remark = ''): void {
    const { broken } = this.book;
    for (; this.readLines < broken.length; this.readLines++) {
      const line = broken[this.readLines];
      const seen = readable(line) + remark;
      this.found.push({ law: lawOf(line), seen, atUs: nowUs, judge, steps: this.script.index + 1 });
    }
  }
}

const PLACES: Record<Judge, string> = {
  output: 'at the output',
  calls: 'in the call',
  stage: 'refused by the output stage',
};

function lineOf({ law, seen, judge, atUs }: BrokenLaw): string {
  return `${law}: ${seen} (${PLACES[judge]}, ${figure(atUs)} µs after power-on)`;
}

/** How often the processor may start anew: at every boot, and where a caller keeps it until the watchdog bites. */
function startsOf(steps: readonly Step[]): number {
  return steps.reduce((sum, step) => {
    if (step.call === 'repeat') return sum + step.times * startsOf(step.steps);
    return sum + (step.call === 'boot' || step.call === 'spin' ? 1 : 0);
  }, 0);
}

/** Runs the script and what it has queued; true where it was played to its end. */
function run(simulator: Simulator, script: Script, steps: readonly Step[]): boolean {
  const untilUs = waitedUs(steps) + START_US * (2 + startsOf(steps));
  try {
    while (!script.isDone && simulator.nowUs < untilUs)
      simulator.runUs(Math.min(CHUNK_US, untilUs - simulator.nowUs));
    simulator.runUs(TAIL_US);
    return script.isDone;
  } catch (error) {
    // The stage was handed what no stage can do: the simulation is over, and the watcher knows why.
    if (error instanceof UnmodelledAccess) return false;
    throw error;
  }
}

/** Everything that broke: at the output first, then in the calls. */
function outcomeOf(
  simulator: Simulator,
  script: Script,
  events: readonly Event[],
  inCalls: readonly BrokenLaw[],
) {
  const trace = simulator.trace!;
  const atOutput = judgeTrace(simulator.capture(), trace.marks(), events).map(
    (finding): BrokenLaw => ({ ...finding, judge: 'output', steps: script.begunAt(finding.atUs) }),
  );
  const findings = [...atOutput, ...inCalls];
  const broken = [...new Set(findings.map(lineOf))];
  return { broken, findings, results: () => script.texts(), trace };
}

/** Bytes or a module as a module. */
export function moduleOf(interlock: Uint8Array | WebAssembly.Module): WebAssembly.Module {
  return interlock instanceof WebAssembly.Module
    ? interlock
    : new WebAssembly.Module(new Uint8Array(interlock));
}

/** Plays `steps` from power-on against this interlock and judges every law. Same steps, same outcome. */
export function replayInSimulator(
  interlock: Uint8Array | WebAssembly.Module,
  steps: readonly Step[],
): ReplayOutcome {
  const module = moduleOf(interlock);
  const script = new Script(steps);
  const book = new LawBook();
  const reader = new BookReader(book, script);
  const events: Event[] = [];
  let isComplete = true;
  const stage = { script, events, simulator: () => simulator, onFlip: () => book.flip() };
  const watched = {
    book,
    board: () => simulator.board,
    onCall: () => reader.read(simulator.nowUs),
    onTrap: (message: string) => {
      isComplete = false;
      script.end(`trap: ${message}`);
    },
    onImpossible: (message: string) => {
      script.end(`the output stage cannot do it: ${figures(message)}`);
      reader.read(simulator.nowUs, 'stage', `; the stage: ${figures(message)}`);
    },
  };
  const simulator: Simulator = new Simulator({
    body: 'none',
    costs: NO_COSTS,
    firmware: {
      interlock: (hal) => watchInterlock(hal, watched, module),
      stimulator: (_hal, calls) => new Caller(stage, calls),
    },
  });
  isComplete = run(simulator, script, steps) && isComplete;
  reader.read(simulator.nowUs);
  return { ...outcomeOf(simulator, script, events, reader.found), isComplete };
}
