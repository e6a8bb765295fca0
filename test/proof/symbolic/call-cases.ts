// Calls for the comparison of the symbolic execution with V8: blocks met on the bench, changed, damaged or made up, with the
// calls that met them and with others. The same seed gives the same cases.
import { RandomStream } from '../../../sim/clock/random.ts';
import { Bench, CASE, HOLD, MEASURE, pack, RECHARGE, STALE } from '../../property/interlock/bench.ts';
import { scenarios } from '../../property/interlock/scenarios.ts';
import { wordOf } from '../model/block.ts';
import { EXPORT_NAMES, EXPORTS, type ExportName } from '../model/calls.ts';
import { BLOCK_ADDRESS, BLOCK_WORDS } from './memory.ts';
import { type CallCase, type Readings, sealed } from './one-call.ts';

/** Scenarios that together meet every state, and are short. */
const PLAYED =
  /L1 |L2 |L3 one|L4 one|L4 a short|L5 unrecovered|L5 no credit|L6 a charge|L8 |L9|L10|L11|L12|L15|L16/;
const KEPT_PER_KIND = 150;

type Method =
  | 'boot'
  | 'poll'
  | 'requestWords'
  | 'stop'
  | 'arm'
  | 'clear'
  | 'lowerLimit'
  | 'raiseLimit'
  | 'reading'
  | 'status';
const METHODS: Record<Method, ExportName> = {
  boot: 'boot',
  poll: 'poll',
  requestWords: 'request',
  stop: 'stop',
  arm: 'arm',
  clear: 'clear',
  lowerLimit: 'lower_limit',
  raiseLimit: 'raise_limit',
  reading: 'reading',
  status: 'status',
};

/** A call that the bench made, with the block before it. */
export interface Met {
  readonly name: ExportName;
  readonly args: readonly number[];
  readonly before: Int32Array;
  readonly clockUs: number;
  readonly sensed: readonly number[];
  /** A request that released a segment. */
  readonly isAccepted: boolean;
}

/** Plays scenarios and keeps the calls of each export, spread over all that were made. */
export function meetBlocks(): Met[] {
  const met = new Map<string, Met[]>();
  const originals = new Map<Method, unknown>();
  const methods = Bench.prototype as unknown as Record<Method, (...args: never[]) => unknown>;
  for (const [method, name] of Object.entries(METHODS) as [Method, ExportName][]) {
    const original = methods[method];
    originals.set(method, original);
    methods[method] = function (this: Bench, ...args: unknown[]) {
      const call = snapshot(this, name, args);
      const result = original.apply(this, args as never[]);
      const isAccepted = name === 'request' && result === 0;
      const kind = isAccepted ? `${name} of ${args[1]}` : name;
      const kept = met.get(kind) ?? [];
      kept.push({ ...call, isAccepted });
      met.set(kind, kept);
      return result;
    };
  }
  try {
    for (const [title, play] of Object.entries(scenarios)) if (PLAYED.test(title)) play();
  } finally {
    for (const [method, original] of originals) methods[method] = original as () => unknown;
  }
  return [...met.values()].flatMap((calls) => {
    const step = Math.max(1, calls.length / KEPT_PER_KIND);
    return Array.from(
      { length: Math.min(calls.length, KEPT_PER_KIND) },
      (_, i) => calls[Math.floor(i * step)],
    );
  });
}

function snapshot(bench: Bench, name: ExportName, args: readonly unknown[]): Omit<Met, 'isAccepted'> {
  const { magnet, batteryMv, temperatureMc, selfTest } = bench.sensors;
  const { buffer, byteOffset } = bench.bytes;
  const before = new Int32Array(buffer, byteOffset + BLOCK_ADDRESS, BLOCK_WORDS).slice();
  const flat = name === 'request' ? [args[0], args[1], ...(args[2] as number[])] : args;
  const given = EXPORTS[name].map((_, i) => Number(flat[i] ?? (name === 'boot' ? [100, 0][i] : 0)));
  return {
    name,
    args: given,
    before,
    clockUs: bench.nowUs,
    sensed: [magnet, batteryMv, temperatureMc, selfTest, -1, 0],
  };
}

const EDGES = [
  0,
  1,
  -1,
  2,
  50,
  200,
  1000,
  25_500,
  25_501,
  32_767,
  -32_768,
  65_536,
  1_587_000,
  2_004_000,
  5_080_000,
  -5_080_000,
  STALE,
  2 ** 31 - 1,
];

export class Cases {
  private readonly stream: RandomStream;
  private readonly met: readonly Met[];

  constructor(seed: number, met: readonly Met[]) {
    this.stream = new RandomStream(seed, 'calls');
    this.met = met;
  }

  private below(bound: number): number {
    return this.stream.below(bound);
  }
  private of<T>(values: readonly T[]): T {
    return values[this.below(values.length)];
  }
  private any(): number {
    return this.below(2) === 0 ? this.of(EDGES) : this.below(2 ** 32) | 0;
  }

