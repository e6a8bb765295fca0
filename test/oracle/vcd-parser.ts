// A VCD (IEEE 1364-2005, clause 18) as a row of tokens, byte by byte: whatever the white space, scopes, aliases and x or z
// values of its writer. Vectors are two's complement at their declared width.

import { CaptureError } from './capture-error.ts';
import { type CaptureMapping, ColumnFinder } from './mapping.ts';
import { type Signal, SignalValues } from './signals.ts';
import { idKey, join, nameOf, SHORT_IDS, shortKey, text } from './vcd-words.ts';

const NEWLINE = 10;
const HASH = 35;
const DOLLAR = 36;
const ZERO = 48;
const ONE = 49;
/** Vectors, reals and, of some simulators, strings. */
const LETTER_B = 98;
const LETTER_R = 114;
const LETTER_S = 115;
const TOKEN_BYTES_MAX = 65_536;

type Pending = 'none' | 'vector' | 'real' | 'scalar';

const UNITS_NS: Record<string, number> = { s: 1e9, ms: 1e6, us: 1e3, ns: 1, ps: 1e-3, fs: 1e-6 };
/** Names of variables that are kept for messages. */
const NAMES_KEPT = 100;

export class VcdParser {
  readonly values: SignalValues;
  /** True after $enddefinitions. */
  inBody = false;
  /** ns per unit of time, as a factor or a divisor. */
  #factor = 0;
  #divisor = 1;
  resolutionNs = 0;
  version = '';
  /** Sampling period named in a comment of the writer (sigrok does), ns; 0: none. */
  samplingNs = 0;
  line = 1;
  /** Changes of known signals to x or z, and the line of the first. */
  unknowns = 0;
  unknownLine = 0;
  /** Newest time, ns. */
  timeNs = Number.NEGATIVE_INFINITY;
  /** Called when time moves on, after the values of the instant before are complete. */
  onTime: (timeNs: number) => void = () => {};
  readonly #origin: string;
  readonly #shortIds: (Signal[] | undefined)[] = new Array(SHORT_IDS);
  readonly #longIds = new Map<string, Signal[]>();
  readonly #ignored = new Set<string>();
  readonly #finder: ColumnFinder;
  readonly #names: string[] = [];
  readonly #scopes: string[] = [];
  #section: string[] | null = null;
  #sectionLine = 0;
  #pending: Pending = 'none';
  #value = 0;
  #unknown = false;
  #carry: Uint8Array | null = null;

  constructor(origin: string, mapping: CaptureMapping = {}) {
    this.#origin = origin;
    this.#finder = new ColumnFinder(mapping);
    this.values = new SignalValues(mapping.zeroUa);
  }

  /** Takes the next bytes. With `headerOnly` it stops at the end of the header. */
  feed(chunk: Uint8Array, headerOnly = false): void {
    const bytes = this.#carry ? join(this.#carry, chunk) : chunk;
    this.#carry = null;
    const end = bytes.length;
    let i = 0;
    while (i < end) {
      const code = bytes[i];
      if (code <= 32) {
        if (code === NEWLINE) this.line++;
        i++;
        continue;
      }
      const start = i;
      while (i < end && bytes[i] > 32) i++;
      if (i === end) {
        if (i - start > TOKEN_BYTES_MAX) throw this.#error('not a VCD: a word of more than 64 KiB');
        this.#carry = bytes.slice(start, end);
        return;
      }
      this.#token(bytes, start, i);
      if (headerOnly && this.inBody) return;
    }
  }

