// The output stage: a FIFO of 64 finite segments, played back to back by hardware. Empty, off and driver out all mean
// the same: no current, every electrode shorted for recharge. Starts and ends are known as soon as a segment is queued,
// so nothing happens here while it plays.

import {
  FIFO_SEGMENTS,
  FLAG_CASE,
  FLAG_HOLD,
  FLAG_MEASURE,
  FLAG_RECHARGE,
  SAMPLE_MASK,
  SAMPLE_NONE,
  SAMPLE_SHIFT,
} from '../../firmware/board.ts';
import {
  ACTIVE_US_MAX,
  ELECTRODES,
  IDLE_US_MAX,
  SAMPLE_US_MIN,
  SEGMENT_US_MIN,
} from '../../firmware/profile.ts';
import { CYCLES_PER_US } from '../clock/cycles.ts';
import { Mark, type OffBy } from '../trace/marks.ts';
import { type Palette, ROW_OPEN, ROW_RECHARGE } from '../trace/palette.ts';
import type { Trace } from '../trace/trace.ts';
import { ONE_SHOT_CYCLES, type Playback } from './playback.ts';
import { RING_MASK, type SegmentRing } from './segment-ring.ts';
import { UnmodelledAccess } from './unmodelled.ts';

const QUEUE_END = 0;
const LAST_OFF = 1;
const CYCLES_PER_STAGE_US = 2;
/** No level: the electrode is not stuck. */
const NOT_STUCK = -0x8000_0000;

export class OutputStage {
  /** Times `off` was called, by anyone. */
  offs = 0;
  private readonly ring: SegmentRing;
  private readonly palette: Palette;
  private readonly playback: Playback;
  private readonly trace: Trace | null;
  /** Cycle at which the queue ends or ended; cycle of the last `off`; stage µs in cycles. */
  private readonly state = new Float64Array([0, 0, CYCLES_PER_US]);
  private driverOn = false;
  /** The charge guard has cut the output, and `off` has not come since. */
  private isCut = false;
  private hasPlayed = false;
  private readonly stuckUa = new Int32Array(ELECTRODES).fill(NOT_STUCK);
  private isStuck = false;
  private readonly stuckRows = new Map<number, number>();
  /** The last two rows that were asked for to drive, ROW_OPEN before there were any. */
  private newerRow = ROW_OPEN;
  private olderRow = ROW_OPEN;

  constructor(ring: SegmentRing, palette: Palette, playback: Playback, trace: Trace | null) {
    this.ring = ring;
    this.palette = palette;
    this.playback = playback;
    this.trace = trace;
    playback.onGuard = (cycle) => this.cut(cycle);
  }

  get lastOffCycle(): number {
    return this.state[LAST_OFF];
  }
  /** Cycle at which what is queued will have been played. */
  get queueEndCycle(): number {
    return this.state[QUEUE_END];
  }

  /** Free places of the FIFO; a segment being played still has its place. */
  room(cycle: number): number {
    this.ring.retire(cycle);
    return FIFO_SEGMENTS - (this.ring.tail - this.ring.head);
  }

  /**
   * Queues a segment: durations in µs, flags and packed levels as in firmware/board.ts.
   * The first one of an empty stage starts at the next whole µs. Throws UnmodelledAccess where no stage could do it.
   */
  segment(
    cycle: number,
    durationUs: number,
    flags: number,
    w0: number,
    w1: number,
    w2: number,
    w3: number,
    w4: number,
    w5: number,
    w6: number,
    w7: number,
  ): void {
    const ring = this.ring;
    const row = this.rowOf(flags, w0, w1, w2, w3, w4, w5, w6, w7);
    check(durationUs, flags, row);
    if (ring.tail - ring.head >= FIFO_SEGMENTS && this.room(cycle) <= 0)
      throw new UnmodelledAccess('a segment was queued into a full FIFO');
    this.playback.keepUp(cycle);
    const state = this.state;
    const start = state[QUEUE_END] > cycle ? state[QUEUE_END] : this.begin(cycle);
    const cycles = durationUs * state[CYCLES_PER_STAGE_US];
    const at = ring.tail & RING_MASK;
    const put = this.isWhole ? row : this.changed(row);
    ring.startAt[at] = start;
    ring.endAt[at] = start + cycles;
    ring.middleAt[at] = start + cycles / 2;
    ring.flags[at] = flags;
    ring.asked[at] = row;
    ring.put[at] = put;
    ring.tail++;
    state[QUEUE_END] = start + cycles;
    if (this.trace !== null) this.announce(this.trace, at);
  }

