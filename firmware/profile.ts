// The profile `percutaneous-16`: every limit that the interlock enforces and the therapy is validated against.
// Plain constants that asc and tsc both compile; each says its unit in its name and its source beside it.
// Charge in pC (1 µA·µs = 1 pC), current in µA, time in µs.

/** Lead contacts: two percutaneous leads of eight. */
export const CONTACTS = 16;
/** Index of the case (the can of the implant) in every list of electrodes. */
export const CASE = 16;
/** Contacts and the case. */
export const ELECTRODES = 17;

/** The widest amplitude of the commercial devices, on a contact and on the case. */
export const AMPLITUDE_UA_MAX = 25500;
/** Step of a program's amplitude. */
export const AMPLITUDE_UA_STEP = 10;
/** Compliance: what the output stage can drive. */
export const COMPLIANCE_MV = 12000;

/** Hard phase limit: Shannon k = 1.85 on 12.7 mm² (Cogan 2016), 2998 nC. */
export const PHASE_PC_MAX = 2998000;
/** Phase limit set at boot: Shannon k = 1.5 on 12.7 mm² (Shannon 1992), 2004 nC. */
export const PHASE_PC_SET_DEFAULT = 2004000;
/** A phase is counted from when the contact was last at zero for this long (L4). */
export const PHASE_REST_US = 800;

/** Unrecovered charge: 40 µC/cm² × 0.127 cm², under the lowest Pt injection limit (Rose & Robblee 1990). */
export const UNRECOVERED_PC_MAX = 5080000;
/** Recovered: ±50 mV on 250 µF/cm² × 0.127 cm². */
export const RECOVERED_PC = 1587000;
/** A charge above RECOVERED_PC may last this long (L6). */
export const RECOVERY_US_MAX = 100000;
/** Half-life of passive recharge: 2 kΩ × 4.7 µF × ln 2 + 10 %. */
export const RECHARGE_HALF_LIFE_US = 7200;
/** Doubt: 1/25 of every charge on an electrode (each source ±2 %), and 1/50 of the sum on an enabled case. */
export const DOUBT_DIVISOR = 25;
export const CASE_DOUBT_DIVISOR = 50;

/** Shortest segment of any kind. */
export const SEGMENT_US_MIN = 10;
/** Longest segment that drives current (L3). */
export const ACTIVE_US_MAX = 1000;
/** Longest segment at zero (L3). */
export const IDLE_US_MAX = 5000;
/** Longest uninterrupted run of one polarity on an electrode (L3). */
export const POLARITY_RUN_US_MAX = 10000;

/** Mean current: leaky bucket of each electrode (L7). */
export const MEAN_UA = 4000;
export const MEAN_DEPTH_PC = 100000000;
/** Mean current: leaky bucket of the sum over all electrodes (L7). */
export const MEAN_TOTAL_UA = 8000;
export const MEAN_TOTAL_DEPTH_PC = 200000000;

/** What is queued ends at most this far ahead (L16). */
export const HORIZON_US_MAX = 20000;
/** Nine half-lives of passive recharge before `arm` (L9). */
export const DISCHARGE_US = 64800;
/** Doubt after those nine half-lives: 5080 nC / 512, rounded up to 10 nC. */
export const ARMED_DOUBT_PC = 10000;
/** No poll for this long: trip (L11). */
export const POLL_US_MAX = 100000;
/** A trip can be cleared after this long (L8). */
export const TRIP_HOLD_US = 1000000;
/** Three trips within this window lock the device (L8). */
export const TRIP_WINDOW_US = 600000000;
export const TRIPS_MAX = 3;

/** Surface temperature, ISO 14708-3:2017 clause 17.1. */
export const TEMPERATURE_MC_MAX = 39000;
/** Outside this range a temperature reading is impossible. */
export const TEMPERATURE_MC_IMPOSSIBLE_LOW = 0;
export const TEMPERATURE_MC_IMPOSSIBLE_HIGH = 85000;
/** Battery limit and the range of possible readings. */
export const BATTERY_MV_MIN = 3000;
export const BATTERY_MV_IMPOSSIBLE_HIGH = 6000;

/** Read-back: 5 % of the level or the board's tolerance, whichever is larger (L12). */
export const READBACK_DIVISOR = 20;
export const READBACK_UA_MIN = 100;
export const READBACK_UA_MAX = 500;
/** Active output (in segments long enough to be sampled) without a fresh sample: trip (L12). */
export const READBACK_MISSING_US = 100000;
/** Segments of at least this length are sampled by the output stage. */
export const SAMPLE_US_MIN = 20;

/** Measure segments: at most this level and this charge (L12). */
export const MEASURE_UA_MAX = 1000;
export const MEASURE_PC_MAX = 500000;
