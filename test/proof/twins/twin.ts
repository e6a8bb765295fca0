// What a broken twin is to the prover: two binaries of which one breaks a law, and what the proof of that law must fail on.

import { readFileSync } from 'node:fs';
import { compileTwin, type Edit } from '../../property/interlock/compile-twin.ts';

export interface ProofTwin {
  /** The law whose proof must fail: "L1" … "L16", "base", "segregation", "invariant", "lemmas". */
  readonly law: string;
  /** What is broken, in plain words. */
  readonly title: string;
  /** Who must show it: a run that the oracles judge, or the solver alone where no run can be judged. */
  readonly shownBy: 'run' | 'solver';
  interlock(): Promise<Uint8Array>;
  stimulator(): Promise<Uint8Array>;
}

export const SHIPPED = { interlock: 'build/interlock.wasm', stimulator: 'build/stimulator.wasm' };
const shipped = async (file: string): Promise<Uint8Array> => new Uint8Array(readFileSync(file));

/** One edit of the interlock's source. */
export function edited(
  law: string,
  title: string,
  edit: Edit,
  shownBy: ProofTwin['shownBy'] = 'run',
): ProofTwin {
  return {
    law,
    title,
    shownBy,
    interlock: () => compileTwin(edit),
    stimulator: () => shipped(SHIPPED.stimulator),
  };
}

/** One change of a binary that ships; the other one is as it ships. */
export function patched(
  law: string,
  title: string,
  which: keyof typeof SHIPPED,
  patch: (bytes: Uint8Array) => Promise<Uint8Array>,
): ProofTwin {
  const binary = (name: keyof typeof SHIPPED) => async (): Promise<Uint8Array> => {
    const bytes = await shipped(SHIPPED[name]);
    return name === which ? patch(bytes) : bytes;
  };
  return { law, title, shownBy: 'solver', interlock: binary('interlock'), stimulator: binary('stimulator') };
}
