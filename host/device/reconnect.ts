// A line that was lost and comes back: a new session, and what was lost meanwhile. No command is sent again: whether one that
// was not answered has taken effect is for the owner to find out from what the device does now.

import { LinkError } from '../link/errors.ts';
import type { Transport } from '../transport/transport.ts';
import type { DeviceStatus } from './messages.ts';
import { type Known, Stimulator } from './stimulator.ts';

export interface ReconnectOptions {
  /** How long the line may take to come back, ms. Default 10,000. */
  readonly withinMs?: number;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
}

export interface Outage {
  /** From the device's last STATUS to the first one again, ms; undefined where there was none before. */
  readonly silentMs: number | undefined;
  /** The request that was not answered: it may or may not have taken effect, and is not sent again. */
  readonly unanswered: string | undefined;
  /** The device has been reset: its programs, limits and therapy are gone. */
  readonly wasReset: boolean;
  /** Pulses that it has delivered without having told of them; undefined where that cannot be known. */
  readonly pulsesUntold: number | undefined;
  /** What it does now. */
  readonly status: DeviceStatus;
}

const WITHIN_MS = 10_000;
/** A port that is not there yet is tried again after this, ms. */
const AGAIN_MS = 100;
/** The device's clock and the host's may differ by this, µs, and by a hundredth. */
const CLOCK_SLACK_US = 200_000;
const CLOCK_SHARE = 0.01;
/** HELLO and INFO: the counters since boot go on by at least these. */
const GREETING_FRAMES = 2;

/**
 * Connects to the device of `before` again, over lines that `open` opens, and closes `before`.
 * @throws LinkError, the last attempt's, where it does not come back in time.
 */
export async function reconnect(
  before: Stimulator,
  open: () => Promise<Transport>,
  { withinMs = WITHIN_MS, signal }: ReconnectOptions = {},
): Promise<{ stimulator: Stimulator; outage: Outage }> {
  const { known } = before;
  await before.close();
  const deadlineMs = performance.now() + withinMs;
  for (;;) {
    try {
      const stimulator = await Stimulator.connect(await open());
      const status = await stimulator.status();
      return { stimulator, outage: outageOf(known, status, stimulator.transport.clock.nowMs()) };
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      if (performance.now() + AGAIN_MS > deadlineMs || signal?.aborted) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

/** What has happened between the last word of the device and `status`, which came at `nowMs` of the same clock. */
export function outageOf(known: Known, status: DeviceStatus, nowMs: number): Outage {
  const { unanswered } = known;
  if (known.status === undefined)
    return { silentMs: undefined, unanswered, wasReset: false, pulsesUntold: undefined, status };
  const silentMs = nowMs - known.atMs;
  const leastUs = known.status.clockUs + 1000 * silentMs * (1 - CLOCK_SHARE) - CLOCK_SLACK_US;
  const { framesValid, pulses } = known.status;
  const wasReset =
    status.clockUs < leastUs || status.pulses < pulses || status.framesValid < framesValid + GREETING_FRAMES;
  const pulsesUntold = wasReset ? undefined : status.pulses - known.status.pulses - known.pulsesTold;
  return { silentMs, unanswered, wasReset, pulsesUntold, status };
}

/** The outage in a sentence. */
export function outageText({ silentMs, unanswered, wasReset, pulsesUntold, status }: Outage): string {
  const parts = [
    silentMs === undefined
      ? 'the line came back'
      : `the line came back after ${(silentMs / 1000).toFixed(1)} s`,
  ];
  if (unanswered !== undefined)
    parts.push(`${unanswered} was not answered, may or may not have taken effect and is not repeated`);
  if (wasReset) parts.push('the device has been reset: its program and limits are gone');
  else {
    parts.push(`the device ${DOES[status.therapy] ?? `is ${status.therapy}`}`);
    if (pulsesUntold !== undefined && pulsesUntold > 0)
      parts.push(`${pulsesUntold} pulses were not told one by one`);
  }
  return parts.join('; ');
}

const DOES: Readonly<Record<string, string>> = {
  IDLE: 'had ended its therapy',
  STIMULATING: 'had gone on',
  STOPPING: 'was stopping',
};
