// Ctrl-C: the first asks what is running to stop, so that the output goes off and the trace is complete; the second ends at once.

import { Exit } from './exit.ts';

export interface Interrupt {
  readonly signal: AbortSignal;
  /** Gives Ctrl-C back to Node. */
  release(): void;
}

/** Takes over Ctrl-C (SIGINT) and SIGTERM until `release`. */
export function catchInterrupt(): Interrupt {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(Exit.INTERRUPTED);
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    release: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}

/** Resolves when `signal` is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
