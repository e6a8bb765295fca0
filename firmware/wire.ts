// The link's layout, written once: frames, messages and their fields. Plain constants that asc and tsc both compile.
// README.md in this folder is the protocol page that explains them. All numbers little-endian.
//
// On the line: COBS(frame) 0x00. A frame:
//   0        1      2            6           8                    n
//  +--------+------+------------+-----------+--------------------+------------+
//  |version | type | session u32|sequence u16|  payload 0–96 bytes| CRC-32C u32|
//  +--------+------+------------+-----------+--------------------+------------+
// The CRC covers everything before it. The session is the device's nonce, 0 in a HELLO.

export const WIRE_VERSION = 1;
export const FRAME_VERSION = 0;
export const FRAME_TYPE = 1;
export const FRAME_SESSION = 2;
export const FRAME_SEQUENCE = 6;
export const FRAME_PAYLOAD = 8;
export const FRAME_CRC_BYTES = 4;
export const PAYLOAD_BYTES_MAX = 96;
/** Longest frame before COBS: header, payload, CRC. */
export const FRAME_BYTES_MAX = 108;
/** Longest run of bytes between two delimiters: one COBS code byte more. */
export const ENCODED_BYTES_MAX = 109;

/** In clinic mode stimulation stops this long after the last valid frame of the session. */
export const LINK_LOSS_US = 2000000;
/** DELIVERED batches are published at least this often while pulses are delivered. */
export const DELIVERED_US_MAX = 100000;

export const SLOTS = 16;
export const AREAS = 4;

/** Types of messages. A response has bit 7 set and the request's sequence; events are unasked. */
export enum Message {
  /** Opens a session. Request: empty, session and sequence 0. */
  HELLO = 1,
  INFO = 2,
  STATUS = 3,
  /** Stores an area but for its amplitude, which is kept, or set to zero when electrodes change or the pulse widens. */
  SET_AREA = 4,
  GET_AREA = 5,
  SET_AMPLITUDE = 6,
  /** Empties a slot. */
  ERASE = 7,
  VALIDATE = 8,
  START = 9,
  STOP = 10,
  ESTOP = 11,
  /** Clears a trip. */
  CLEAR = 12,
  SET_LIMIT = 13,
  GET_LIMIT = 14,
  /** Measures the impedance between two electrodes; the result is an IMPEDANCE event. */
  MEASURE = 15,
  /** Tells which binaries the device's image holds. */
  IDENTITY = 16,
}
export const RESPONSE_BIT = 0x80;

export enum Event {
  FAULT = 0xc0,
  STATE = 0xc1,
  IMPEDANCE = 0xc2,
  BATTERY = 0xc3,
  DELIVERED = 0xc4,
}

// Every response begins with its status; one that is not OK is a refusal and carries no more than this:
//   status u8 | field u8 | area u8 | 0 | nearest low i32 | nearest high i32      (12 bytes)
// `field` is the Field that is wrong (0: none), `area` the number of the area that it belongs to plus 1 (0: none). The nearest
// values that would do, in the field's unit; both 0 where none are known.
export const RESPONSE_STATUS = 0;
export const REFUSAL_FIELD = 1;
export const REFUSAL_AREA = 2;
export const REFUSAL_LOW = 4;
export const REFUSAL_HIGH = 8;
export const REFUSAL_BYTES = 12;

/** Fields that a refusal can name, with the unit of its nearest values. */
export enum Field {
  NONE = 0,
  /** ‰ */
  FRACTIONS = 1,
  /** µA */
  AMPLITUDE = 2,
  /** µs */
  PHASE = 3,
  /** µs */
  INTERPHASE_GAP = 4,
  /** mHz */
  RATE = 5,
  /** pulses */
  BURST_PULSES = 6,
  /** mHz */
  INTRA_RATE = 7,
  RECHARGE = 8,
  RATIO = 9,
  /** ms */
  RAMP_UP = 10,
  /** ms */
  RAMP_DOWN = 11,
  /** ms */
  CYCLE_ON = 12,
  /** ms */
  CYCLE_OFF = 13,
  ELECTRODE = 14,
  /** pC */
  PHASE_LIMIT = 15,
}

