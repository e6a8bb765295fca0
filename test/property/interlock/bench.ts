// The interlock alone on a bench: a board with a settable clock and sensors, an ideal output stage, and a hostile caller in
// the stimulator's place. Every call and every effect on the board is reported to the law book.
import type { Hal } from '../../../sim/index.ts';
import { barePicoInterlock } from '../../../sim/machine/pico/index.ts';
import { loadModule } from '../../../sim/machine/wasm-modules.ts';
import { PICO, RIG_MACHINE } from '../rig/machine.ts';
import { LawBook } from './law-book.ts';

export const RECHARGE = 1;
export const HOLD = 2;
export const CASE = 4;
export const MEASURE = 8;
export const STALE = -2147483648;
const NO_SAMPLE = -1;

interface InterlockExports {
  boot(toleranceUa: number, retained: number): void;
  poll(): void;
  request(durationUs: number, flags: number, ...words: number[]): number;
  stop(mode: number): number;
  arm(): number;
  clear(): number;
  lower_limit(electrode: number, amplitudeUa: number, phasePc: number): number;
  raise_limit(electrode: number, amplitudeUa: number, phasePc: number): number;
  reading(channel: number): number;
  status(): number;
  readonly bytes: Uint8Array;
}

/** Makes the interlock that is called: of a binary, or of the flashed image. */
type MakeInterlock = (hal: Hal) => InterlockExports;

function ofBinary(module: WebAssembly.Module): MakeInterlock {
  return (hal) => {
    const exports = new WebAssembly.Instance(module, { hal: { ...hal } })
      .exports as unknown as InterlockExports;
    const { memory } = exports as unknown as { memory: WebAssembly.Memory };
    return { ...exports, bytes: new Uint8Array(memory.buffer) };
  };
}

interface Queued {
  endUs: number;
}

export interface Sensors {
  magnet: number;
  batteryMv: number;
  temperatureMc: number;
  selfTest: number;
}

/** One call as the bench made it. */
export interface BenchCall {
  readonly name: string;
  readonly args: readonly number[];
  readonly atUs: number;
  readonly sensors: Sensors;
  readonly result: number;
}

/** Levels of 17 electrodes packed as the calls want them: two i16 a word, the case left out. */
export function pack(levelsUa: Record<number, number>): number[] {
  const words = new Array<number>(8).fill(0);
  for (const [index, ua] of Object.entries(levelsUa)) {
    const contact = Number(index);
    words[contact >> 1] |= contact & 1 ? ua << 16 : ua & 0xffff;
  }
  return words;
}

export class Bench {
  readonly book = new LawBook();
  /** Every call so far. */
  readonly calls: BenchCall[] = [];
  readonly sensors: Sensors = { magnet: 0, batteryMv: 3800, temperatureMc: 36500, selfTest: 1 };
  /** Added to every read-back, µA, by electrode: a driver that does not do what it is told. */
  readonly readbackErrorUa = new Float64Array(17);
  readbackWorks = true;
  /** Added to the electrode that a read-back names. */
  readbackShift = 0;
  nowUs = 0;
  heartbeats = 0;
  /** The stage's own view: places taken and when each becomes free. */
  private queue: Queued[] = [];
  private stageEndUs = 0;
  private samples: { atUs: number; packed: number }[] = [];
  private newest = NO_SAMPLE;
  private readonly exports: InterlockExports;
  /** Word of room that the stage claims beyond the truth. */
  roomLie: number | undefined;

  /** `module`: another binary than that of the machine that the environment names. */
  constructor(module?: WebAssembly.Module) {
    const hal = {
      clock_us: () => this.nowUs | 0,
      sense: (channel: number) => this.sense(channel),
      segment_room: () => this.room(),
      segment: (durationUs: number, flags: number, ...words: number[]) =>
        this.segment(durationUs, flags, words),
      off: () => this.off(),
      heartbeat: () => {
        this.heartbeats += 1;
      },
    };
    const isPico = module === undefined && RIG_MACHINE === PICO;
    this.exports = (isPico ? barePicoInterlock : ofBinary(module ?? loadModule('interlock')))(hal);
  }

  /** The interlock's memory. */
  get bytes(): Uint8Array {
    return this.exports.bytes;
  }

  private sense(channel: number): number {
    if (channel === 0) return this.sensors.magnet;
    if (channel === 1) return this.sensors.batteryMv;
    if (channel === 2) return this.sensors.temperatureMc;
    if (channel === 3) return this.sensors.selfTest;
    if (channel === 4) return this.readBack();
    return 0;
  }

