// Finds a call sequence from power-on that breaks a law on a broken interlock: first what the prover hints at, then what
// goes straight at the law, then hostile sequences drawn from a seed. Nothing in it depends on the time of day, so that the
// same interlock and hint always give the same sequence.
import { ARMED, ARMED_WIDE, driversOf, recharge } from './drivers.ts';
import { randomSteps } from './random.ts';
import { recordScenarios } from './record.ts';
import { shrink } from './shrink.ts';
import { type Judge, moduleOf, type ReplayOutcome, replayInSimulator } from './simulate.ts';
import type { Step } from './steps.ts';

const HINT_ROUNDS = 300;
const RANDOM_SEQUENCES = 30;

/** µs of output that a list asks for. */
function askedUs(steps: readonly Step[]): number {
  const sumUs = steps.reduce((sum, step) => sum + (step.call === 'request' ? step.durationUs : 0), 0);
  return Math.min(Math.max(sumUs, 0), 20_000);
}

/** The prover's calls from a few states that are easy to reach, once and over and over. */
function* hinted(hint: readonly Step[]): Generator<readonly Step[]> {
  if (hint.length === 0) return;
  if (hint[0].call === 'boot') {
    yield hint;
    return;
  }
  yield [{ call: 'boot' }, ...hint];
  const wait: Step = { call: 'wait', us: askedUs(hint) };
  const again: Step = { call: 'repeat', times: HINT_ROUNDS, steps: [...hint, wait] };
  for (const armed of [ARMED, ARMED_WIDE]) {
    yield [...armed, ...hint];
    yield [...armed, again];
    // With something ahead in the queue, and a rest after each round.
    const rested: Step = { call: 'repeat', times: HINT_ROUNDS, steps: [...hint, recharge(800), wait] };
    yield [...armed, recharge(5000), again];
    yield [...armed, recharge(5000), rested];
  }
}

function* candidates(
  module: WebAssembly.Module,
  law: string,
  hint: readonly Step[],
): Generator<readonly Step[]> {
  yield* hinted(hint);
  yield* driversOf(law);
  yield* recordScenarios(law, module);
  for (let seed = 0; seed < RANDOM_SEQUENCES; seed++) yield randomSteps(seed);
}

/** Who saw the law broken; the output before anyone else. */
function judgesOf({ findings }: ReplayOutcome, law: string): readonly Judge[] {
  return findings.filter((finding) => finding.law === law).map(({ judge }) => judge);
}

/** The least number of the first steps that break the law before this judge. */
function stepsNeeded({ findings }: ReplayOutcome, law: string, judge: Judge): number {
  const counts = findings.filter((finding) => finding.law === law && finding.judge === judge);
  return Math.min(...counts.map(({ steps }) => steps));
}

/** Cuts off what comes after the break, then shrinks what is left. */
function shorten(module: WebAssembly.Module, law: string, steps: readonly Step[], judge: Judge): Step[] {
  const stillBreaks = (shorter: readonly Step[]): boolean =>
    judgesOf(replayInSimulator(module, shorter), law).includes(judge);
  const needed = steps.slice(0, stepsNeeded(replayInSimulator(module, steps), law, judge));
  const short = shrink(stillBreaks(needed) ? needed : steps, stillBreaks);
  return short[0]?.call === 'boot' ? short : [{ call: 'boot' }, ...short];
}

/**
 * A short sequence that breaks `law` ("L1" … "L16") on this interlock in the simulator; null where none was found. `hint`: calls
 * of the prover's counterexample, or a whole sequence where it begins with a boot. One that shows at the output is preferred
 * to one that only the calls show, within what is tried first.
 */
export function findReplay(
  interlock: Uint8Array | WebAssembly.Module,
  law: string,
  hint: readonly Step[] = [],
): Step[] | null {
  const module = moduleOf(interlock);
  for (const steps of candidates(module, law, hint)) {
    const judges = judgesOf(replayInSimulator(module, steps), law);
    if (judges.length === 0) continue;
    return shorten(module, law, steps, judges.includes('output') ? 'output' : judges[0]);
  }
  return null;
}
