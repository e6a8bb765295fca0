// Cells of the state block, a law's own accounts and what the board shows, each by its name and in its unit. Packed words are
// taken apart. It judges nothing.

import {
  READBACK_ELECTRODE_SHIFT,
  READBACK_TAG_SHIFT,
  SENSE_NO_SAMPLE,
  SENSE_STALE,
  TAG_MASK,
} from '../../../firmware/board.ts';
import { State, Trip } from '../../../firmware/status.ts';
import { electrodeName, figure } from '../replay/describe.ts';

/** Bits of a trip that are no number of it: the magnet was seen. */
const TRIP_NUMBER = 0xff;
const TIMES = /^(clock|queue|discharge|pollAge|unrecovered|tripHold|tripAge\d|rest|run|unsampled)$/;
const CHARGES = /^(account|high|low|rise|fall|bucket|charge|least|greatest|sum|after|true)$/;

/** "tripHold" → "trip hold"; "sinceOffUs" → "since off"; "ghost.phase.E1.rest" → "phase E1 rest". */
function wordsOf(name: string): string {
  const parts = name.replace(/^(any|ghost)\./, '').split('.');
  const spelled = parts.map((part) =>
    /^(E\d+|case)$/.test(part)
      ? part
      : part.replace(/(Us|Ua|Pc)$/, '').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
  );
  return spelled.join(' ');
}

/** By the last part of a name that says what the cell is, electrodes left out. */
function unitOf(name: string): string {
  const parts = name.split('.').filter((part) => !/^(E\d+|case)$/.test(part));
  const field = parts.at(-1) ?? name;
  if (field.endsWith('Us') || TIMES.test(field)) return ' µs';
  if (field.endsWith('Ua')) return ' µA';
  if (field.endsWith('Pc') || CHARGES.test(field) || CHARGES.test(parts.at(-2) ?? '')) return ' pC';
  return '';
}

/** A read-back, or what is expected of one: tag, electrode, level. */
function packedText(word: number): string {
  const tag = (word >> READBACK_TAG_SHIFT) & TAG_MASK;
  const electrode = (word >> READBACK_ELECTRODE_SHIFT) & 0xff;
  return `${figure((word << 16) >> 16, true)} µA on ${electrodeName(electrode)}, tag ${tag}`;
}

/** Electrodes of a bit each. */
function electrodesText(bits: number): string {
  const names = Array.from({ length: 32 }, (_, i) => i).filter((i) => ((bits >>> i) & 1) !== 0);
  return names.length === 0 ? 'of none' : `of ${names.map(electrodeName).join(', ')}`;
}

const SENSORS: Readonly<Record<string, (value: number) => string>> = {
  magnet: (value) => ['no magnet', 'the magnet'][value] ?? `magnet ${figure(value)}`,
  battery: (value) => `battery ${figure(value)} mV`,
  temperature: (value) => `temperature ${figure(value / 1000)} °C`,
  selfTest: (value) =>
    ['self-test failed', 'self-test passed'][value] ?? `self-test ${figure(value)}, which is no answer`,
  readback: (value) => (value === SENSE_NO_SAMPLE ? 'no read-back yet' : `read-back ${packedText(value)}`),
  voltage: (value) => `voltage ${figure(value)} mV`,
  room: (value) => `room for ${figure(value)} segment${value === 1 ? '' : 's'}`,
};
const STALE_NAMES: Readonly<Record<string, string>> = { selfTest: 'self-test', readback: 'read-back' };

/** What a channel of the board shows: "temperature 39.001 °C", "battery stale". */
export function readingText(channel: string, value: number): string {
  if (value === SENSE_STALE && channel !== 'room') return `${STALE_NAMES[channel] ?? channel} stale`;
  return SENSORS[channel]?.(value) ?? `${channel} ${figure(value)}`;
}

/** A cell of the block, or of a law's own account (ghost), with its value: "E1 account −2,000 pC". */
export function cellText(name: string, value: bigint): string {
  const isGhost = name.startsWith('ghost.');
  const number = Number(isGhost ? value : BigInt.asIntN(32, value));
  const plain = name.replace(/^any\./, '');
  if (plain === 'state') return `state ${State[number] ?? number}`;
  if (plain === 'trip') return `trip ${Trip[number & TRIP_NUMBER] ?? number}`;
  if (plain === 'mismatch') return `mismatch ${electrodesText(number)}`;
  if (plain === 'expect') return `expected ${packedText(number)}`;
  if (plain === 'sample' || plain === 'wait') return `${plain} 0x${(number >>> 0).toString(16)}`;
  if (plain in SENSORS) return `last seen: ${readingText(plain, number)}`;
  return `${wordsOf(name)} ${figure(number)}${unitOf(name)}`;
}
