// Good traces: what the shipped interlock does in every script, recorded when they are asked for, and a mutant's run against
// them. A mutant that answers or drives otherwise is killed here; whether the rest matters is for the proofs to say.

import { CALLS, Player } from './player.ts';
import { Random } from './random.ts';
import { Recorder, type Step } from './recorder.ts';
import { scripts } from './scripts.ts';

/** Enough loop rounds for every script many times over: only a loop without an end runs out of it (mutants.ts). */
export const FUEL_ROUNDS = 4_000_000;

/** Excursions within excursions, at most. */
const EXCURSIONS = 3;

export interface Trace {
  readonly name: string;
  readonly steps: readonly Step[];
}

export interface QuickRun {
  /**
   * killed: an answer or an effect differs, or the mutant traps. stateOnly: only the state block differs, as far as these
   * traces go. same: nothing differs.
   */
  readonly verdict: 'killed' | 'stateOnly' | 'same';
  /** Script, number of the step and what differed; empty for 'same'. */
  readonly where: string;
}

/** Records every script on the shipped module. The same bytes and seed give the same traces. */
export function recordTraces(shipped: Uint8Array, seed = 1): Trace[] {
  const module = new WebAssembly.Module(shipped as BufferSource);
  return scripts.map(({ name, startUs, run }, index) => {
    const recorder = new Recorder(module, new Random(seed * 1009 + index), startUs);
    run(recorder);
    return { name, steps: recorder.steps };
  });
}

type CallStep = Extract<Step, { kind: 'call' }>;

/** What an answer or effect differs in; undefined where it is as recorded. */
function difference(player: Player, step: CallStep, result: number): string | undefined {
  if (result !== step.result) return `answered ${result}, not ${step.result}`;
  if (player.logged !== step.effects.length) return `did ${player.effects()}`;
  for (let i = 0; i < player.logged; i++)
    if (player.log[i] !== step.effects[i]) return `did ${player.effects()}`;
  return undefined;
}

/** One trace; `state` remembers where only the state block differed first. */
function runTrace(module: WebAssembly.Module, trace: Trace, state: { where: string }): string | undefined {
  const player = new Player(module);
  const saved = Array.from({ length: EXCURSIONS }, () => new Int32Array(player.block.length));
  let depth = 0;
  for (let at = 0; at < trace.steps.length; at++) {
    const step = trace.steps[at];
    if (step.kind === 'call') {
      let result: number;
      const name = () => `${trace.name}, step ${at}: ${CALLS[step.call]}(${step.args.join(', ')})`;
      try {
        result = player.call(step.call, step.args, step.inputs);
      } catch (error) {
        return `${name()} trapped: ${(error as Error).message}`;
      }
      const found = difference(player, step, result);
      if (found !== undefined) return `${name()} ${found}`;
      if (state.where === '' && player.hash() !== step.state) state.where = `${name()} left another state`;
    } else if (step.kind === 'flip') player.block[step.word] ^= step.mask;
    else if (step.kind === 'save') saved[depth++].set(player.block);
    else player.block.set(saved[--depth]);
  }
  return undefined;
}

/**
 * Runs a mutant until an answer or effect differs from what was recorded.
 * Pre: `bytes` were emitted with fuel (openMutants), or a loop without an end would never return.
 */
export function quickRun(traces: readonly Trace[], bytes: Uint8Array): QuickRun {
  const module = new WebAssembly.Module(bytes as BufferSource);
  const state = { where: '' };
  for (const trace of traces) {
    const where = runTrace(module, trace, state);
    if (where !== undefined) return { verdict: 'killed', where };
  }
  return state.where === '' ? { verdict: 'same', where: '' } : { verdict: 'stateOnly', where: state.where };
}
