// The one clock of a simulation and its queue of events. It jumps from event to event and never looks at real time.

/** Indices into Clock.time. */
export const NOW = 0;
export const NEXT = 1;

/** Called with the cycle that the event was scheduled for, which a busy processor may already have passed, and its argument. */
export type EventHandler = (cycle: number, argument: number) => void;

/**
 * Cycles since the start and the events to come: a binary heap over typed arrays.
 * Events of one cycle run in the order in which they were scheduled, so a run is the same every time.
 */
export class Clock {
  /** [NOW] the present, [NEXT] the cycle of the earliest event (Infinity: none). The hot paths read and charge it directly. */
  readonly time = new Float64Array([0, Number.POSITIVE_INFINITY]);
  private readonly handlers: EventHandler[] = [];
  private cycles = new Float64Array(64);
  private order = new Float64Array(64);
  private kinds = new Int32Array(64);
  private arguments_ = new Int32Array(64);
  private size = 0;
  private scheduled = 0;

  get nowCycles(): number {
    return this.time[NOW];
  }

  /** Registers a handler; its number is the `kind` that `schedule` takes. */
  on(handler: EventHandler): number {
    return this.handlers.push(handler) - 1;
  }

  /** Schedules an event; one that lies in the past runs as soon as events are looked at. */
  schedule(cycle: number, kind: number, argument = 0): void {
    if (this.size === this.cycles.length) this.grow();
    let at = this.size++;
    const order = this.scheduled++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.cycles[parent] <= cycle) break;
      this.move(parent, at);
      at = parent;
    }
    this.put(at, cycle, order, kind, argument);
    this.time[NEXT] = this.cycles[0];
  }

  /** Takes the earliest event from the queue, moves the clock to it if it is not past it, and runs it. */
  runNext(): void {
    const cycle = this.cycles[0];
    const kind = this.kinds[0];
    const argument = this.arguments_[0];
    this.removeFirst();
    if (this.time[NOW] < cycle) this.time[NOW] = cycle;
    this.handlers[kind](cycle, argument);
  }

  /** Runs every event that is due. */
  catchUp(): void {
    while (this.time[NEXT] <= this.time[NOW]) this.runNext();
  }

  private put(at: number, cycle: number, order: number, kind: number, argument: number): void {
    this.cycles[at] = cycle;
    this.order[at] = order;
    this.kinds[at] = kind;
    this.arguments_[at] = argument;
  }

  private move(from: number, to: number): void {
    this.put(to, this.cycles[from], this.order[from], this.kinds[from], this.arguments_[from]);
  }

  private isBefore(a: number, b: number): boolean {
    return (
      this.cycles[a] < this.cycles[b] || (this.cycles[a] === this.cycles[b] && this.order[a] < this.order[b])
    );
  }

  private removeFirst(): void {
    const last = --this.size;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= last) break;
      if (child + 1 < last && this.isBefore(child + 1, child)) child++;
      if (!this.isBefore(child, last)) break;
      this.move(child, hole);
      hole = child;
    }
    if (last > 0) this.move(last, hole);
    this.time[NEXT] = last > 0 ? this.cycles[0] : Number.POSITIVE_INFINITY;
  }

  private grow(): void {
    const capacity = this.cycles.length * 2;
    this.cycles = grown(this.cycles, new Float64Array(capacity));
    this.order = grown(this.order, new Float64Array(capacity));
    this.kinds = grown(this.kinds, new Int32Array(capacity));
    this.arguments_ = grown(this.arguments_, new Int32Array(capacity));
  }
}

/** `larger` with the content of `column` at its beginning. */
export function grown<T extends Float64Array | Int32Array>(column: T, larger: T): T {
  larger.set(column);
  return larger;
}
