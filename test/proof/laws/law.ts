// What a law is to the prover: its words for a reader, and what has to be shown over every way in which every call ends.

import type { Obligation } from '../check/obligation.ts';
import type { Call, End } from '../model/calls.ts';
import type { LawNumber } from '../result.ts';
import type { Release } from '../symbolic/state.ts';
import type { WasmModule } from '../wasm/module.ts';

/** What the laws are shown over: every export from any intact block, and from any damaged one. */
export interface Run {
  readonly interlock: WasmModule;
  readonly stimulator: WasmModule;
  readonly calls: readonly Call[];
  /** That no call takes more than its bound (check/bounds.ts), where bounds were looked for. */
  readonly bounds?: readonly Obligation[];
}

export interface Law {
  /** "L1". */
  readonly id: string;
  readonly title: string;
  /** In plain words, with its numbers. */
  readonly statement: string;
  readonly numbers: readonly LawNumber[];
  readonly requirements: readonly string[];
  /** What is assumed beyond what every proof assumes (assumptions.ts). */
  readonly assumptions: readonly string[];
  obligations(run: Run): Obligation[];
}

/** Every segment that any call releases, with the call and the end that it belongs to. */
export function releases(run: Run): { call: Call; end: End; release: Release }[] {
  return run.calls.flatMap((call) =>
    call.ends.flatMap((end) => end.effects.released.map((release) => ({ call, end, release }))),
  );
}