// Area record: stored in this layout, sent in this layout.
//   0 rateMhz u32       4 intraRateMhz u32   8 cycleOnMs u32     12 cycleOffMs u32
//  16 amplitudeUa u32  20 rampUpMs u16      22 rampDownMs u16    24 phaseUs u16     26 interphaseGapUs u16
//  28 burstPulses u16  30 recharge u8       31 ratio u8          32 fractions i16 × 17 (‰, E1 … E16, case)   66 u16 0
/** Rate of pulses, or of bursts, mHz. */
export const AREA_RATE_MHZ = 0;
/** Rate of pulses within a burst, mHz; 0 where burstPulses is 1. */
export const AREA_INTRA_RATE_MHZ = 4;
/** Cycling: on and off time, ms; both 0: no cycling. */
export const AREA_CYCLE_ON_MS = 8;
export const AREA_CYCLE_OFF_MS = 12;
/** Amplitude: sum over the cathodes, µA, in steps of 10. Ignored in SET_AREA. */
export const AREA_AMPLITUDE_UA = 16;
export const AREA_RAMP_UP_MS = 20;
export const AREA_RAMP_DOWN_MS = 22;
export const AREA_PHASE_US = 24;
export const AREA_INTERPHASE_GAP_US = 26;
/** Pulses in a burst; 1: no bursts. */
export const AREA_BURST_PULSES = 28;
export const AREA_RECHARGE = 30;
/** Ratio of an asymmetric recharge: level divided and phase multiplied by it; 1 otherwise. */
export const AREA_RATIO = 31;
export const AREA_FRACTIONS = 32;
export const AREA_BYTES = 68;

export enum Recharge {
  /** No active phase: the charge is recovered through the shorted electrodes. */
  PASSIVE = 0,
  /** A second phase of equal width and opposite levels. */
  SYMMETRIC = 1,
  /** A second phase `ratio` times as long at levels divided by `ratio`. */
  ASYMMETRIC = 2,
}

export const RATE_MHZ_MIN = 2000;
export const RATE_MHZ_MAX = 10000000;
export const PHASE_US_MIN = 10;
export const PHASE_US_MAX = 1000;
export const INTERPHASE_GAP_US_MAX = 500;
export const RATIO_MIN = 2;
export const RATIO_MAX = 10;
export const BURST_PULSES_MAX = 1000;
export const RAMP_MS_MAX = 60000;
export const CYCLE_MS_MAX = 86400000;
/** A pulse occupies its phases, its active recharge and this. */
export const PULSE_REST_US = 10;

// Payloads of requests and of OK responses (offsets in bytes; a response's first byte is the status).
// HELLO     → 1 version u8 | 2 profile u8 | 3 reserved | 4 session u32                                    (8)
export const HELLO_VERSION = 1;
export const HELLO_PROFILE = 2;
export const HELLO_SESSION = 4;
export const HELLO_BYTES = 8;
export const PROFILE_PERCUTANEOUS_16 = 1;
// INFO      → 1 version u8 | 2 profile u8 | 3 electrodes u8 | 4 slots u8 | 5 areas u8 | 6 authenticated u8 (0: not defended) | 7 board u8
//             8 firmware version u32 (major << 16 | minor << 8 | patch) | 12 amplitude max µA u32 | 16 phase max pC u32
//             20 readback tolerance µA u32                                                              (24)
export const INFO_VERSION = 1;
export const INFO_PROFILE = 2;
export const INFO_ELECTRODES = 3;
export const INFO_SLOTS = 4;
export const INFO_AREAS = 5;
export const INFO_AUTHENTICATED = 6;
export const INFO_BOARD = 7;
export const INFO_FIRMWARE = 8;
export const INFO_AMPLITUDE_UA_MAX = 12;
export const INFO_PHASE_PC_MAX = 16;
export const INFO_READBACK_UA = 20;
export const INFO_BYTES = 24;
/** Boards, as given to stimulator.boot. */
export const BOARD_SIMULATOR = 1;
export const BOARD_PICO = 2;
/** major << 16 | minor << 8 | patch */
export const FIRMWARE_VERSION = 0x000100;
// STATUS    → 1 therapy u8 | 2 interlock state u8 | 3 trip u8 | 4 slot u8 | 5 mode u8 | 6 last stop reason u8 | 7 trips u8
//             8 clock µs u64 | 16 battery mV u32 | 20 temperature m°C i32 | 24 discharge left µs u32
//             28 frames valid u32 | 32 frames damaged u32 | 36 frames refused u32 | 40 pulses delivered u32   (44)
export const STATUS_THERAPY = 1;
export const STATUS_INTERLOCK = 2;
export const STATUS_TRIP = 3;
export const STATUS_SLOT = 4;
export const STATUS_MODE = 5;
export const STATUS_STOP_REASON = 6;
export const STATUS_TRIPS = 7;
export const STATUS_CLOCK_US = 8;
export const STATUS_BATTERY_MV = 16;
export const STATUS_TEMPERATURE_MC = 20;
export const STATUS_DISCHARGE_US = 24;
export const STATUS_FRAMES_VALID = 28;
export const STATUS_FRAMES_DAMAGED = 32;
export const STATUS_FRAMES_REFUSED = 36;
export const STATUS_PULSES = 40;
export const STATUS_BYTES = 44;
// SET_AREA    slot u8 | area u8 | u16 0 | record (68)        → 0 status | 1 slot | 2 area | 3 0 | 4 record as stored  (72)
// GET_AREA    slot u8 | area u8                              → the same
export const AREA_SLOT = 0;
export const AREA_AREA = 1;
export const AREA_RECORD = 4;
export const SET_AREA_BYTES = 72;
export const GET_AREA_BYTES = 2;
export const AREA_ECHO_BYTES = 72;
// SET_AMPLITUDE slot u8 | area u8 | u16 0 | amplitude µA u32 → 0 status | 1 slot | 2 area | 3 0 | 4 amplitude µA u32   (8)
export const AMPLITUDE_UA = 4;
export const SET_AMPLITUDE_BYTES = 8;
// ERASE, VALIDATE  slot u8                                   → status                                                 (1)
// START       slot u8 | mode u8                              → status                                                 (1)
export const START_MODE = 1;
export const START_BYTES = 2;
// STOP, ESTOP, CLEAR  empty                                  → status                                                 (1)
// SET_LIMIT   electrode u8 | 3 × 0 | amplitude µA u32 | phase pC u32  → 0 status | 1 electrode | 4 amplitude | 8 phase  (12)
// GET_LIMIT   electrode u8                                            → the same
export const LIMIT_ELECTRODE = 0;
export const LIMIT_AMPLITUDE_UA = 4;
export const LIMIT_PHASE_PC = 8;
export const LIMIT_BYTES = 12;
// MEASURE     plus u8 | minus u8 (electrodes 0–16)           → status                                                 (1)
export const MEASURE_BYTES = 2;
export const ACK_BYTES = 1;
// IDENTITY  → 0 status | 3 × 0 | 4 SHA-256 of interlock.wasm (32) | 36 SHA-256 of stimulator.wasm (32)    (68)
// A hash that the board does not know is all zeros.
export const IDENTITY_INTERLOCK = 4;
export const IDENTITY_STIMULATOR = 36;
export const IDENTITY_HASH_BYTES = 32;
export const IDENTITY_BYTES = 68;

