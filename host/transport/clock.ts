// Time as the client sees it: the wall's for a real device, the simulator's for an embedded one.

/** Time of a transport. All waiting of the client goes through it. */
export interface HostClock {
  /** ms since some fixed instant. */
  nowMs(): number;
  /** Resolves after `waitMs`. */
  sleep(waitMs: number): Promise<void>;
  /** What `promise` gives, or a rejection with TimedOut after `waitMs`. */
  within<T>(promise: Promise<T>, waitMs: number): Promise<T>;
  /** Calls `callback` after `waitMs` unless cancelled. It passes no time by itself: see VirtualClock. */
  after(waitMs: number, callback: () => void): Cancel;
}

/** Takes a scheduled call back; harmless once it has happened. */
export type Cancel = () => void;

/** The promise given to `within` was not settled in time. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut';

  constructor(waitMs: number) {
    super(`nothing within ${waitMs} ms`);
  }
}

/** The wall's clock. */
export class WallClock implements HostClock {
  nowMs(): number {
    return performance.now();
  }

  sleep(waitMs: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, waitMs));
  }

  within<T>(promise: Promise<T>, waitMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new TimedOut(waitMs)), waitMs);
      promise.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }

  /** Does not keep the process alive. */
  after(waitMs: number, callback: () => void): Cancel {
    const timer = setTimeout(callback, waitMs);
    timer.unref();
    return () => clearTimeout(timer);
  }
}
