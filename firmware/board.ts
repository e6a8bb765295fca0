// The boundary between the firmware and a board: flags of a segment, sensor channels and how readings are packed.
// Plain constants that asc and tsc both compile.

/** Depth of the output stage's FIFO of segments; a segment being played still occupies its place. */
export const FIFO_SEGMENTS = 64;

// flags of a segment, as requested and as passed to the output stage
//   31        21 20      16 15   14 13       8 7       4   3       2      1        0
//  +------------+----------+-------+----------+---------+-------+------+----+----------+
//  |     0      |  sample  |   0   |   tag    |    0    |measure| case |hold| recharge |
//  +------------+----------+-------+----------+---------+-------+------+----+----------+
// A request may set bits 0 to 3 only; `tag` and `sample` are the interlock's.
/** No current, all electrodes shorted through their resistors: passive recharge. */
export const FLAG_RECHARGE = 1;
/** No current, all electrodes open: the interphase gap. */
export const FLAG_HOLD = 2;
/** The case carries minus the sum of the contacts. */
export const FLAG_CASE = 4;
/** An impedance measurement: a read-back mismatch is reported, not tripped on. */
export const FLAG_MEASURE = 8;
export const FLAGS_REQUESTABLE = 15;
/** Number of the segment modulo 64: the read-back names the segment by it. */
export const TAG_SHIFT = 8;
export const TAG_MASK = 63;
/** Electrode to be sampled in the middle of the segment; SAMPLE_NONE: no sample. One sample is awaited at a time. */
export const SAMPLE_SHIFT = 16;
export const SAMPLE_MASK = 31;
export const SAMPLE_NONE = 31;

/** An idle output stage starts a segment at most this long after it was given. */
export const START_US_MAX = 50;

// levels: eight i32, two electrodes each. Contact 2k in the low half, contact 2k + 1 in the high half, i16 µA.

// channels of hal.sense. A reading older than 20 ms is SENSE_STALE.
export const SENSE_STALE = -2147483648;
/** 1 while the magnet is at the device or its interrupt has latched since the last reading, else 0. */
export const SENSE_MAGNET = 0;
/** Battery voltage, mV. */
export const SENSE_BATTERY_MV = 1;
/** Surface temperature, thousandths of a degree Celsius. */
export const SENSE_TEMPERATURE_MC = 2;
/** The board's self-test of the output stage at boot: 1 passed, 0 failed. */
export const SENSE_SELF_TEST = 3;
/** The newest read-back, packed as below; SENSE_NO_SAMPLE before the first one (never stale). */
export const SENSE_READBACK = 4;
/** Voltage across the driven electrodes at that sample, mV: signed like the sampled electrode's current. */
export const SENSE_VOLTAGE_MV = 5;
export const SENSE_NO_SAMPLE = -1;
// read-back:  bits 0–15 measured µA (i16), 16–20 electrode (0–16), 24–29 tag, others 0
export const READBACK_ELECTRODE_SHIFT = 16;
export const READBACK_TAG_SHIFT = 24;

// channels of interlock.reading beyond the sensors, which it passes on as last seen (0–5)
/** µs until `arm` may succeed. */
export const READING_DISCHARGE_US = 8;
/** µs until what is queued has been played. */
export const READING_QUEUE_US = 9;
/** µs until `clear` may succeed. */
export const READING_TRIP_HOLD_US = 10;
/** Number of trips within the last ten minutes, up to two: a third locks. */
export const READING_TRIPS = 11;
/** Number of accepted segments since boot, modulo 2^32: the next one's tag is this modulo 64. */
export const READING_SEGMENTS = 12;
/** Set amplitude limit of electrode e: READING_LIMIT_UA + e, µA. */
export const READING_LIMIT_UA = 32;
/** Set phase limit of electrode e: READING_LIMIT_PC + e, pC. */
export const READING_LIMIT_PC = 64;

// interlock.status() packs:  bits 0–3 state, 4–11 trip, 12 the magnet was seen since `arm`, 13 output active (something queued
// is not yet played), 14–15 trips of the last ten minutes, up to two
export const STATUS_STATE_MASK = 15;
export const STATUS_TRIP_SHIFT = 4;
export const STATUS_TRIP_MASK = 255;
export const STATUS_MAGNET = 4096;
export const STATUS_ACTIVE = 8192;
export const STATUS_TRIPS_SHIFT = 14;
export const STATUS_TRIPS_MASK = 3;

/** Argument of interlock.stop: switch off now, whatever is being played. */
export const STOP_ESTOP = 1;
/** Argument of interlock.stop: disarm; switches off as well, but it is called when the queue has run empty. */
export const STOP_DISARM = 0;

/** Longest that the board's main loop sleeps between two polls. */
export const POLL_PERIOD_US = 10000;
/** A sleeping main loop is woken by the delimiter that ends a frame, or by this many bytes that wait without one. */
export const RX_WAKE_BYTES = 32;
/** A sensor reading older than this is stale. */
export const SENSE_AGE_US_MAX = 20000;
// What the Pico's processor takes to serve a pulse, cycles of 8 ns, request and stage and a share of the main loop together:
// measured on the image, with the line idle (`npm run bench -- pico`), and rounded up.
export const PULSE_CYCLES = 1000;
/** More where the amplitude ramps: its value, and levels that are split anew at most once a pulse. */
export const RAMP_CYCLES = 1000;
export const SPLIT_CYCLES = 9000;
/** A segment at zero level. */
export const ZERO_CYCLES = 3300;
/** An active segment, and each electrode that it drives. */
export const ACTIVE_CYCLES = 4000;
export const DRIVEN_CYCLES = 210;
export const CYCLES_A_US = 125;
/** What pulses may take of the processor, %: the rest is for the line, whatever the host sends. */
export const SERVED_PERCENT_MAX = 80;
/** The simulator's own board, BOARD_SIMULATOR, has a processor that is so many times as fast as the Pico's. */
export const SIMULATOR_SPEED = 2;
/** The driver drops out when the heartbeat has not toggled for this long. */
export const HEARTBEAT_US_MAX = 100000;
/** The one-shot cuts the output this long after the last segment began. */
export const ONE_SHOT_US = 1100;
/** The board takes a processor for hung, and switches off, that has not read its clock for so long while it is awake. */
export const HUNG_US = 600;
/** The watchdog resets the board when it has not been fed for this long. */
export const WATCHDOG_US = 50000;