  /**
   * What the pins put out from `cycle` on, for a machine whose pins are watched: flags and levels as of a segment, its end
   * not known yet. Throws UnmodelledAccess for what no stage could put out.
   */
  edge(
    cycle: number,
    flags: number,
    w0: number,
    w1: number,
    w2: number,
    w3: number,
    w4: number,
    w5: number,
    w6: number,
    w7: number,
  ): void {
    const { ring, state, trace } = this;
    const row = this.rowOf(flags, w0, w1, w2, w3, w4, w5, w6, w7);
    if (state[QUEUE_END] < Number.POSITIVE_INFINITY && this.hasPlayed) trace?.mark(cycle, Mark.UNDERRUN);
    this.endOpen(cycle);
    this.playback.keepUp(cycle);
    const at = ring.tail & RING_MASK;
    ring.startAt[at] = cycle;
    ring.endAt[at] = Number.POSITIVE_INFINITY;
    ring.middleAt[at] = Number.POSITIVE_INFINITY;
    ring.flags[at] = flags | (SAMPLE_NONE << SAMPLE_SHIFT);
    ring.asked[at] = row;
    ring.put[at] = this.isWhole ? row : this.changed(row);
    ring.tail++;
    state[QUEUE_END] = Number.POSITIVE_INFINITY;
    this.hasPlayed = true;
    if (trace !== null) this.announce(trace, at);
  }

  /** The pins put nothing out from `cycle` on. */
  rest(cycle: number): void {
    if (this.state[QUEUE_END] < Number.POSITIVE_INFINITY) return;
    this.endOpen(cycle);
    this.state[QUEUE_END] = cycle;
  }

  /** Ends the segment that an edge began, if one is open. */
  private endOpen(cycle: number): void {
    const { ring } = this;
    const at = (ring.tail - 1) & RING_MASK;
    if (ring.tail === 0 || ring.endAt[at] < Number.POSITIVE_INFINITY) return;
    ring.endAt[at] = cycle;
    ring.middleAt[at] = cycle;
    this.trace?.cutOutput(cycle);
  }

  /** Cuts what plays at this cycle, empties the FIFO and shorts all electrodes. */
  off(cycle: number, by: OffBy): void {
    this.playback.settle(cycle);
    this.isCut = false;
    this.offs++;
    this.state[LAST_OFF] = cycle;
    this.hasPlayed = false;
    const ring = this.ring;
    ring.retire(cycle);
    if (ring.head === ring.tail) return;
    const at = ring.head & RING_MASK;
    if (ring.startAt[at] < cycle) {
      ring.endAt[at] = cycle;
      if (ring.middleAt[at] > cycle) {
        ring.middleAt[at] = cycle;
        ring.flags[at] |= SAMPLE_MASK << SAMPLE_SHIFT;
      }
      ring.head++;
    }
    ring.tail = ring.head;
    this.state[QUEUE_END] = cycle;
    this.trace?.cutOutput(cycle);
    this.trace?.mark(cycle, Mark.OFF, by);
  }