// Events
// FAULT       0 trip u8 | 1 state u8 | 2 u16 0 | 4 clock µs u64 at which it was seen                                  (12)
export const FAULT_TRIP = 0;
export const FAULT_STATE = 1;
export const FAULT_CLOCK_US = 4;
export const FAULT_BYTES = 12;
// STATE       0 therapy u8 | 1 stop reason u8 | 2 slot u8 | 3 interlock refusal status u8 | 4 clock µs u64             (12)
export const STATE_THERAPY = 0;
export const STATE_REASON = 1;
export const STATE_SLOT = 2;
export const STATE_REFUSAL = 3;
export const STATE_CLOCK_US = 4;
export const STATE_BYTES = 12;
// IMPEDANCE   0 status u8 (OK; NOT_ARMED, …: not measured) | 1 plus u8 | 2 minus u8 | 3 mismatch u8 (1: the current was not driven)
//             4 ohm u32 | 8 measured µA i32 | 12 measured mV i32                                                      (16)
export const IMPEDANCE_STATUS = 0;
export const IMPEDANCE_PLUS = 1;
export const IMPEDANCE_MINUS = 2;
export const IMPEDANCE_MISMATCH = 3;
export const IMPEDANCE_OHM = 4;
export const IMPEDANCE_UA = 8;
export const IMPEDANCE_MV = 12;
export const IMPEDANCE_BYTES = 16;
// BATTERY     0 mV u32 | 4 m°C i32                           every 10 s of a session                                  (8)
export const BATTERY_MV = 0;
export const BATTERY_TEMPERATURE_MC = 4;
export const BATTERY_BYTES = 8;
// DELIVERED   0 area u8 | 1 thinned u8 | 2 burst pulses u16 | 4 count u32 | 8 first index u32 (pulse index within the on-window)
//             12 delay µs u32 | 16 first onset µs u64 | 24 rate mHz u32 | 28 intra-burst rate mHz u32
//             32 total u32 (pulses of the area since START, this batch included) | 36 amplitude of the last one µA u32 (40)
// Pulse k of an on-window has its ideal onset at w + F(k), F(k) = floor((k div n)·10⁹ / rate) + floor((k mod n)·10⁹ / intra rate),
// n = burst pulses. In a batch that is not thinned all delays are equal: onset(k) = first onset + F(k) − F(first index).
// A thinned batch stands for `count` pulses with no such expansion; its delay is the largest of them.
export const DELIVERED_AREA = 0;
export const DELIVERED_THINNED = 1;
export const DELIVERED_BURST_PULSES = 2;
export const DELIVERED_COUNT = 4;
export const DELIVERED_FIRST_INDEX = 8;
export const DELIVERED_DELAY_US = 12;
export const DELIVERED_FIRST_ONSET_US = 16;
export const DELIVERED_RATE_MHZ = 24;
export const DELIVERED_INTRA_RATE_MHZ = 28;
export const DELIVERED_TOTAL = 32;
export const DELIVERED_AMPLITUDE_UA = 36;
export const DELIVERED_BYTES = 40;
