// The therapy engine alone: its AssemblyScript files compiled with a recording interlock, a clock that the test moves, and
// a validator whose verdict the test sets. Nothing here judges; the tests do.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import asc from 'assemblyscript/asc';
import {
  FIFO_SEGMENTS,
  FLAG_HOLD,
  FLAG_RECHARGE,
  READING_DISCHARGE_US,
  READING_QUEUE_US,
  READING_SEGMENTS,
  SENSE_MAGNET,
  SENSE_NO_SAMPLE,
  SENSE_READBACK,
  STATUS_ACTIVE,
  STATUS_MAGNET,
} from '../../firmware/board.ts';
import { DISCHARGE_US, HORIZON_US_MAX } from '../../firmware/profile.ts';
import { State, Status } from '../../firmware/status.ts';
import * as wire from '../../firmware/wire.ts';

/** Recharge before a program's first onset. */
export const LEAD_US = 1000;

const root = resolve(import.meta.dirname, '../..');
const folder = 'firmware/stimulator';
const virtual = new Map([
  [
    `${folder}/therapy-unit.ts`,
    `export { bootTherapy, start, stopSoft, stopNow, linkLost, runTherapy, therapyState, activeSlot, activeMode,
       lastReason, lastRefusal, stateChanges } from './therapy/engine';
     export { measure, impedanceReady, takeImpedance, impedanceStatus, impedancePlus, impedanceMinus, impedanceMismatch,
       impedanceOhm, impedanceUa, impedanceMv, knownOhm, knownPairOhm, setReadbackTolerance } from './therapy/impedance';
     export { deliveredReady, deliveredRecord, takeDelivered, mergeDelivered, pulsesTotal } from './therapy/delivered';
     export { recordOf, isEmpty, storeArea, storeAmplitude, erase } from './store/program';
     export { refusalField, refusalLow, refusalHigh, clearRefusal } from './therapy/refusal';
     export { splitLevels, levelsDivide } from './therapy/levels';
     export { openFeasible, feasibleUa } from './therapy/feasible';
     export { setVerdict } from './therapy/validate';
     const block: usize = memory.data(128, 8);
     export function scratch(): usize { return block; }`,
  ],
  [
    `${folder}/attend.ts`,
    'export function attend(): void {} export function isUrgent(): bool { return false; }',
  ],
  [
    `${folder}/therapy/validate.ts`,
    `let verdict: i32 = 0;
     export function setVerdict(status: i32): void { verdict = status; }
     export function checkArea(record: usize): i32 { return verdict; }
     export function checkProgram(slot: i32): i32 { return verdict; }
     export function checkRaised(slot: i32, area: i32, amplitudeUa: i32): i32 { return verdict; }`,
  ],
]);

async function compile(): Promise<WebAssembly.Module> {
  let binary: Uint8Array<ArrayBuffer> | undefined;
  const entry = `${folder}/therapy-unit.ts`;
  const { error, stderr } = await asc.main([entry, '--target', 'stimulator', '--baseDir', root], {
    readFile: (name) => {
      const known = virtual.get(name);
      if (known !== undefined) return known;
      try {
        return readFileSync(resolve(root, name), 'utf8');
      } catch {
        return null;
      }
    },
    writeFile: (name, contents) => {
      if (name.endsWith('.wasm')) binary = Uint8Array.from(contents as Uint8Array);
    },
    listFiles: () => [],
  });
  if (error || !binary) throw new Error(`the therapy engine does not compile: ${stderr.toString()}`);
  return new WebAssembly.Module(binary);
}

let compiled: Promise<WebAssembly.Module> | undefined;

export interface Segment {
  /** Clock µs. */
  startUs: number;
  durationUs: number;
  flags: number;
  /** Contacts; the case is minus their sum. */
  levelsUa: number[];
}

export interface Pulse {
  onsetUs: number;
  /** First phase. */
  levelsUa: number[];
  segments: Segment[];
}

/** An interlock that accepts whatever fits its FIFO and horizon, and records it. */
export class MockInterlock {
  nowUs: number;
  state: State = State.DISARMED;
  magnet = false;
  dischargeEndUs: number;
  segments: Segment[] = [];
  endUs = 0;
  accepted = 0;
  requests = 0;
  stops: number[] = [];
  /** Answers of the sensors and of `request`, for the tests to bend. */
  sense: (channel: number) => number = (channel) => (channel === SENSE_READBACK ? SENSE_NO_SAMPLE : 0);
  refuse: (durationUs: number, flags: number) => Status = () => Status.OK;
  armStatus: Status = Status.OK;

  constructor(nowUs = 5_000_000) {
    this.nowUs = nowUs;
    this.dischargeEndUs = nowUs + DISCHARGE_US;
  }

  off(): void {
    if (this.state === State.ARMED) this.state = State.DISARMED;
    this.dischargeEndUs = this.nowUs + DISCHARGE_US;
    for (const segment of this.segments.slice(-FIFO_SEGMENTS - 1)) {
      const leftUs = this.nowUs - segment.startUs;
      segment.durationUs = Math.max(0, Math.min(segment.durationUs, leftUs));
    }
    this.segments = this.segments.filter((segment) => segment.durationUs > 0);
  }

