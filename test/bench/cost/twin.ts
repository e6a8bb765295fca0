// One module twice: in V8 with its blocks counted, and right after each call the same call on the bare chip, whose HAL gives
// the same answers. Between two calls of the HAL lies a piece: what ran, and the cycles that it took.

import type { ModuleName } from '../../../sim/index.ts';
import type { PicoImage } from '../../../sim/machine/pico/index.ts';
import { BareModules } from '../../../sim/machine/pico/index.ts';
import { BIT_COUNTERS, Counters, type Profiled, type Runs } from './profile.ts';

export type Imported = (...args: number[]) => number | undefined;
/** By module and name. */
export type Imports = Record<string, Record<string, Imported>>;

export interface Piece {
  readonly runs: Runs;
  readonly cycles: number;
}

interface Answer {
  readonly name: string;
  readonly args: readonly number[];
  readonly result: number;
}

/** A call of an export, as it was on the chip. */
export interface Call {
  readonly module: ModuleName;
  readonly name: string;
  readonly args: readonly number[];
  readonly result: number;
  readonly answers: readonly Answer[];
  readonly pieces: readonly Piece[];
}

export class Twin {
  readonly memory: WebAssembly.Memory;
  private readonly name: ModuleName;
  private readonly exports: Record<string, Imported>;
  private readonly counters: Counters;
  private readonly bare: BareModules;
  private readonly onCall: (call: Call) => void;
  private runs: Runs[] = [];
  private answers: Answer[] = [];
  private cycles: number[] = [];
  private answered = 0;

  constructor(profile: Profiled, imports: Imports, image: PicoImage, onCall: (call: Call) => void) {
    this.name = profile.name;
    this.onCall = onCall;
    const watched = mapImports(imports, (name, run) => this.watched(name, run));
    const instance = new WebAssembly.Instance(profile.module, watched);
    this.exports = instance.exports as unknown as Record<string, Imported>;
    this.memory = instance.exports.memory as WebAssembly.Memory;
    this.counters = new Counters(this.memory, profile.blocks + BIT_COUNTERS);
    const answering = mapImports(imports, (name) => this.answering(name));
    this.bare = new BareModules(answering.hal, image);
    if (profile.name === 'stimulator') this.bare.startStimulator(answering.interlock);
  }

  /** Calls an export on both and tells what it took. */
  call(name: string, args: readonly number[]): number {
    this.runs = [];
    this.answers = [];
    this.counters.take();
    const result = this.exports[name](...args) ?? 0;
    this.runs.push(this.counters.take());
    const cycles = this.replay(name, args, result);
    const pieces = this.runs.map((runs, i) => ({ runs, cycles: cycles[i + 1] - cycles[i] }));
    const { answers } = this;
    this.onCall({ module: this.name, name, args, result, answers, pieces });
    return result;
  }

  /** The same on the chip: the cycles of its beginning, of every call of the HAL and of its end. */
  private replay(name: string, args: readonly number[], expected: number): number[] {
    this.answered = 0;
    const { bare } = this;
    this.cycles = [bare.chip.cycle];
    const result = bare.callExport(this.name, name, ...args);
    this.cycles.push(bare.chip.cycle);
    const isVoid = name === 'boot' || (name === 'poll' && this.name === 'interlock' && expected === 0);
    if (this.answered !== this.answers.length || (!isVoid && result !== (expected | 0)))
      throw new Error(`${this.name}.${name} does something else on the chip`);
    return this.cycles;
  }

  private watched(name: string, run: Imported): Imported {
    return (...args) => {
      this.runs.push(this.counters.take());
      const { runs, answers } = this;
      const result = run(...args) ?? 0;
      // The modules call each other, but never back.
      if (this.runs !== runs) throw new Error('a call within a call');
      answers.push({ name, args, result });
      return result;
    };
  }

  private answering(name: string): Imported {
    return () => {
      this.cycles.push(this.bare.chip.cycle);
      const answer = this.answers[this.answered++];
      if (answer?.name !== name) throw new Error(`the chip asks for ${name}, V8 for ${answer?.name}`);
      return answer.result;
    };
  }
}

function mapImports(imports: Imports, change: (name: string, run: Imported) => Imported): Imports {
  return Object.fromEntries(
    Object.entries(imports).map(([module, functions]) => [
      module,
      Object.fromEntries(
        Object.entries(functions)
          .filter(([, run]) => typeof run === 'function')
          .map(([name, run]) => [name, change(name, run)]),
      ),
    ]),
  );
}
