// Ctrl-C, or the end of the terminal or of whoever reads the results: the first asks what is running to stop, so that the output goes off and the trace is complete; the second ends at once.

import { Exit } from './exit.ts';

export interface Interrupt {
  readonly signal: AbortSignal;
  /** Gives Ctrl-C back to Node. */
  release(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const running = new Set<AbortController>();

/** Asks what is running to stop, as Ctrl-C does. */
export function interruptAll(): void {
  for (const controller of running) controller.abort();
}

/** Takes over Ctrl-C (SIGINT), SIGTERM and SIGHUP until `release`. */
export function catchInterrupt(): Interrupt {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(Exit.INTERRUPTED);
    controller.abort();
  };
  running.add(controller);
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal: controller.signal,
    release: () => {
      running.delete(controller);
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}

/** Resolves when `signal` is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