  private readBack(): number {
    while (this.samples.length > 0 && this.samples[0].atUs <= this.nowUs)
      this.newest = this.samples.shift()!.packed;
    if (this.newest !== NO_SAMPLE) this.book.sampled(this.newest);
    return this.newest;
  }

  private room(): number {
    this.queue = this.queue.filter((segment) => segment.endUs > this.nowUs);
    return this.roomLie ?? 64 - this.queue.length;
  }

  private segment(durationUs: number, flags: number, words: number[]): void {
    const levelsUa = words.flatMap((word) => [(word << 16) >> 16, word >> 16]);
    levelsUa.push(flags & CASE ? 0 - levelsUa.reduce((sum, ua) => sum + ua, 0) : 0);
    this.room();
    const startUs = this.queue.length === 0 ? this.nowUs + 1 : this.stageEndUs;
    this.stageEndUs = startUs + durationUs;
    this.queue.push({ endUs: this.stageEndUs });
    const sampled = (flags >> 16) & 31;
    if (this.readbackWorks && sampled <= 16 && !(flags & (RECHARGE | HOLD))) {
      const measuredUa = Math.round(levelsUa[sampled] + this.readbackErrorUa[sampled]);
      const packed =
        (measuredUa & 0xffff) | (((sampled + this.readbackShift) % 17) << 16) | (((flags >> 8) & 63) << 24);
      this.samples.push({ atUs: startUs + durationUs / 2, packed });
    }
    this.book.released({
      durationUs,
      flags,
      levelsUa,
      startUs,
      nowUs: this.nowUs,
      queued: this.queue.length,
      sampled: this.readbackWorks && sampled <= 16,
    });
  }

  private off(): void {
    this.queue = [];
    this.samples = this.samples.filter((sample) => sample.atUs <= this.nowUs);
    this.stageEndUs = this.nowUs;
    this.book.off(this.nowUs);
  }

  /** Runs one call of the interlock under the eyes of the law book. A wasm trap is reported as a broken L13. */
  private call(name: string, args: number[], run: () => number | undefined): number {
    this.book.before(name, args, this.nowUs, this.sensors, this.recordBytes());
    let result = -1;
    try {
      result = run() ?? 0;
    } catch (error) {
      this.book.trapped(String(error));
    }
    this.book.after(result, this.exports.status(), this.recordBytes());
    this.calls.push({ name, args, atUs: this.nowUs, sensors: { ...this.sensors }, result });
    return result;
  }

  private recordBytes(): Uint8Array {
    return this.bytes.slice(16 + 108, 16 + 108 + 544);
  }

  boot(toleranceUa = 100, retained = 0): void {
    this.call('boot', [toleranceUa, retained], () => this.exports.boot(toleranceUa, retained) as undefined);
  }
  poll(): void {
    this.call('poll', [], () => this.exports.poll() as undefined);
  }
  request(durationUs: number, flags: number, levelsUa: Record<number, number> = {}): number {
    return this.requestWords(durationUs, flags, pack(levelsUa));
  }
  requestWords(durationUs: number, flags: number, words: number[]): number {
    const args = [durationUs, flags, ...words];
    return this.call('request', args, () => this.exports.request(durationUs, flags, ...words));
  }
  stop(mode = 1): number {
    return this.call('stop', [mode], () => this.exports.stop(mode));
  }
  arm(): number {
    return this.call('arm', [], () => this.exports.arm());
  }
  clear(): number {
    return this.call('clear', [], () => this.exports.clear());
  }
  lowerLimit(electrode: number, amplitudeUa: number, phasePc: number): number {
    const args = [electrode, amplitudeUa, phasePc];
    return this.call('lower_limit', args, () => this.exports.lower_limit(electrode, amplitudeUa, phasePc));
  }
  raiseLimit(electrode: number, amplitudeUa: number, phasePc: number): number {
    const args = [electrode, amplitudeUa, phasePc];
    return this.call('raise_limit', args, () => this.exports.raise_limit(electrode, amplitudeUa, phasePc));
  }
  reading(channel: number): number {
    return this.call('reading', [channel], () => this.exports.reading(channel));
  }
  status(): number {
    return this.call('status', [], () => this.exports.status());
  }
  wait(durationUs: number): void {
    this.nowUs += durationUs;
  }

  /** Waits with a poll every 5 ms, as a live board does. */
  idle(durationUs: number): void {
    for (let leftUs = durationUs; leftUs > 0; leftUs -= 5000) {
      this.wait(Math.min(leftUs, 5000));
      this.poll();
    }
  }

  /** Boots, waits for the discharge and arms. */
  armed(): this {
    this.boot();
    this.idle(70_000);
    this.arm();
    return this;
  }
}
