// The converter that samples the output, and the body that the output goes into.
// The body is moved on lazily: when a sample of it is read, when something about it changes, or when it is asked for.

import {
  ONE_SHOT_US,
  READBACK_ELECTRODE_SHIFT,
  READBACK_TAG_SHIFT,
  SAMPLE_MASK,
  SAMPLE_SHIFT,
  SENSE_NO_SAMPLE,
  TAG_MASK,
  TAG_SHIFT,
} from '../../firmware/board.ts';
import { ELECTRODES } from '../../firmware/profile.ts';
import { CYCLES_PER_US, cyclesOfUs } from '../clock/cycles.ts';
import { scatter } from '../clock/random.ts';
import { type Palette, ROW_OPEN, ROW_RECHARGE } from '../trace/palette.ts';
import { RING_MASK, RING_SEGMENTS, type SegmentRing } from './segment-ring.ts';

/** What the output stage needs of a body. Currents in µA, time in µs, voltages in mV. */
export interface Load {
  /** Returns µs that it lasted: less than durationUs where the charge guard has cut it. */
  drive(levelsUa: Int32Array, durationUs: number, caseEnabled: boolean): number;
  recharge(durationUs: number): void;
  hold(durationUs: number): void;
  /** A drive is past its middle: `sample` tells of it from now on. `drive` follows once it is over or cut, and will last so long at most. */
  begin(levelsUa: Int32Array, durationUs: number, caseEnabled: boolean): number;
  /** At the middle of the most recent `drive` or `begin`. */
  sample(electrode: number): { readonly currentUa: number; readonly driveMv: number };
  /** Battery voltage and surface temperature. */
  batteryMv: number;
  temperatureMc: number;
}

/** The converter: 14 bits over ±32,768 µA, so steps of 4 µA, and one step of noise either way. */
export const CONVERTER_STEP_UA = 4;
/** Aperture of the converter where a segment is sampled while it plays; it ends at the segment's middle. */
const APERTURE_CYCLES = CYCLES_PER_US;
/** Without a body every pair of electrodes measures this: the load that IEC 60601-2-10 tests with. */
export const IDEAL_LOAD_OHM = 500;
export const ONE_SHOT_CYCLES = cyclesOfUs(ONE_SHOT_US);

export class Playback {
  /** The newest sample, packed as firmware/board.ts says (READBACK_…). */
  readback = SENSE_NO_SAMPLE;
  /** Drive voltage at that sample, mV. */
  voltageMv = 0;
  /** Told of the cycle at which the charge guard has cut the output, which may be long past. */
  onGuard: (cycle: number) => void = () => {};
  private readonly ring: SegmentRing;
  private readonly palette: Palette;
  private readonly load: Load | null;
  private readonly seed: number;
  /** First segment whose sample has not been looked at. */
  private sampleCursor = 0;
  /** First segment that the load has not had all of, and the cycle up to which it has had everything. */
  private loadCursor = 0;
  private loadedAt = 0;
  private rechargeCycles = 0;

  constructor(ring: SegmentRing, palette: Palette, load: Load | null, seed: number) {
    this.ring = ring;
    this.palette = palette;
    this.load = load;
    this.seed = scatter(seed);
  }

  /** Takes the newest sample whose middle lies at or before `cycle`. Returns the read-back then. */
  sampleUntil(cycle: number): number {
    const { middleAt, flags, asked, tail } = this.ring;
    const first = this.sampleCursor;
    if (first === tail || middleAt[first & RING_MASK] > cycle) return this.readback;
    let cursor = first;
    let newest = -1;
    while (cursor < tail) {
      const at = cursor & RING_MASK;
      if (middleAt[at] > cycle) break;
      if (((flags[at] >> SAMPLE_SHIFT) & SAMPLE_MASK) < ELECTRODES && asked[at] > ROW_OPEN) newest = cursor;
      cursor++;
    }
    this.sampleCursor = cursor;
    if (newest >= 0) this.convert(newest, cycle);
    return this.readback;
  }

  /** A new start after a reset: the converter forgets its sample, the body does not. */
  reset(): void {
    this.readback = SENSE_NO_SAMPLE;
    this.voltageMv = 0;
    this.sampleCursor = this.ring.tail;
  }

  /** Makes room in the ring before the oldest segments are written over. */
  keepUp(cycle: number): void {
    const tail = this.ring.tail;
    if (tail - this.sampleCursor > RING_SEGMENTS / 2) this.sampleUntil(cycle);
    if (this.load !== null && tail - this.loadCursor > RING_SEGMENTS / 2) this.settle(cycle);
  }

  /** Gives the body everything up to `cycle`. */
  settle(cycle: number): void {
    this.sampleUntil(cycle);
    if (this.load === null) return;
    this.loadUntil(cycle);
    this.flushRecharge();
  }