  /** The file ends. Returns whether it ended in the middle of a token that could still be read. */
  end(): boolean {
    const carry = this.#carry;
    this.#carry = null;
    if (carry) this.#lastToken(carry);
    if (!this.inBody)
      throw this.#error('the header is not complete: the file is cut or is not a VCD; capture again');
    if (this.#section) throw this.#cut(`in ${this.#section[0]}`);
    if (this.#pending !== 'none') throw this.#cut('after a value without its signal');
    return carry !== null && carry[0] !== DOLLAR;
  }

  /** A last word without a line break may have lost its end: a time that goes back then says nothing. */
  #lastToken(carry: Uint8Array): void {
    if (this.inBody && carry[0] === HASH && this.#pending === 'none') {
      const timeNs = this.#time(carry, 1, carry.length);
      if (timeNs > this.timeNs) this.#moveTo(timeNs);
      return;
    }
    this.#token(carry, 0, carry.length);
  }

  #token(bytes: Uint8Array, start: number, end: number): void {
    if (this.#section) this.#sectionToken(text(bytes, start, end));
    else if (this.#pending !== 'none') this.#change(bytes, start, end);
    else if (bytes[start] === DOLLAR) this.#keyword(text(bytes, start, end));
    else if (!this.inBody) throw this.#error(`'${text(bytes, start, end)}' in the header: this is not a VCD`);
    else this.#bodyToken(bytes, start, end);
  }

  #bodyToken(bytes: Uint8Array, start: number, end: number): void {
    const code = bytes[start];
    if (code === HASH) {
      const timeNs = this.#time(bytes, start + 1, end);
      if (timeNs < this.timeNs)
        throw this.#error(`time goes back to ${timeNs} ns: the file is damaged; capture again`);
      if (timeNs > this.timeNs) this.#moveTo(timeNs);
      return;
    }
    const lower = code | 32;
    if (lower === LETTER_B || lower === LETTER_R || lower === LETTER_S) {
      this.#unknown = false;
      if (lower === LETTER_B) this.#value = this.#bits(bytes, start + 1, end);
      else this.#value = lower === LETTER_R ? this.#real(text(bytes, start + 1, end)) : 0;
      this.#pending = lower === LETTER_B ? 'vector' : 'real';
      return;
    }
    if (code !== ZERO && code !== ONE && lower !== 120 && lower !== 122) {
      throw this.#error(
        `'${text(bytes, start, end)}' is no value change: the file is damaged; capture again`,
      );
    }
    this.#value = code === ONE ? 1 : 0;
    this.#unknown = lower === 120 || lower === 122;
    this.#pending = 'scalar';
    if (end > start + 1) this.#change(bytes, start + 1, end);
  }