  /** The charge guard has cut the output at `cycle`, now or before now: nothing comes out until `off`. */
  private cut(cycle: number): void {
    this.isCut = true;
    const { ring, trace } = this;
    for (let index = ring.tail - 1; index >= 0 && ring.endAt[index & RING_MASK] > cycle; index--)
      ring.put[index & RING_MASK] = ROW_RECHARGE;
    trace?.cutOutput(cycle);
    trace?.mark(cycle, Mark.GUARD);
  }

  /** The driver drops out or comes back: without it there is no output, whatever is played. */
  setDriver(cycle: number, on: boolean): void {
    if (on === this.driverOn) return;
    this.change(cycle, () => {
      this.driverOn = on;
    });
    this.trace?.mark(cycle, Mark.DRIVER, on ? 1 : 0);
  }

  /** A converter that is stuck: the electrode carries this level in every active segment; null: mended. */
  setStuck(cycle: number, electrode: number, levelUa: number | null): void {
    this.change(cycle, () => {
      this.stuckUa[electrode] = levelUa ?? NOT_STUCK;
      this.isStuck = this.stuckUa.some((level) => level !== NOT_STUCK);
      this.stuckRows.clear();
    });
  }

  /** The stage's clock against the processor's: a stage µs lasts (1 + ppm / 10^6) µs from now on. */
  setDrift(cycle: number, ppm: number): void {
    this.change(cycle, () => {
      const was = this.state[CYCLES_PER_STAGE_US];
      const is = CYCLES_PER_US * (1 + ppm / 1e6);
      const later = (at: number): number => (at > cycle ? cycle + ((at - cycle) * is) / was : at);
      const { ring, state } = this;
      for (let index = ring.head; index < ring.tail; index++) {
        const at = index & RING_MASK;
        ring.startAt[at] = later(ring.startAt[at]);
        ring.middleAt[at] = later(ring.middleAt[at]);
        ring.endAt[at] = later(ring.endAt[at]);
      }
      state[CYCLES_PER_STAGE_US] = is;
      state[QUEUE_END] = later(state[QUEUE_END]);
    });
  }

  /** Tells the trace that the queue has ended, if it has. */
  closeTrace(cycle: number): void {
    if (this.state[QUEUE_END] <= cycle)
      this.trace?.putOutput(Math.round(this.state[QUEUE_END]), ROW_RECHARGE);
  }

  private rowOf(
    flags: number,
    w0: number,
    w1: number,
    w2: number,
    w3: number,
    w4: number,
    w5: number,
    w6: number,
    w7: number,
  ): number {
    const isZero = (w0 | w1 | w2 | w3 | w4 | w5 | w6 | w7) === 0;
    if ((flags & (FLAG_RECHARGE | FLAG_HOLD)) === 0) {
      if (isZero) throw new UnmodelledAccess('an active segment without a level');
      return this.activeRow((flags & FLAG_CASE) >> 2, w0, w1, w2, w3, w4, w5, w6, w7);
    }
    if (!isZero) throw new UnmodelledAccess('a recharge or hold segment carries current');
    return (flags & FLAG_RECHARGE) !== 0 ? ROW_RECHARGE : ROW_OPEN;
  }

  /** A therapy repeats two rows, one for each phase: they are tried before the palette is searched. */
  private activeRow(
    hasCase: number,
    w0: number,
    w1: number,
    w2: number,
    w3: number,
    w4: number,
    w5: number,
    w6: number,
    w7: number,
  ): number {
    const { palette, olderRow } = this;
    if (palette.isKeyOf(this.newerRow, hasCase, w0, w1, w2, w3, w4, w5, w6, w7)) return this.newerRow;
    this.olderRow = this.newerRow;
    this.newerRow = olderRow;
    if (palette.isKeyOf(olderRow, hasCase, w0, w1, w2, w3, w4, w5, w6, w7)) return olderRow;
    const row = palette.find(hasCase, w0, w1, w2, w3, w4, w5, w6, w7);
    if (palette.sumsUa[row] !== 0)
      throw new UnmodelledAccess(`levels that sum to ${palette.sumsUa[row]} µA: there is no way back for it`);
    this.newerRow = row;
    return row;
  }

