// Records scenes: every call as a sample of the table, every piece of it for the fit.

import { RandomStream } from '../../../sim/index.ts';
import { type Profiled, profiled } from './profile.ts';
import { recordedFirmware } from './recorder.ts';
import { type Sample, sampleOf } from './samples.ts';
import { SCENES } from './scenes.ts';
import type { Piece } from './twin.ts';

/** What is fitted, or what it is judged by. */
export interface Recording {
  readonly samples: readonly Sample[];
  /** By module. */
  readonly pieces: { readonly interlock: readonly Piece[]; readonly stimulator: readonly Piece[] };
}

/** Halves of the seeds: what the weights are fitted to, and what they are judged by. */
export const FITTED = 0;
export const HELD_OUT = 1;

interface Profiles {
  readonly interlock: Profiled;
  readonly stimulator: Profiled;
}

export function profiles(): Profiles {
  return { interlock: profiled('interlock'), stimulator: profiled('stimulator') };
}

/**
 * Runs the scenes of all even seeds, or of all odd ones. `tell`: called with what is being done. `seedsMost`: no more seeds of
 * a scene, of both halves together.
 */
export function record(
  parity: typeof FITTED | typeof HELD_OUT,
  both: Profiles,
  tell: (text: string) => void = () => {},
  seedsMost = Number.POSITIVE_INFINITY,
): Recording {
  const samples: Sample[] = [];
  const pieces = { interlock: [] as Piece[], stimulator: [] as Piece[] };
  let message: string | null = null;
  const firmware = recordedFirmware(both.interlock, both.stimulator, (call) => {
    samples.push(sampleOf(call, message));
    pieces[call.module].push(...call.pieces);
  });
  for (const [name, seeds, scene] of SCENES) {
    tell(`${name}: ${samples.length} calls so far`);
    for (let seed = parity; seed < Math.min(seeds, seedsMost); seed += 2) {
      const stage = {
        firmware,
        message: (text: string | null) => {
          message = text;
        },
      };
      scene(stage, seed + 1, new RandomStream(seed + 1, name));
    }
  }
  return { samples, pieces };
}
