// The times and charges that the list of single faults speaks of, as words, each from the constants that the firmware and
// the boards share: none is typed a second time.

import {
  HEARTBEAT_US_MAX,
  HUNG_US,
  ONE_SHOT_US,
  POLL_PERIOD_US,
  SENSE_AGE_US_MAX,
  WATCHDOG_US,
} from '../../../firmware/board.ts';
import {
  AMPLITUDE_UA_MAX,
  COMPLIANCE_MV,
  HORIZON_US_MAX,
  READBACK_MISSING_US,
  READBACK_UA_MIN,
  SAMPLE_US_MIN,
} from '../../../firmware/profile.ts';
import { short } from '../../../host/report/format.ts';
import { GUARD_MV, GUARD_SWING_MV } from '../../../sim/body/charge-guard.ts';
import { BLOCKING_UF, CAPACITANCE_TOLERANCE } from '../../../sim/body/options.ts';
import { contactDensity } from './shannon.ts';

const ms = (us: number): string => `${short(us / 1000, 1)} ms`;

export const HEARTBEAT = ms(HEARTBEAT_US_MAX);
export const ONE_SHOT = ms(ONE_SHOT_US);
export const HUNG = ms(HUNG_US);
export const WATCHDOG = ms(WATCHDOG_US);
export const POLL_PERIOD = ms(POLL_PERIOD_US);
export const SENSE_AGE = ms(SENSE_AGE_US_MAX);
export const HORIZON = ms(HORIZON_US_MAX);
export const READBACK_MISSING = ms(READBACK_MISSING_US);
export const READBACK_LEAST = `${READBACK_UA_MIN} µA`;
export const SAMPLE_LEAST = `${SAMPLE_US_MIN} µs`;

const ONE_SHOT_UC = (AMPLITUDE_UA_MAX * ONE_SHOT_US) / 1e6;
/** The most that a stopped oscillator lets through before the one-shot cuts, and what that is on a contact. */
export const ONE_SHOT_CHARGE = `${short(ONE_SHOT_UC, 0)} µC (${short(contactDensity(ONE_SHOT_UC), 0)} µC/cm²)`;
/** What a blocking capacitor takes up to the compliance voltage. */
export const BLOCKING_CHARGE = `${short((COMPLIANCE_MV / 1000) * BLOCKING_UF, 0)} µC`;
/** What the charge guard lets a blocking capacitor take between two rests, and in all, at its largest. */
const guarded = (mv: number): string => `${short(mv * BLOCKING_UF * (1 + CAPACITANCE_TOLERANCE), 0)} nC`;
export const GUARD = `${guarded(GUARD_SWING_MV)} between two rests, ${guarded(GUARD_MV)} in all`;
export const COMPLIANCE = `${short(COMPLIANCE_MV / 1000, 1)} V`;
