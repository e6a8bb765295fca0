// Which column of a capture is which contact. Names of the simulator's files need no mapping; those of an instrument do.

import { CaptureError } from './capture-error.ts';
import { electrodeName, electrodeOf } from './finding.ts';
import { LEVEL_SCALES, type Signal, signalOf } from './signals.ts';

/** Where the current of a contact is in a capture: in a column of its level, or in one-bit columns of its polarity. */
export interface ContactMapping {
  /** Name of the column or signal of the level. Two contacts may share one: with opposite signs where one shunt measures both. */
  readonly column?: string;
  /** µA for each volt of the column, anodic positive: 1e6 / Ω of a shunt; negative where the probe is reversed. */
  readonly uaPerVolt?: number;
  /** Reading at no current, V. */
  readonly offsetV?: number;
  /** Unit of a column of currents whose name has none. */
  readonly unit?: 'uA' | 'mA' | 'A';
  /** Name of the column or signal, or of a bit of it as in `sinks[2]`, that is 1 while the contact is a cathode. */
  readonly cathode?: string;
  /** The same while it is an anode. */
  readonly anode?: string;
}

/** How to read a capture. Everything has a default; what a file says of itself need not be told. */
export interface CaptureMapping {
  /** Name of the time column. Default: the one called time, or whose unit is one of time. */
  readonly time?: string;
  /** Unit of the time column where neither its name nor a row of units tells. */
  readonly timeUnit?: 's' | 'ms' | 'us' | 'ns';
  /** Rows are samples at this rate, whatever a time column says, Hz. */
  readonly sampleRateHz?: number;
  /** By electrode, E1 … E16 and CASE. */
  readonly contacts?: Readonly<Record<string, ContactMapping>>;
  /** Name of the column that is 1 while the electrodes are shorted. */
  readonly recharge?: string;
  /** A voltage above this is a 1 in a column of polarity, V. Default 0.5, as for columns of 0 and 1. */
  readonly thresholdV?: number;
  /** Currents up to this are zero, µA. Default: the noise. */
  readonly zeroUa?: number;
  /** A level goes on while the currents stay within this, µA. Default: as found in an evenly sampled file, else 0. */
  readonly noiseUa?: number;
  /** Allowed error of a level, µA. Default: the greatest of `zeroUa`, `noiseUa` and half the converter's step. */
  readonly toleranceUa?: number;
  /** Stretches shorter than this (samples amid an edge, skew between channels) count to the next, ns. */
  readonly settleNs?: number;
  /** Time between samples, ns. Default: as found in the file. */
  readonly resolutionNs?: number;
}

const NAMES_SHOWN = 20;

interface Wanted {
  readonly name: string;
  /** Of the mapping, for messages. */
  readonly of: string;
  readonly kind: 'level' | 'cathode' | 'anode' | 'recharge';
  readonly electrode: number;
  readonly contact: ContactMapping;
}

/** A column or signal as its file names it. */
export interface Column {
  /** Names that it may be mapped by: its own, and with its scopes. */
  readonly names: readonly string[];
  /** Bits, and the number of the lowest one. */
  readonly width: number;
  readonly lowBit: number;
  /** Unit that the file gives it. */
  readonly unit?: string;
  /** A column that is called as an electrode must have a unit of current. */
  readonly needsUnit?: boolean;
}

/** Finds the signals that a column carries. Throws CaptureError, at `line` of the file, for what does not fit. */
export class ColumnFinder {
  readonly #wanted: readonly Wanted[];
  readonly #found = new Set<Wanted>();
  readonly #thresholdV: number;

  constructor(mapping: CaptureMapping) {
    this.#wanted = wantedOf(mapping);
    this.#thresholdV = mapping.thresholdV ?? 0.5;
  }