  /** What the real one does at each call: notices that the queue has run empty. */
  update(): void {
    if (this.state === State.ARMED && this.endUs > 0 && this.nowUs >= this.endUs) {
      this.off();
      this.endUs = 0;
    }
  }

  unplayed(): number {
    let count = 0;
    for (let n = this.segments.length - 1; n >= 0; n--, count++) {
      if (this.segments[n].startUs + this.segments[n].durationUs <= this.nowUs) break;
    }
    return count;
  }

  request(durationUs: number, flags: number, words: number[]): Status {
    this.requests++;
    this.update();
    if (this.state !== State.ARMED) return Status.NOT_ARMED;
    const refused = this.refuse(durationUs, flags);
    if (refused !== Status.OK) return refused;
    const levelsUa = words.flatMap((word) => [(word << 16) >> 16, word >> 16]);
    const isZero = levelsUa.every((levelUa) => levelUa === 0);
    const idle = (flags & (FLAG_RECHARGE | FLAG_HOLD)) !== 0;
    if (idle !== isZero) return Status.BALANCE;
    if (durationUs < 10 || durationUs > (idle ? 5000 : 1000)) return Status.DURATION;
    const startUs = this.endUs > 0 ? this.endUs : this.nowUs + 1;
    if (this.unplayed() >= FIFO_SEGMENTS) return Status.FIFO_FULL;
    if (startUs + durationUs > this.nowUs + HORIZON_US_MAX) return Status.HORIZON;
    this.segments.push({ startUs, durationUs, flags, levelsUa });
    this.endUs = startUs + durationUs;
    this.accepted++;
    return Status.OK;
  }

  arm(): Status {
    if (this.armStatus !== Status.OK) return this.armStatus;
    if (this.nowUs < this.dischargeEndUs) return Status.DISCHARGING;
    this.state = State.ARMED;
    this.endUs = 0;
    return Status.OK;
  }

  stop(mode: number): Status {
    this.stops.push(mode);
    this.off();
    return Status.OK;
  }

  reading(channel: number): number {
    if (channel === READING_DISCHARGE_US) return Math.max(0, this.dischargeEndUs - this.nowUs);
    if (channel === READING_QUEUE_US) return Math.max(0, this.endUs - this.nowUs);
    if (channel === READING_SEGMENTS) return this.accepted;
    if (channel === SENSE_MAGNET) return this.magnet ? 1 : 0;
    return this.sense(channel);
  }

  status(): number {
    this.update();
    return this.state | (this.magnet ? STATUS_MAGNET : 0) | (this.endUs > this.nowUs ? STATUS_ACTIVE : 0);
  }
}

type Exported = Record<string, (...args: number[]) => number> & { memory: WebAssembly.Memory };

export interface AreaFields {
  rateMhz?: number;
  intraRateMhz?: number;
  onMs?: number;
  offMs?: number;
  rampUpMs?: number;
  rampDownMs?: number;
  phaseUs?: number;
  gapUs?: number;
  burstPulses?: number;
  recharge?: wire.Recharge;
  ratio?: number;
  /** ‰ of electrodes 0–16. */
  fractions?: Record<number, number>;
}

export interface Batch {
  area: number;
  thinned: number;
  count: number;
  firstIndex: number;
  delayUs: number;
  firstOnsetUs: number;
  total: number;
  amplitudeUa: number;
}

export class Engine {
  readonly gate: MockInterlock;
  readonly wasm: Exported;
  /** µs until the engine wants to run again. */
  wishUs = 0;
  /** µs that every run comes late. */
  lateUs = 0;
  runs = 0;

  private constructor(gate: MockInterlock, wasm: Exported) {
    this.gate = gate;
    this.wasm = wasm;
    wasm.bootTherapy();
  }

  static async boot(gate = new MockInterlock()): Promise<Engine> {
    compiled ??= compile();
    const instance = new WebAssembly.Instance(await compiled, {
      hal: { clock_us: () => gate.nowUs | 0, uart_read: () => -1, uart_write: () => 1, identity: () => 0 },
      interlock: {
        request: (durationUs: number, flags: number, ...words: number[]) =>
          gate.request(durationUs, flags, words),
        arm: () => gate.arm(),
        stop: (mode: number) => gate.stop(mode),
        reading: (channel: number) => gate.reading(channel),
        status: () => gate.status(),
      },
    });
    return new Engine(gate, instance.exports as unknown as Exported);
  }

  /** Stores an area and its amplitude; returns the first Status that is not OK. */
  program(slot: number, area: number, fields: AreaFields, amplitudeUa: number): Status {
    const status = this.wasm.storeArea(slot, area, this.record(fields));
    return status === Status.OK ? this.wasm.storeAmplitude(slot, area, amplitudeUa) : status;
  }