  /** As it was met, but for the read-back and the stage's room, which are drawn. */
  replayed(call: Met): CallCase {
    const { name, args, before, clockUs } = call;
    const sensed = [...call.sensed];
    if (this.below(3) === 0) sensed[4] = this.readBack(before);
    sensed[5] = this.any();
    return { name, args, before, readings: { clockUs, sensed, room: this.of([64, 64, 64, 20, 0]) } };
  }

  /** Any call on any block: one that was met, with words or bits of it changed, or one that was never met. */
  made(): CallCase {
    if (this.below(3) === 0) return this.nearlyAccepted();
    const base = this.of(this.met);
    const name = this.of([...EXPORT_NAMES, 'request', 'request', 'request'] as const);
    const before = this.block(base.before);
    return { name, args: this.args(name, base), before, readings: this.readings(before) };
  }

  /** A request that was accepted, or one like it, with a word changed at most and little time gone by. */
  private nearlyAccepted(): CallCase {
    const base = this.of(this.met.filter((call) => call.isAccepted));
    const words = base.before.slice();
    if (this.below(2) === 0) this.change(words);
    const before = sealed(words);
    const sensed = [...base.sensed];
    if (this.below(3) === 0) sensed[4] = this.readBack(before);
    const clockUs = (before[wordOf('clock')] + this.below(60)) | 0;
    const args = this.below(2) === 0 ? base.args : this.request();
    return { name: 'request', args, before, readings: { clockUs, sensed, room: this.of([64, 2, 1]) } };
  }

  private block(met: Int32Array): Int32Array {
    const words = met.slice();
    switch (this.below(5)) {
      case 0:
        return sealed(words);
      case 1:
        for (let i = 0; i < BLOCK_WORDS; i++) words[i] = this.any();
        return this.below(4) === 0 ? words : sealed(words);
      case 2:
        words[this.below(BLOCK_WORDS)] ^= 1 << this.below(32);
        return words;
      default:
        for (let left = 1 + this.below(4); left > 0; left--) this.change(words);
        return sealed(words);
    }
  }

  /** Scalars are changed as often as the records of all electrodes together. */
  private change(words: Int32Array): void {
    const scalars = wordOf('state');
    const at = this.below(2) === 0 ? this.below(scalars) : scalars + this.below(26);
    words[at] = this.of([
      this.any(),
      this.below(5),
      words[at] + this.below(401) - 200,
      words[this.below(BLOCK_WORDS)],
    ]);
  }

  private readings(before: Int32Array): Readings {
    const elapsedUs = this.of([
      0,
      1,
      50,
      1000,
      5000,
      64_800,
      100_001,
      2 ** 31 - 1,
      this.below(10_000),
      this.any(),
    ]);
    const sensed = [
      this.of([0, 0, 0, 0, 0, 1, 2, STALE, this.any()]),
      this.of([3800, 3800, 3800, 3000, 2999, -1, STALE, this.any()]),
      this.of([36_500, 36_500, 36_500, 39_000, 39_001, STALE, this.any()]),
      this.of([1, 1, 1, 0, STALE, this.any()]),
      this.readBack(before),
      this.any(),
    ];
    return {
      clockUs: (before[wordOf('clock')] + elapsedUs) | 0,
      sensed,
      room: this.of([64, 64, 64, 1, 0, this.any()]),
    };
  }

  /** None, the one that is awaited with an error or without, or any. */
  private readBack(before: Int32Array): number {
    const awaited = before[wordOf('expect')] & ~(3 << 21);
    const error = this.of([0, 0, 1, 99, 500, -4000]);
    return this.of([
      -1,
      STALE,
      awaited,
      (awaited & ~0xffff) | ((awaited + error) & 0xffff),
      awaited ^ (1 << 16),
      this.any(),
    ]);
  }

  private args(name: ExportName, base: Met): number[] {
    if (name === base.name && this.below(2) === 0) return [...base.args];
    if (name === 'request') return this.request();
    if (name === 'boot') return [this.of([100, 99, 500, this.any()]), this.of([0, 3, 4, 0x93, this.any()])];
    if (name === 'stop') return [this.of([0, 1, 2, this.any()])];
    if (name === 'reading') return [this.of([this.below(100), this.any()])];
    return EXPORTS[name].map((_, i) =>
      i === 0
        ? this.of([this.below(17), this.below(17), -1, 17, this.any()])
        : this.of([this.any(), 1000, 500_000, 25_500, 2_998_000]),
    );
  }

  private request(): number[] {
    if (this.below(6) === 0) return EXPORTS.request.map(() => this.any());
    const [first, second] = [this.below(16), this.below(16)];
    const levelUa = this.of([1, 20, 1000, -1000, 2000, -2000, 12_750, 25_501]);
    const isZero = this.below(4) === 0;
    const levelsUa = isZero
      ? {}
      : { [first]: levelUa, ...(this.below(4) === 0 ? {} : { [second]: -levelUa }) };
    const flags = isZero
      ? this.of([RECHARGE, HOLD, RECHARGE, 3])
      : this.of([0, 0, 0, CASE, MEASURE, CASE | MEASURE, RECHARGE]);
    return [this.of([10, 9, 100, 200, 800, 1000, 1001, 5000, 5001]), flags, ...pack(levelsUa)];
  }
}