  #moveTo(timeNs: number): void {
    this.onTime(timeNs);
    this.timeNs = timeNs;
  }

  #change(bytes: Uint8Array, start: number, end: number): void {
    const signals = this.#signals(bytes, start, end);
    const pending = this.#pending;
    this.#pending = 'none';
    if (this.#unknown && signals.length > 0 && this.unknowns++ === 0) this.unknownLine = this.line;
    for (const signal of signals) {
      let value = this.#value;
      if (pending === 'vector' && signal.kind === 'level' && signal.width < 32) {
        const shift = 32 - signal.width;
        value = (value << shift) >> shift;
      } else if (pending === 'vector' && signal.kind !== 'level') value >>>= 0;
      this.values.set(signal, value);
    }
  }

  #signals(bytes: Uint8Array, start: number, end: number): readonly Signal[] {
    const key = shortKey(bytes, start, end);
    const known = key >= 0 ? this.#shortIds[key] : this.#longIds.get(text(bytes, start, end));
    if (known) return known;
    const id = text(bytes, start, end);
    if (!this.#ignored.has(id)) {
      throw this.#error(
        `a change of '${id}', which no $var declares: the file is cut or damaged; capture again`,
      );
    }
    return [];
  }

  #bits(bytes: Uint8Array, start: number, end: number): number {
    let value = 0;
    for (let i = start; i < end; i++) {
      const code = bytes[i];
      if (code !== ZERO && code !== ONE) {
        const lower = code | 32;
        if (lower === 120 || lower === 122) {
          this.#unknown = true;
          return 0;
        }
        throw this.#error(
          `'${text(bytes, start - 1, end)}' is no vector: the file is damaged; capture again`,
        );
      }
      value = (value << 1) | (code - ZERO);
    }
    return value;
  }

  #real(digits: string): number {
    const value = Number(digits);
    if (digits === '' || Number.isNaN(value))
      throw this.#error(`'r${digits}' is no real value: the file is damaged`);
    return value;
  }

  #time(bytes: Uint8Array, start: number, end: number): number {
    let time = 0;
    for (let i = start; i < end; i++) {
      const digit = bytes[i] - ZERO;
      if (digit < 0 || digit > 9)
        throw this.#error(`'${text(bytes, start - 1, end)}' is no time: the file is damaged`);
      time = time * 10 + digit;
    }
    if (start === end) throw this.#cut('in a time without digits');
    return (time * this.#factor) / this.#divisor;
  }

  #keyword(word: string): void {
    if (word === '$end' || word.startsWith('$dump')) return;
    this.#section = [word];
    this.#sectionLine = this.line;
  }

  #sectionToken(word: string): void {
    const section = this.#section!;
    if (word !== '$end') {
      if (section.length > 4096)
        throw new CaptureError(this.#origin, this.#sectionLine, `${section[0]} has no $end`);
      section.push(word);
      return;
    }
    this.#section = null;
    const [name, ...words] = section;
    if (name === '$var') this.#declare(words);
    else if (name === '$scope') this.#scopes.push(words[1] ?? '');
    else if (name === '$upscope') this.#scopes.pop();
    else if (name === '$timescale') this.#timescale(words.join(''));
    else if (name === '$version') this.version = words.join(' ');
    else if (name === '$comment') this.#comment(words.join(' '));
    else if (name === '$enddefinitions') this.#endHeader();
  }

  #declare(words: string[]): void {
    const [, size, id, ...names] = words;
    const width = Number(size);
    if (!id || names.length === 0 || !(width >= 1)) {
      throw this.#error(`'$var ${words.join(' ')}' is no declaration: type, width, code and name expected`);
    }
    const { name, lowBit } = nameOf(names.join(''));
    const path = [...this.#scopes, name].join('.');
    if (this.#names.length < NAMES_KEPT) this.#names.push(path);
    const signals = this.#finder.find({ names: [name, path], width, lowBit }, (message) =>
      this.#error(message),
    );
    for (const signal of signals) this.values.declare(signal);
    const key = idKey(id);
    const known = key >= 0 ? this.#shortIds[key] : this.#longIds.get(id);
    if (known) known.push(...signals);
    else if (key >= 0) this.#shortIds[key] = signals;
    else if (signals.length > 0) this.#longIds.set(id, signals);
    else this.#ignored.add(id);
  }

  #timescale(scale: string): void {
    const match = /^(1|10|100)(fs|ps|ns|us|ms|s)$/.exec(scale);
    if (!match) throw this.#error(`a timescale of '${scale}': 1 fs to 100 s expected`);
    const [, number, unit] = match;
    this.resolutionNs = Number(number) * UNITS_NS[unit];
    // Times finer than ns are divided: a factor of 0.001 would not be exact.
    this.#divisor = UNITS_NS[unit] < 1 ? 1 / UNITS_NS[unit] : 1;
    this.#factor = UNITS_NS[unit] < 1 ? Number(number) : this.resolutionNs;
  }

  #comment(words: string): void {
    const match = /\bat ([\d.]+) ([kMG]?)Hz/.exec(words);
    if (!match) return;
    const scale = { '': 1, k: 1e3, M: 1e6, G: 1e9 }[match[2] as '' | 'k' | 'M' | 'G'];
    this.samplingNs = 1e9 / (Number(match[1]) * scale);
  }

  #endHeader(): void {
    if (this.#factor === 0)
      throw this.#error('no $timescale in the header: write one, as in $timescale 1 ns $end');
    this.#finder.refuseMissing(this.#names, (message) => this.#error(message));
    if (!this.values.hasLevels && !this.values.hasPolarity) {
      throw this.#error(
        'no output in it: signals named E1_uA … CASE_uA, or E1_CATHODE and E1_ANODE …, expected; a mapping gives others',
      );
    }
    this.inBody = true;
  }

  #cut(where: string): CaptureError {
    return this.#error(`the file ends or breaks off ${where}: it is cut; capture again`);
  }

  #error(message: string): CaptureError {
    return new CaptureError(this.#origin, this.line, message);
  }
}
