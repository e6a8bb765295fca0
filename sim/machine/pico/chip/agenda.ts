// When the chip's hardware next does something. The hardware is brought up to a cycle in one go: whoever is about to look
// at it, or has to be told of it, asks for that first.

/** A part of the hardware that does things at cycles of its own. */
export interface Part {
  /** Does what is due at `cycle` and schedules itself anew. */
  run(cycle: number): void;
}

/**
 * The parts and when each is next due. In one cycle they run in the order in which they were added, so a run is the same
 * every time. Cycles count from the chip's reset.
 */
export class Agenda {
  /** Everything due up to here has happened. */
  now = 0;
  /** The earliest cycle at which something is due. */
  next = Number.POSITIVE_INFINITY;
  /** The core runs freely up to here: the end of the run, or `next` where that is earlier. */
  limit = 0;
  private readonly parts: Part[] = [];
  private readonly due: number[] = [];

  /** Adds a part; its number is what `schedule` takes. */
  add(part: Part): number {
    this.due.push(Number.POSITIVE_INFINITY);
    return this.parts.push(part) - 1;
  }

  /** From now on `part` is due at `cycle` and at no other. */
  schedule(part: number, cycle: number): void {
    const before = this.due[part];
    this.due[part] = cycle;
    if (cycle < this.next) this.next = cycle;
    else if (before === this.next) this.next = Math.min(...this.due);
    if (cycle < this.limit) this.limit = cycle;
  }

  /** Runs what is due up to and at `cycle`. */
  advance(cycle: number): void {
    while (this.next <= cycle) this.runNext();
    if (this.now < cycle) this.now = cycle;
  }

  private runNext(): void {
    const cycle = this.next;
    const part = this.due.indexOf(cycle);
    if (this.now < cycle) this.now = cycle;
    this.due[part] = Number.POSITIVE_INFINITY;
    this.parts[part].run(cycle);
    this.next = Math.min(...this.due);
  }
}
