// The segments of the output stage in typed columns: those queued, the one playing and the last few thousand played.

/** Segments that the ring remembers; a power of two. */
export const RING_SEGMENTS = 4096;
export const RING_MASK = RING_SEGMENTS - 1;

/** Indices count segments since the start; a segment lies at its index modulo RING_SEGMENTS. */
export class SegmentRing {
  /** Cycles; fractions only where the stage's clock drifts. */
  readonly startAt = new Float64Array(RING_SEGMENTS);
  readonly endAt = new Float64Array(RING_SEGMENTS);
  readonly middleAt = new Float64Array(RING_SEGMENTS);
  readonly flags = new Int32Array(RING_SEGMENTS);
  /** Row of the palette that was asked for. */
  readonly asked = new Int32Array(RING_SEGMENTS);
  /** Row of the palette that the stage puts out: another one while a fault changes it. */
  readonly put = new Int32Array(RING_SEGMENTS);
  /** First segment that may not be over yet. */
  head = 0;
  /** One past the last segment. */
  tail = 0;

  /** Moves `head` past what is over at `cycle`. */
  retire(cycle: number): void {
    while (this.head < this.tail && this.endAt[this.head & RING_MASK] <= cycle) this.head++;
  }
}