  private convert(index: number, cycle: number): void {
    const at = index & RING_MASK;
    const electrode = (this.ring.flags[at] >> SAMPLE_SHIFT) & SAMPLE_MASK;
    const middle = this.ring.middleAt[at];
    if (this.outputAt(at, middle) > ROW_OPEN && this.load !== null) this.loadToSample(this.load, at, cycle);
    const row = this.outputAt(at, middle);
    const { currentUa: trueUa, driveMv: trueMv } = this.seen(row, electrode);
    // Noise by the segment's number, not by the order of reading: who looks when must not change what is seen.
    const noise = (((scatter(this.seed ^ index) >>> 16) % 3) - 1) * CONVERTER_STEP_UA;
    const measuredUa = Math.round(trueUa / CONVERTER_STEP_UA) * CONVERTER_STEP_UA + noise;
    const clippedUa = Math.max(-32768, Math.min(32767, measuredUa));
    const tag = (this.ring.flags[at] >> TAG_SHIFT) & TAG_MASK;
    this.readback =
      (clippedUa & 0xffff) | (electrode << READBACK_ELECTRODE_SHIFT) | (tag << READBACK_TAG_SHIFT);
    this.voltageMv = Math.round(trueMv);
  }

  /** What flows through an electrode and what drives it at `cycle`, for a converter that is started by hand. */
  probe(cycle: number, electrode: number): { readonly currentUa: number; readonly driveMv: number } {
    const at = (this.ring.tail - 1) & RING_MASK;
    const isPlaying = this.ring.tail > 0 && this.ring.endAt[at] > cycle;
    if (isPlaying && this.outputAt(at, cycle) > ROW_OPEN && this.load !== null) {
      this.loadUntil(Math.max(this.ring.startAt[at], cycle - APERTURE_CYCLES));
      this.loadUntil(cycle);
    }
    return this.seen(isPlaying ? this.outputAt(at, cycle) : ROW_RECHARGE, electrode);
  }

  /** Current and voltage at an electrode while `row` is put out, the body being there already. */
  private seen(row: number, electrode: number): { readonly currentUa: number; readonly driveMv: number } {
    if (row <= ROW_OPEN) return { currentUa: 0, driveMv: 0 };
    if (this.load !== null) return this.load.sample(electrode);
    const currentUa = this.palette.rows[row][electrode];
    return { currentUa, driveMv: (currentUa * IDEAL_LOAD_OHM) / 1000 };
  }

  /** Brings the body to where it can be sampled in the middle of the segment at `at`. */
  private loadToSample(load: Load, at: number, cycle: number): void {
    const ring = this.ring;
    const start = ring.startAt[at];
    const end = ring.endAt[at];
    if (this.loadedAt > start || end - start > ONE_SHOT_CYCLES) {
      // The body has had a part of it already, or will not get all of it.
      this.loadUntil(ring.middleAt[at] - APERTURE_CYCLES);
      this.loadUntil(ring.middleAt[at]);
    } else if (end <= cycle) {
      this.loadUntil(end);
    } else {
      this.loadUntil(start);
      this.flushRecharge();
      const row = ring.put[at];
      const durationUs = (end - start) / CYCLES_PER_US;
      const allowedUs = load.begin(this.palette.rows[row], durationUs, this.palette.hasCase[row]);
      if (start + allowedUs * CYCLES_PER_US < ring.middleAt[at]) this.loadUntil(ring.middleAt[at]);
    }
  }

  /** The row that the segment at `at` really puts out at `cycle`: nothing once the one-shot has cut it. */
  private outputAt(at: number, cycle: number): number {
    return cycle - this.ring.startAt[at] > ONE_SHOT_CYCLES ? ROW_RECHARGE : this.ring.put[at];
  }

  private loadUntil(cycle: number): void {
    const { startAt, endAt, put, tail } = this.ring;
    while (this.loadedAt < cycle) {
      if (this.loadCursor === tail) {
        this.give(ROW_RECHARGE, cycle);
        return;
      }
      const at = this.loadCursor & RING_MASK;
      const start = startAt[at];
      const end = endAt[at];
      if (end <= this.loadedAt) {
        this.loadCursor++;
      } else if (this.loadedAt < start) {
        this.give(ROW_RECHARGE, start < cycle ? start : cycle);
      } else {
        const shotAt = start + ONE_SHOT_CYCLES;
        const until = end < cycle ? end : cycle;
        if (this.loadedAt >= shotAt) this.give(ROW_RECHARGE, until);
        else this.give(put[at], until < shotAt ? until : shotAt);
      }
    }
  }

  /** One row of output from where the load is to `until`. Neighbouring recharge becomes one call. */
  private give(row: number, until: number): void {
    const cycles = until - this.loadedAt;
    this.loadedAt = until;
    if (row === ROW_RECHARGE) {
      this.rechargeCycles += cycles;
      return;
    }
    this.flushRecharge();
    if (row === ROW_OPEN) this.load?.hold(cycles / CYCLES_PER_US);
    else if (this.load !== null) this.drive(this.load, row, cycles);
  }

  /** An active row: as long as it lasts, or until the guard cuts it and the rest is recharge. */
  private drive(load: Load, row: number, cycles: number): void {
    const durationUs = cycles / CYCLES_PER_US;
    const drivenUs = load.drive(this.palette.rows[row], durationUs, this.palette.hasCase[row]);
    if (drivenUs === durationUs) return;
    this.rechargeCycles = Math.floor(cycles - drivenUs * CYCLES_PER_US);
    this.onGuard(this.loadedAt - this.rechargeCycles);
  }

  private flushRecharge(): void {
    if (this.rechargeCycles === 0) return;
    this.load?.recharge(this.rechargeCycles / CYCLES_PER_US);
    this.rechargeCycles = 0;
  }
}
