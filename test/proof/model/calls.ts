// Every export of the interlock, executed once on any intact block that the invariant allows and once on any damaged block.
// Assumed of the board: its calls return, and do not call back; the clock and every reading may be anything.

import { type Cost, FREE } from '../symbolic/cost.ts';
import { type Claim, Executor, type Import } from '../symbolic/execute.ts';
import type { Block } from '../symbolic/memory.ts';
import { asWord } from '../symbolic/semantics.ts';
import { type Effects, mergeEnds, NO_EFFECTS, type Outcome, type State } from '../symbolic/state.ts';
import { and, not, TRUE } from '../term/boolean.ts';
import { isNothing } from '../term/nothing.ts';
import { type Term, variables } from '../term/term.ts';
import * as w from '../term/word.ts';
import type { WasmModule } from '../wasm/module.ts';
import { anyBlock, intactBlock, remainders, view } from './block.ts';
import { type Fact, invariant } from './invariant.ts';

/** Arguments of each export, by name. Levels are the sixteen contacts' halves of the words. */
export const EXPORTS = {
  boot: ['readbackToleranceUa', 'retained'],
  poll: [],
  request: ['durationUs', 'flags', 'w0', 'w1', 'w2', 'w3', 'w4', 'w5', 'w6', 'w7'],
  stop: ['mode'],
  arm: [],
  clear: [],
  lower_limit: ['index', 'amplitudeUa', 'phasePc'],
  raise_limit: ['index', 'amplitudeUa', 'phasePc'],
  reading: ['channel'],
  status: [],
} as const;
export type ExportName = keyof typeof EXPORTS;
export const EXPORT_NAMES = Object.keys(EXPORTS) as ExportName[];

/** Levels that a request asks of the contacts, µA. */
export const LEVELS: readonly Term[] = Array.from({ length: 16 }, (_, i) =>
  w.wordVariable(`level${i + 1}`, 16),
);

/** Clock time since the last call, µs modulo 2^32. */
export const ELAPSED = w.unsignedVariable('elapsed');

/** One way in which a call may end. */
export interface End {
  readonly path: Term;
  readonly block: Block;
  readonly result: Term | null;
  readonly effects: Effects;
  readonly cost: Cost;
}

export interface Call {
  readonly name: ExportName;
  /** Any state that the invariant allows, or any block whose parity does not hold. */
  readonly from: 'intact' | 'damaged';
  readonly before: Block;
  readonly args: readonly Term[];
  /** What is assumed of the state before the call. */
  readonly assumed: readonly Fact[];
  readonly ends: readonly End[];
  readonly claims: readonly Claim[];
}

const SENSOR_NAMES = ['magnet', 'battery', 'temperature', 'selfTest', 'readback', 'voltage'];

function imports(module: WasmModule, before: Block): Map<string, Import> {
  let reads = 0;
  const fresh = (name: string): Term => {
    reads += 1;
    return w.wordVariable(`read${reads}.${name}`);
  };
  const withEffects = (state: State, change: Partial<Effects>, value: Term | null): Outcome => ({
    state: { ...state, effects: { ...state.effects, ...change } },
    value,
  });
  const meanings: Record<string, Import> = {
    'hal.clock_us': (_, state) => {
      // Any clock at all is the last one and what has passed since, modulo 2^32.
      const clock = w.add(view(before).clock, ELAPSED);
      return withEffects(state, { clock }, clock);
    },
    'hal.sense': ([channel], state) => {
      const number = Number(channel.value);
      const value = fresh(SENSOR_NAMES[number] ?? 'unknown');
      return withEffects(state, { sensed: new Map(state.effects.sensed).set(number, value) }, value);
    },
    'hal.segment_room': (_, state) => {
      return { state, value: fresh('room') };
    },
    'hal.segment': (args, state) => {
      const { sensed, released } = state.effects;
      const release = { args, path: state.path, block: state.block, sensed };
      return withEffects(state, { released: [...released, release] }, null);
    },
    'hal.off': (_, state) => withEffects(state, { hasSwitchedOff: true }, null),
    'hal.heartbeat': (_, state) => withEffects(state, { heartbeats: state.effects.heartbeats + 1 }, null),
  };
  return new Map(module.imports.map(({ name, path }) => [name, meanings[path]]));
}

function argumentsOf(name: ExportName): Term[] {
  return EXPORTS[name].map((argument) => {
    const word = /^w(\d)$/.exec(argument);
    if (word === null) return w.wordVariable(argument);
    const pair = Number(word[1]) * 2;
    return w.pack(LEVELS[pair], LEVELS[pair + 1]);
  });
}

/** Executes one export on any block of that kind. */
export function execute(module: WasmModule, name: ExportName, from: 'intact' | 'damaged'): Call {
  const target = module.exports.find((entry) => entry.kind === 'function' && entry.name === name)?.target;
  const before = from === 'intact' ? intactBlock() : anyBlock();
  const executor = new Executor(module, imports(module, before));
  const assumed = from === 'intact' ? invariant(view(before)) : [];
  const args = argumentsOf(name);
  const state: State = {
    path: from === 'intact' ? TRUE : isDamaged(before),
    locals: [],
    block: before,
    effects: NO_EFFECTS,
    cost: FREE,
    bindings: new Map(),
  };
  const outcomes = mergeEnds(executor.call(target ?? name, args, state));
  const ends = outcomes.map(({ state: end, value }): End => {
    const { path, block, effects, cost } = end;
    return { path, block, effects, cost, result: value === null ? null : asWord(value) };
  });
  return { name, from, before, args, assumed, ends, claims: executor.claims };
}

/**
 * What the stage said of its room, as far as a path looks at it; null where it was not asked, or more than once. An answer that
 * no path looked at could be anything, and proves nothing.
 */
export function roomOf(path: Term): Term | null {
  const asked = [...variables(path)].filter(({ name }) => name.endsWith('.room'));
  return asked.length === 1 ? asked[0] : null;
}

/** The parity of a block does not hold. */
export function isDamaged(block: Block): Term {
  return not(isIntact(block));
}
export function isIntact(block: Block): Term {
  return and(...remainders(block).map((sum) => (isNothing(sum) ? TRUE : w.eq(sum, w.ZERO))));
}