  /** Writes an area record into the scratch block; returns its address. */
  record(fields: AreaFields): number {
    const at = this.wasm.scratch();
    const view = new DataView(this.wasm.memory.buffer, at, wire.AREA_BYTES);
    for (let n = 0; n < wire.AREA_BYTES; n++) view.setUint8(n, 0);
    view.setUint32(wire.AREA_RATE_MHZ, fields.rateMhz ?? 100_000, true);
    view.setUint32(wire.AREA_INTRA_RATE_MHZ, fields.intraRateMhz ?? 0, true);
    view.setUint32(wire.AREA_CYCLE_ON_MS, fields.onMs ?? 0, true);
    view.setUint32(wire.AREA_CYCLE_OFF_MS, fields.offMs ?? 0, true);
    view.setUint16(wire.AREA_RAMP_UP_MS, fields.rampUpMs ?? 0, true);
    view.setUint16(wire.AREA_RAMP_DOWN_MS, fields.rampDownMs ?? 0, true);
    view.setUint16(wire.AREA_PHASE_US, fields.phaseUs ?? 200, true);
    view.setUint16(wire.AREA_INTERPHASE_GAP_US, fields.gapUs ?? 0, true);
    view.setUint16(wire.AREA_BURST_PULSES, fields.burstPulses ?? 1, true);
    view.setUint8(wire.AREA_RECHARGE, fields.recharge ?? wire.Recharge.SYMMETRIC);
    view.setUint8(wire.AREA_RATIO, fields.ratio ?? 1);
    for (const [electrode, fraction] of Object.entries(fields.fractions ?? { 0: -1000, 1: 1000 })) {
      view.setInt16(wire.AREA_FRACTIONS + 2 * Number(electrode), fraction, true);
    }
    return at;
  }

  amplitudeUa(slot: number, area: number): number {
    const at = this.wasm.recordOf(slot, area) + wire.AREA_AMPLITUDE_UA;
    return new DataView(this.wasm.memory.buffer).getUint32(at, true);
  }

  /** One run at the present time. */
  run(): void {
    this.gate.update();
    this.wishUs = (this.wasm.runTherapy as unknown as (nowUs: bigint) => number)(BigInt(this.gate.nowUs));
    this.runs++;
  }

  /** Runs as the board's main loop would, for this long. `each` is called before every run. */
  runFor(us: number, each: () => void = () => {}): void {
    const endUs = this.gate.nowUs + us;
    for (let turns = 0; this.gate.nowUs < endUs; turns++) {
      if (turns > us) throw new Error('the engine wants to run again at once, for ever');
      each();
      this.run();
      const sleepUs = Math.min(Math.max(this.wishUs, 1), 10_000) + this.lateUs;
      this.gate.nowUs = Math.min(endUs, this.gate.nowUs + sleepUs);
    }
    this.run();
  }

  /** Starts a slot and runs until the first segment is queued. Returns the clock time of the program's t0. */
  startProgram(slot: number, mode = 0): number {
    const status = this.wasm.start(slot, mode);
    if (status !== Status.OK) throw new Error(`start was refused with ${status}`);
    const before = this.gate.segments.length;
    for (let turns = 0; turns < 100 && this.gate.segments.length === before; turns++) {
      this.run();
      if (this.gate.segments.length === before) this.gate.nowUs += Math.max(1, Math.min(this.wishUs, 10_000));
    }
    return this.gate.segments[before].startUs + LEAD_US;
  }

  /** The pulses that have been requested so far: active segments, with holds, between stretches of recharge. */
  pulses(): Pulse[] {
    const pulses: Pulse[] = [];
    let present: Pulse | undefined;
    for (const segment of this.gate.segments) {
      if ((segment.flags & FLAG_RECHARGE) !== 0) {
        present = undefined;
        continue;
      }
      if (!present) {
        present = { onsetUs: segment.startUs, levelsUa: segment.levelsUa, segments: [] };
        pulses.push(present);
      }
      present.segments.push(segment);
    }
    return pulses;
  }

  /** Takes every batch that is ready. */
  batches(): Batch[] {
    const taken: Batch[] = [];
    while (this.wasm.deliveredReady()) {
      const view = new DataView(this.wasm.memory.buffer, this.wasm.deliveredRecord(), wire.DELIVERED_BYTES);
      taken.push({
        area: view.getUint8(wire.DELIVERED_AREA),
        thinned: view.getUint8(wire.DELIVERED_THINNED),
        count: view.getUint32(wire.DELIVERED_COUNT, true),
        firstIndex: view.getUint32(wire.DELIVERED_FIRST_INDEX, true),
        delayUs: view.getUint32(wire.DELIVERED_DELAY_US, true),
        firstOnsetUs: Number(view.getBigUint64(wire.DELIVERED_FIRST_ONSET_US, true)),
        total: view.getUint32(wire.DELIVERED_TOTAL, true),
        amplitudeUa: view.getUint32(wire.DELIVERED_AMPLITUDE_UA, true),
      });
      this.wasm.takeDelivered();
    }
    return taken;
  }
}
