// The numbers that the laws state, as the laws' texts and tables give them. Nothing of the firmware is read here: an interlock that
// is built with another number breaks the law that names it. Those of L1–L7 are the oracle's.

import { LIMITS } from '../oracle/limits.ts';

/** Index of the case in every list of electrodes. */
export const CASE = 16;

// L1–L4, L7
export const AMPLITUDE_UA_MAX = LIMITS.amplitudeUa;
export const SEGMENT_US_MIN = LIMITS.segmentUsMin;
export const ACTIVE_US_MAX = LIMITS.activeUsMax;
export const IDLE_US_MAX = LIMITS.idleUsMax;
export const POLARITY_RUN_US_MAX = LIMITS.polarityRunUsMax;
export const PHASE_PC_MAX = LIMITS.phasePc;
export const PHASE_REST_US = LIMITS.restUs;
export const MEAN_UA = LIMITS.meanUa;
export const MEAN_DEPTH_PC = LIMITS.meanDepthPc;
export const MEAN_TOTAL_UA = LIMITS.meanTotalUa;
export const MEAN_TOTAL_DEPTH_PC = LIMITS.meanTotalDepthPc;

// L5, L6
export const UNRECOVERED_PC_MAX = LIMITS.unrecoveredPc;
export const RECOVERED_PC = LIMITS.recoveredPc;
export const RECOVERY_US_MAX = LIMITS.recoveryUs;
export const RECHARGE_HALF_LIFE_US = LIMITS.halfLifeUs;
/** What the stage may deliver more or less of a charge: 1/25 (two sources of ±2 % each). */
export const DOUBT_DIVISOR = 25;
/** What the case bears beside it: 1/50 of the sum over the contacts. */
export const CASE_DOUBT_DIVISOR = 50;
/** Charge that may be left after nine half-lives: 5.08 µC / 2^9, rounded up. */
export const ARMED_DOUBT_PC = 10_000;

// L8–L11
export const TRIP_HOLD_US = 1_000_000;
export const TRIP_WINDOW_US = 600_000_000;
export const DISCHARGE_US = LIMITS.dischargeUs;
export const POLL_US_MAX = 100_000;
export const TEMPERATURE_MC_MAX = 39_000;
export const TEMPERATURE_MC_IMPOSSIBLE_LOW = 0;
export const BATTERY_MV_MIN = 3000;
export const BATTERY_MV_IMPOSSIBLE_HIGH = 6000;

// L12
/** 5 % of the level, or the board's own tolerance if that is more. */
export const READBACK_DIVISOR = 20;
export const READBACK_UA_MIN = 100;
export const READBACK_UA_MAX = 500;
export const READBACK_MISSING_US = 100_000;
export const SAMPLE_US_MIN = 20;
export const MEASURE_UA_MAX = 1000;
export const MEASURE_PC_MAX = 500_000;

// L15, L16
export const PHASE_PC_SET_DEFAULT = 2_004_000;
export const HORIZON_US_MAX = 20_000;
