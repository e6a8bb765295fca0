// Records scenes: every call as a sample of the table, every piece of it for the fit.

import { RandomStream } from '../../../sim/index.ts';
import type { Profiled } from './profile.ts';
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

/** Runs the scenes of all even seeds, or of all odd ones. `tell`: called with what is being done. */
export function record(
  parity: 0 | 1,
  profiles: { readonly interlock: Profiled; readonly stimulator: Profiled },
  tell: (text: string) => void,
): Recording {
  const samples: Sample[] = [];
  const pieces = { interlock: [] as Piece[], stimulator: [] as Piece[] };
  let message: string | null = null;
  const firmware = recordedFirmware(profiles.interlock, profiles.stimulator, (call) => {
    samples.push(sampleOf(call, message));
    pieces[call.module].push(...call.pieces);
  });
  for (const [name, seeds, scene] of SCENES) {
    tell(`${name}: ${samples.length} calls so far`);
    for (let seed = parity; seed < seeds; seed += 2) {
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