  /** Signals of a column: those of the mapping, else the one that its name tells; none where it does not matter. */
  find(column: Column, fail: (message: string) => CaptureError): Signal[] {
    const signals: Signal[] = [];
    for (const wanted of this.#wanted) {
      const bit = bitOf(wanted.name, column);
      if (bit === null) continue;
      this.#found.add(wanted);
      const { kind, electrode, contact } = wanted;
      const scale = kind === 'level' ? scaleOf(contact, column, wanted, fail) : 1;
      const offset = kind === 'level' ? (contact.offsetV ?? 0) / voltsPerUnit(column.unit) : 0;
      signals.push({ kind, electrode, width: column.width, scale, offset, bit, threshold: this.#thresholdV });
    }
    if (signals.length > 0) return signals;
    const known = signalOf(column.names[0], column.width, column.unit, column.needsUnit ? fail : undefined);
    const isMapped = (signal: Signal) =>
      this.#wanted.some(
        ({ kind, electrode }) => kind !== 'recharge' && electrode === signal.electrode && isOfContact(signal),
      );
    return known && !isMapped(known) ? [known] : [];
  }

  /** @throws CaptureError where the mapping names a column that is not among `names`. */
  refuseMissing(names: readonly string[], fail: (message: string) => CaptureError): void {
    const missing = this.#wanted.find((wanted) => !this.#found.has(wanted));
    if (missing === undefined) return;
    throw fail(`no column '${missing.name}', which the mapping has for ${missing.of}; ${thereAre(names)}`);
  }
}

/** The names of a file's columns, for messages: not more than can be read. */
export function thereAre(names: readonly string[]): string {
  const shown = names.filter((name) => name !== '').slice(0, NAMES_SHOWN);
  return `there are: ${shown.join(', ')}${names.length > NAMES_SHOWN ? ', …' : ''}`;
}

function isOfContact({ kind }: Signal): boolean {
  return kind === 'level' || kind === 'cathode' || kind === 'anode';
}

function wantedOf(mapping: CaptureMapping): Wanted[] {
  const wanted: Wanted[] = [];
  for (const [of, contact] of Object.entries(mapping.contacts ?? {})) {
    const electrode = electrodeOf(of.toUpperCase());
    if (electrode < 0)
      throw new CaptureError('mapping', 0, `there is no electrode ${of}: E1 to E16 and CASE`);
    const { column, cathode, anode } = contact;
    if (column !== undefined) wanted.push({ name: column, of, kind: 'level', electrode, contact });
    if (cathode !== undefined) wanted.push({ name: cathode, of, kind: 'cathode', electrode, contact });
    if (anode !== undefined) wanted.push({ name: anode, of, kind: 'anode', electrode, contact });
  }
  if (mapping.recharge !== undefined)
    wanted.push({ name: mapping.recharge, of: 'recharge', kind: 'recharge', electrode: 0, contact: {} });
  return wanted;
}

/** −1: the column is the one named; 0 and up: that bit of it is; null: it is another. */
function bitOf(name: string, { names, width, lowBit }: Column): number | null {
  if (names.includes(name)) return -1;
  const match = /^(.+)\[(\d+)\]$/.exec(name);
  if (!match || !names.includes(match[1])) return null;
  const bit = Number(match[2]) - lowBit;
  return bit >= 0 && bit < Math.min(width, 32) ? bit : null;
}

function voltsPerUnit(unit: string | undefined): number {
  const scales: Record<string, number> = { kv: 1e3, mv: 1e-3, uv: 1e-6, µv: 1e-6, nv: 1e-9 };
  return scales[unit?.toLowerCase() ?? ''] ?? 1;
}

function scaleOf(
  { uaPerVolt, unit }: ContactMapping,
  column: Column,
  { name, of, electrode }: Wanted,
  fail: (message: string) => CaptureError,
): number {
  const current = LEVEL_SCALES[(unit ?? column.unit ?? '').toLowerCase()];
  if (uaPerVolt === undefined) {
    if (current !== undefined) return current;
    throw fail(`the column '${name}' of ${electrodeName(electrode)} has no current: give its uaPerVolt`);
  }
  if (current === undefined) return uaPerVolt * voltsPerUnit(column.unit);
  throw fail(`the column '${name}' of ${of} is in ${unit ?? column.unit}: leave its uaPerVolt out`);
}
