// What each field of a case in a file may be: of its steps and its faults, by their kinds.

import { AMPLITUDE_UA_MAX, ELECTRODES } from '../../firmware/profile.ts';
import { REGISTER_BITS } from '../../sim/index.ts';
import { type CampaignCase, type CampaignFault, FOREIGN_MESSAGES, type Step } from './case.ts';
import { PHASES, STREAM_NAMES, STRUCK_NAMES } from './names.ts';

/** What a field may be, and what is wrong with a value that is not. */
export interface Rule {
  readonly holds: (value: unknown) => boolean;
  readonly wrong: string;
}
type Rules<T, Without extends PropertyKey = never> = {
  readonly [Field in Exclude<keyof T, Without>]-?: Rule;
};
type OfKind<T extends { kind: string }, Without extends PropertyKey> = {
  readonly [Kind in T['kind']]: Rules<Extract<T, { kind: Kind }>, Without>;
};

const MEMORY_BYTES = 65_536;
const MS_MAX = 60_000;
const COUNT_MAX = 0x7fff_fffe;
const NOISE_BYTES_MAX = 4096;
/** Of the frames that were sent the host keeps 16. */
const BACK_MAX = 15;

const isWithin = (value: unknown, least: number, most: number): boolean =>
  typeof value === 'number' && value >= least && value <= most;
const isWhole = (value: unknown, least: number, most: number): boolean =>
  Number.isInteger(value) && isWithin(value, least, most);

const whole = (least: number, most: number): Rule => ({
  holds: (value) => isWhole(value, least, most),
  wrong: `is not a whole number from ${least} to ${most}`,
});
const time = (leastMs: number): Rule => ({
  holds: (value) => isWithin(value, leastMs, MS_MAX),
  wrong: `is not a time from ${leastMs} to ${MS_MAX} ms`,
});
const oneOf = (names: readonly string[]): Rule => ({
  holds: (value) => typeof value === 'string' && names.includes(value),
  wrong: `is not one of ${names.join(', ')}`,
});
const flag: Rule = { holds: (value) => typeof value === 'boolean', wrong: 'is neither true nor false' };
const list: Rule = { holds: Array.isArray, wrong: 'is not a list' };
const bytes: Rule = {
  holds: (value) =>
    Array.isArray(value) && value.length <= NOISE_BYTES_MAX && value.every((byte) => isWhole(byte, 0, 255)),
  wrong: `is not a list of at most ${NOISE_BYTES_MAX} bytes`,
};
const optional = ({ holds, wrong }: Rule): Rule => ({
  holds: (value) => value === undefined || holds(value),
  wrong,
});
/** Looked into by itself. */
export const ANYTHING: Rule = { holds: () => true, wrong: '' };

const electrode = whole(0, ELECTRODES - 1);
const permille = whole(0, 1000);
const ppm = whole(0, 1_000_000);
const bitOfByte = whole(0, 7);
const address = whole(0, MEMORY_BYTES - 1);
const moduleName = oneOf(['interlock', 'stimulator']);
/** A converter that sticks gives at most twice what a therapy may ask for. */
const levelUa = whole(-2 * AMPLITUDE_UA_MAX, 2 * AMPLITUDE_UA_MAX);

export const CASE_FIELDS: Rules<CampaignCase> = {
  therapy: ANYTHING,
  machine: optional(oneOf(['wasm', 'pico'])),
  chargeGuard: optional(flag),
  seed: whole(0, 0xffff_ffff),
  stream: oneOf(STREAM_NAMES),
  end: oneOf(['stop', 'estop', 'link-loss']),
  forMs: time(1),
  steps: list,
  faults: list,
};

/** Fields of every step, whatever its kind. */
export const STEP_FIELDS = { atMs: time(0) };

export const STEPS: OfKind<Step, 'kind' | 'atMs'> = {
  amplitude: { area: whole(0, 3), permille },
  restart: {},
  magnet: { forMs: time(0) },
  noise: { bytes },
  replay: { back: whole(0, BACK_MAX) },
  foreign: { message: oneOf(FOREIGN_MESSAGES), salt: whole(1, 0xffff_ffff) },
};

export const PLANNED_FIELDS = {
  name: oneOf(STRUCK_NAMES),
  fault: ANYTHING,
  phase: oneOf(PHASES),
  atPermille: permille,
};

export const FAULTS: OfKind<CampaignFault, 'kind'> = {
  'flip-between-calls': { address, bit: bitOfByte },
  'flip-in-call': { address, bit: bitOfByte, calls: whole(0, COUNT_MAX) },
  'local-flip': { module: moduleName, reads: whole(0, COUNT_MAX), bit: whole(0, 63) },
  'register-flip': {
    register: oneOf(Object.keys(REGISTER_BITS)),
    bit: whole(0, 31),
    busyCycles: whole(0, 2 ** 40 - 1),
  },
  'ram-flip': { offset: whole(0, 264 * 1024 - 1), bit: bitOfByte },
  uart: { direction: oneOf(['rx', 'tx']), lossPpm: optional(ppm), corruptPpm: optional(ppm) },
  'bit-flip': { module: moduleName, address: optional(address), bit: optional(bitOfByte) },
  'stuck-dac': {
    electrode,
    levelUa: {
      holds: (value) => value === null || levelUa.holds(value),
      wrong: `${levelUa.wrong}, nor null`,
    },
  },
  'broken-lead': { electrode },
  'shorted-leads': { a: electrode, b: electrode },
  'brown-out': { durationUs: whole(0, 1000 * MS_MAX) },
  'clock-drift': { ppm: whole(-999_999, 999_999) },
  hang: { module: moduleName },
  sensor: {
    sensor: oneOf(['battery', 'temperature', 'magnet']),
    health: oneOf(['healthy', 'frozen', 'stale']),
  },
  battery: { millivolts: whole(0, 65_535) },
  temperature: { milliCelsius: whole(-273_150, 1_000_000) },
  magnet: { isPresent: flag },
  heartbeat: { isCut: flag },
  'self-test': { passes: flag },
};
