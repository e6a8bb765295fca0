// One call of the real module, set beside the symbolic execution: which of the call's ends it took, and whether every word,
// answer and effect is what that end says. It never asks a solver: everything here has a value.

import { CALLS, type Inputs } from '../../mutation/player.ts';
import { PARITY_WORD, view, wordOf } from '../model/block.ts';
import { type Call, ELAPSED, type End } from '../model/calls.ts';
import { evaluate, type Values } from '../term/evaluate.ts';
import type { Term } from '../term/term.ts';

/** A call as it was made on the binary. */
export interface Play {
  readonly call: number;
  readonly args: readonly number[];
  readonly inputs: Inputs;
  readonly before: Int32Array;
  readonly after: Int32Array;
  readonly result: number;
  /** The board's log of the call (player.ts). */
  readonly effects: Int32Array;
  /** Every call from power-on to this one, a line each. */
  readonly lines: readonly string[];
}

/** A play with the end that it took. */
export interface Played {
  readonly play: Play;
  readonly call: Call;
  readonly end: End;
  readonly values: Values;
  readonly memo: Map<Term, bigint>;
}

const CHANNELS = ['magnet', 'battery', 'temperature', 'selfTest', 'readback', 'voltage'];
/** What player.ts answers on a channel that no board has. */
const NO_CHANNEL = -7n;

/** The values of a play by variable. Whatever is read within a call is the same at every look. */
class PlayValues extends Map<Term, bigint> {
  private readonly inputs: Inputs;

  constructor(inputs: Inputs) {
    super();
    this.inputs = inputs;
  }

  override get(term: Term): bigint | undefined {
    const read = /^read\d+\.(.*)$/.exec(term.name);
    if (read === null) return super.get(term);
    if (read[1] === 'room') return BigInt(this.inputs.room);
    const channel = CHANNELS.indexOf(read[1]);
    return channel < 0 ? NO_CHANNEL : BigInt(this.inputs.senses[channel]);
  }

  bind(term: Term, value: bigint): void {
    if (term.op === 'var') this.set(term, value);
    if (term.op !== 'pack') return;
    this.bind(term.args[0], BigInt.asIntN(16, value));
    this.bind(term.args[1], BigInt.asIntN(16, value >> 16n));
  }
}

/** The values of a call's variables in a scene. */
export function valuesOf(call: Call, play: Pick<Play, 'args' | 'inputs' | 'before'>): Values {
  const values = new PlayValues(play.inputs);
  call.before.forEach((word, i) => {
    values.bind(word, BigInt(play.before[i]));
  });
  call.args.forEach((arg, i) => {
    values.bind(arg, BigInt(play.args[i] ?? 0));
  });
  const lastClock = evaluate(view(call.before).clock, values);
  values.set(ELAPSED, BigInt.asIntN(32, BigInt(play.inputs.clockUs) - lastClock));
  return values;
}

const SEGMENT = 1;
const OFF = 2;
const SEGMENT_WORDS = 10;

interface Effects {
  readonly segments: number[][];
  isOff: boolean;
  heartbeats: number;
}

function effectsOf(log: Int32Array): Effects {
  const effects: Effects = { segments: [], isOff: false, heartbeats: 0 };
  for (let i = 0; i < log.length; i++) {
    if (log[i] === SEGMENT) {
      effects.segments.push([...log.subarray(i + 1, i + 1 + SEGMENT_WORDS)]);
      i += SEGMENT_WORDS;
    } else if (log[i] === OFF) effects.isOff = true;
    else effects.heartbeats += 1;
  }
  return effects;
}

/** What the binary did otherwise than the end says; empty where it did the same. */
function differenceFrom({ play, end, values, memo }: Played): string {
  const value = (term: Term): number => Number(evaluate(term, values, memo));
  const seen = effectsOf(play.effects);
  const { released, hasSwitchedOff, heartbeats } = end.effects;
  if (end.result !== null && value(end.result) !== play.result) return 'the answer';
  if (hasSwitchedOff !== seen.isOff || heartbeats !== seen.heartbeats) return 'off or heartbeat';
  if (released.length !== seen.segments.length) return 'the number of segments';
  const isOther = released.some(({ args }, i) => args.some((arg, k) => value(arg) !== seen.segments[i][k]));
  if (isOther) return 'the segment';
  const word = end.block.findIndex((cell, i) => value(cell) !== play.after[i]);
  return word < 0 ? '' : `word ${word} of the state`;
}

/** The end that a play took; null where it took none that was followed. Throws where the execution and the binary do not agree: then no proof is worth anything. */
export function matched(calls: readonly Call[], play: Play): Played | null {
  const name = CALLS[play.call];
  for (const call of calls.filter((one) => one.name === name)) {
    const values = valuesOf(call, play);
    const memo = new Map<Term, bigint>();
    const isTrue = (formula: Term): boolean => evaluate(formula, values, memo) === 1n;
    const ends = call.ends.filter((end) => isTrue(end.path));
    if (ends.length === 0 || !isParityAsSaid(call, values, play)) continue;
    // A claim that the run breaks: the execution has not followed it from there on.
    if (call.claims.some(({ path, goal }) => isTrue(path) && !isTrue(goal))) return null;
    const played: Played = { play, call, end: ends[0], values, memo };
    const difference = ends.length > 1 ? 'more than one way to end' : differenceFrom(played);
    if (difference === '') return played;
    throw new Error(
      `the execution and the binary differ in ${name}: ${difference} (after ${play.lines.at(-1)})`,
    );
  }
  return null;
}

/** The two sums of an intact block follow from the others: a damaged block is not one of these states. */
function isParityAsSaid({ before }: Call, values: Values, { before: words }: Play): boolean {
  return [wordOf('records'), PARITY_WORD].every((at) => Number(evaluate(before[at], values)) === words[at]);
}

/** Whether it released current: a segment with a level other than 0. */
export function isDriving({ play }: Played): boolean {
  return effectsOf(play.effects).segments.some(([, , ...levels]) => levels.some((word) => word !== 0));
}
