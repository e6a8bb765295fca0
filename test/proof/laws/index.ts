// Every law that a run of the prover shows, in their order, and what all of them rest on.

import { base } from './base.ts';
import { amplitude } from './l01-amplitude.ts';
import { kirchhoff } from './l02-kirchhoff.ts';
import { duration } from './l03-duration.ts';
import { phaseCharge } from './l04-phase-charge.ts';
import { unrecovered } from './l05-unrecovered.ts';
import { recovery } from './l06-recovery.ts';
import { meanCurrent } from './l07-mean-current.ts';
import { latch } from './l08-latch.ts';
import { arming } from './l09-arming.ts';
import { stop } from './l10-stop.ts';
import { freshness } from './l11-freshness.ts';
import { readBack } from './l12-read-back.ts';
import { bounded } from './l13-bounded.ts';
import { integrity } from './l14-integrity.ts';
import { limits } from './l15-limits.ts';
import { horizon } from './l16-horizon.ts';
import type { Law } from './law.ts';
import { lemmas } from './lemmas.ts';
import { segregation } from './segregation.ts';

export const LAWS: readonly Law[] = [
  amplitude,
  kirchhoff,
  duration,
  phaseCharge,
  unrecovered,
  recovery,
  meanCurrent,
  latch,
  arming,
  stop,
  freshness,
  readBack,
  bounded,
  integrity,
  limits,
  horizon,
  base,
  segregation,
];

/** Shown over the prover itself: what every numeric proof rests on. */
export const LEMMAS: readonly Law[] = [lemmas];
