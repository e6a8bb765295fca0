// The clock of an embedded simulator. Its time moves only while the client waits (in `sleep` or `within`), and never past
// bytes that the client has not read yet: two runs with the same seed are the same, however busy the machine is.

import { type Cancel, type HostClock, TimedOut } from './clock.ts';

/** What the clock drives. */
export interface Driven {
  /** Simulated time, µs. */
  nowUs(): number;
  /** Runs to `untilUs`, or to just after the next frame delimiter that leaves the device. */
  advance(untilUs: number): void;
  /** Resolves when the client has read every byte that has left the device, at once if it already has. */
  consumed(): Promise<void>;
}

/** Longest stretch at a time, so that Ctrl-C and other traffic of the process are served. */
const SLICE_US = 100_000;

interface Waiter {
  readonly deadlineUs: number;
  expire(): void;
  fail(error: unknown): void;
}

interface Timer {
  readonly dueUs: number;
  callback(): void;
}

export class VirtualClock implements HostClock {
  readonly #driven: Driven;
  readonly #waiters = new Set<Waiter>();
  readonly #timers = new Set<Timer>();
  #running = false;

  constructor(driven: Driven) {
    this.#driven = driven;
  }

  nowMs(): number {
    return this.#driven.nowUs() / 1000;
  }

  sleep(waitMs: number): Promise<void> {
    return new Promise((resolve, reject) => this.#wait(waitMs, resolve, reject));
  }

  within<T>(promise: Promise<T>, waitMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const waiter = this.#wait(waitMs, () => reject(new TimedOut(waitMs)), reject);
      const done = (): boolean => this.#waiters.delete(waiter);
      promise.then(resolve, reject).finally(done);
    });
  }

  after(waitMs: number, callback: () => void): Cancel {
    const timer = { dueUs: this.#deadlineUs(waitMs), callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  #wait(waitMs: number, expire: () => void, fail: (error: unknown) => void): Waiter {
    const waiter = { deadlineUs: this.#deadlineUs(waitMs), expire, fail };
    this.#waiters.add(waiter);
    if (!this.#running) {
      this.#running = true;
      void this.#run();
    }
    return waiter;
  }

  #deadlineUs(waitMs: number): number {
    if (Number.isNaN(waitMs)) throw new RangeError('a wait of NaN ms has no end');
    // Whole µs, so that the simulator can reach it exactly. The subtraction takes back what a product of ms can overshoot.
    return Math.ceil(this.#driven.nowUs() + Math.max(0, waitMs * 1000) - 1e-6);
  }

  async #run(): Promise<void> {
    try {
      await everythingElse();
      while (this.#waiters.size > 0) {
        const nowUs = this.#driven.nowUs();
        const untilUs = Math.min(this.#nextUs(), Math.ceil(nowUs) + SLICE_US);
        if (untilUs > nowUs) this.#driven.advance(untilUs);
        await this.#driven.consumed();
        await everythingElse();
        if (this.#fireDue()) await everythingElse();
      }
    } catch (error) {
      for (const waiter of [...this.#waiters]) waiter.fail(error);
      this.#waiters.clear();
    } finally {
      this.#running = false;
    }
  }

  #nextUs(): number {
    let nextUs = Number.POSITIVE_INFINITY;
    for (const waiter of this.#waiters) nextUs = Math.min(nextUs, waiter.deadlineUs);
    for (const timer of this.#timers) nextUs = Math.min(nextUs, timer.dueUs);
    return nextUs;
  }

  /** Calls what is due. Whether anything was. */
  #fireDue(): boolean {
    const nowUs = this.#driven.nowUs();
    let hasFired = false;
    for (const timer of [...this.#timers].sort((a, b) => a.dueUs - b.dueUs)) {
      if (timer.dueUs > nowUs || !this.#timers.delete(timer)) continue;
      timer.callback();
      hasFired = true;
    }
    for (const waiter of [...this.#waiters]) {
      if (waiter.deadlineUs > nowUs || !this.#waiters.delete(waiter)) continue;
      waiter.expire();
      hasFired = true;
    }
    return hasFired;
  }
}

/** Resolves when every promise and every write that is under way in this process has taken its course. */
function everythingElse(): Promise<void> {
  // Node empties its queues of microtasks and ticks, however long, before an immediate runs.
  return new Promise((resolve) => setImmediate(resolve));
}
