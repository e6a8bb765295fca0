// Where a capture has no samples: what was due there may have come or not.

export class GapList {
  readonly #startsNs: number[] = [];
  readonly #endsNs: number[] = [];

  get count(): number {
    return this.#startsNs.length;
  }

  /** The next gap: they come in order. */
  add(startNs: number, endNs: number): void {
    this.#startsNs.push(startNs);
    this.#endsNs.push(endNs);
  }

  /** Whether a part of the time lies in a gap that is known so far. */
  meets(fromNs: number, toNs: number): boolean {
    let low = 0;
    let high = this.#endsNs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#endsNs[middle] < fromNs) low = middle + 1;
      else high = middle;
    }
    return low < this.#startsNs.length && this.#startsNs[low] <= toNs;
  }
}