  /** First segment of an empty stage: it starts at the next whole µs. */
  private begin(cycle: number): number {
    if (this.trace !== null) {
      this.closeTrace(cycle);
      if (this.hasPlayed) this.trace.mark(cycle, Mark.UNDERRUN);
    }
    this.hasPlayed = true;
    return (Math.floor(cycle / CYCLES_PER_US) + 1) * CYCLES_PER_US;
  }

  /** Tells the trace of the segment at `at`: by its place, because a cycle as an argument would be put on the heap. */
  private announce(trace: Trace, at: number): void {
    const { startAt, endAt, put } = this.ring;
    const start = startAt[at];
    trace.putOutput(Math.round(start), put[at]);
    if (endAt[at] - start > ONE_SHOT_CYCLES)
      trace.putOutput(Math.round(start + ONE_SHOT_CYCLES), ROW_RECHARGE);
  }

  /** Driver, guard and converters let every segment out as it was asked for. */
  private get isWhole(): boolean {
    return this.driverOn && !this.isCut && !this.isStuck;
  }

  /** The row that comes out where driver or converters are not as they should be. */
  private changed(row: number): number {
    if (!this.driverOn || this.isCut) return ROW_RECHARGE;
    if (!this.isStuck || row <= ROW_OPEN) return row;
    const known = this.stuckRows.get(row);
    if (known !== undefined) return known;
    const levelsUa = this.palette.rows[row].map((level, e) =>
      this.stuckUa[e] === NOT_STUCK ? level : this.stuckUa[e],
    );
    const changed = this.palette.findLevels(levelsUa, this.palette.hasCase[row]);
    this.stuckRows.set(row, changed);
    return changed;
  }

  /** Changes how segments come out from `cycle` on: what was before goes to the body first, what follows is told again. */
  private change(cycle: number, apply: () => void): void {
    this.playback.settle(cycle);
    this.ring.retire(cycle);
    apply();
    const { ring, trace } = this;
    if (ring.head === ring.tail) return;
    trace?.cutOutput(cycle);
    for (let index = ring.head; index < ring.tail; index++) {
      const at = index & RING_MASK;
      ring.put[at] = this.changed(ring.asked[at]);
      if (trace === null) continue;
      const shotAt = ring.startAt[at] + ONE_SHOT_CYCLES;
      if (cycle < shotAt) trace.putOutput(Math.max(cycle, Math.round(ring.startAt[at])), ring.put[at]);
      if (ring.endAt[at] > shotAt) trace.putOutput(Math.max(cycle, Math.round(shotAt)), ROW_RECHARGE);
    }
  }
}

const FLAGS_PLAIN = FLAG_RECHARGE | FLAG_HOLD | FLAG_CASE | FLAG_MEASURE;
const FLAGS_KNOWN = FLAGS_PLAIN | 0x003f00 | (SAMPLE_MASK << SAMPLE_SHIFT);

function check(durationUs: number, flags: number, row: number): void {
  const isActive = row > ROW_OPEN;
  if (durationUs < SEGMENT_US_MIN || durationUs > (isActive ? ACTIVE_US_MAX : IDLE_US_MAX))
    throw new UnmodelledAccess(`a segment of ${durationUs} µs`);
  const electrode = (flags >> SAMPLE_SHIFT) & SAMPLE_MASK;
  if (electrode !== SAMPLE_NONE && (electrode >= ELECTRODES || (isActive && durationUs < SAMPLE_US_MIN)))
    throw new UnmodelledAccess(`a segment of ${durationUs} µs that samples electrode ${electrode}`);
  if ((flags & ~FLAGS_KNOWN) !== 0 || (flags & 3) === 3)
    throw new UnmodelledAccess(`a segment with the flags 0x${(flags >>> 0).toString(16)}`);
}
