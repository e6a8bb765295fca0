// Starts a programmed therapy, watches it, and stops it: after its time, on Ctrl-C, or because the device has.

import type { DeliveredBatch } from '../device/delivered.ts';
import type { FaultEvent, StateEvent } from '../device/messages.ts';
import type { Stimulator } from '../device/stimulator.ts';
import { LinkError } from '../link/errors.ts';
import type { Therapy } from '../therapy/therapy.ts';
import { SLOT } from './prepare.ts';

/** The device is asked, and Ctrl-C is looked for, at least this often. */
const SLICE_MS = 100;
/** A START is followed by stimulation within this time: discharge, self-test, arming. */
const START_MS_MAX = 3000;
/** A STOP ends within this time beyond the ramp; an ESTOP too. */
const STOP_MS_MAX = 3000;

export interface StimulateOptions {
  readonly forMs: number;
  readonly ending: 'STOP' | 'ESTOP';
  readonly signal: AbortSignal;
  readonly onProgress?: (doneMs: number) => void;
}

/** What happened, in ns of the host's clock (for an embedded simulator: of its trace). */
export interface Stimulation {
  /** The START was sent. */
  readonly askedNs: number;
  /** The device said that it stimulates. */
  readonly startedNs: number;
  /** STOP or ESTOP was sent; undefined where the device ended by itself. */
  readonly stopNs: number | undefined;
  readonly ending: 'STOP' | 'ESTOP';
  readonly endedNs: number;
  readonly ranMs: number;
  readonly interrupted: boolean;
  readonly delivered: readonly DeliveredBatch[];
  /** Trip that ended it. */
  readonly fault: FaultEvent | undefined;
  readonly faultSeenNs: number | undefined;
  /** Why the device says that it ended. */
  readonly reason: StateEvent['reason'];
}

/** The host's clock in ns. */
export function nowNs(stimulator: Stimulator): number {
  return Math.round(stimulator.transport.clock.nowMs() * 1e6);
}

/** Runs the program in the slot. @throws LinkError where the line goes or the device does not do as it is told. */
export async function stimulate(
  stimulator: Stimulator,
  therapy: Therapy,
  options: StimulateOptions,
): Promise<Stimulation> {
  const watch = new Watch(stimulator);
  const endKeepAlive = stimulator.keepAlive();
  try {
    const askedNs = nowNs(stimulator);
    await stimulator.start(SLOT, { mode: therapy.mode ?? 'clinic' });
    await watch.until((state) => state?.therapy === 'STIMULATING' || watch.ended, START_MS_MAX, 'start');
    const startedNs = nowNs(stimulator);
    await passTime(stimulator, watch, options);
    const ranMs = (nowNs(stimulator) - startedNs) / 1e6;
    const interrupted = options.signal.aborted;
    const ending = interrupted ? 'ESTOP' : options.ending; // REQ-HST-104
    const stopNs = watch.ended ? undefined : nowNs(stimulator);
    if (stopNs !== undefined) await end(stimulator, watch, therapy, ending);
    const { delivered, fault, faultSeenNs } = watch;
    const reason = watch.state?.reason ?? 'NONE';
    const endedNs = nowNs(stimulator);
    return {
      askedNs,
      startedNs,
      stopNs,
      ending,
      endedNs,
      ranMs,
      interrupted,
      delivered,
      fault,
      faultSeenNs,
      reason,
    };
  } finally {
    endKeepAlive();
    watch.release();
  }
}

async function passTime(stimulator: Stimulator, watch: Watch, options: StimulateOptions): Promise<void> {
  const { clock } = stimulator.transport;
  const startMs = clock.nowMs();
  for (;;) {
    const doneMs = clock.nowMs() - startMs;
    options.onProgress?.(doneMs);
    // A simulator's clock has fractions of a µs, but sleeps whole ones.
    if (doneMs > options.forMs - 0.001 || watch.ended || options.signal.aborted) return;
    if (watch.lost !== undefined) throw watch.lost;
    await clock.sleep(Math.min(SLICE_MS, options.forMs - doneMs));
  }
}

async function end(
  stimulator: Stimulator,
  watch: Watch,
  therapy: Therapy,
  ending: 'STOP' | 'ESTOP',
): Promise<void> {
  if (ending === 'STOP') await stimulator.stop();
  else await stimulator.estop();
  const rampMs = Math.max(0, ...therapy.areas.map((area) => area.rampDownMs ?? 0));
  await watch.until(() => watch.ended, STOP_MS_MAX + rampMs, 'stop');
  // The last batch of delivered pulses follows the end of the therapy.
  await stimulator.transport.clock.sleep(SLICE_MS * 1.5);
}

/** Collects what the device says unasked. */
class Watch {
  readonly delivered: DeliveredBatch[] = [];
  state: StateEvent | undefined;
  fault: FaultEvent | undefined;
  faultSeenNs: number | undefined;
  lost: LinkError | undefined;
  readonly #stimulator: Stimulator;
  readonly #undo: (() => void)[] = [];
  #started = false;

  constructor(stimulator: Stimulator) {
    this.#stimulator = stimulator;
    const onDelivered = (batch: DeliveredBatch): unknown => this.delivered.push(batch);
    const onLost = (error: LinkError): void => {
      this.lost = error;
    };
    const onFault = (fault: FaultEvent): void => {
      this.fault ??= fault;
      this.faultSeenNs ??= nowNs(stimulator);
    };
    const onState = (state: StateEvent): void => {
      this.state = state;
      if (state.therapy !== 'IDLE') this.#started = true;
    };
    stimulator.on('delivered', onDelivered).on('lost', onLost).on('fault', onFault).on('state', onState);
    this.#undo.push(() =>
      stimulator
        .off('delivered', onDelivered)
        .off('lost', onLost)
        .off('fault', onFault)
        .off('state', onState),
    );
  }

  /** Whether the device has gone back to idle after it began. */
  get ended(): boolean {
    return this.fault !== undefined || (this.#started && this.state?.therapy === 'IDLE');
  }

  async until(
    reached: (state: StateEvent | undefined) => boolean,
    timeoutMs: number,
    what: string,
  ): Promise<void> {
    const { clock, name } = this.#stimulator.transport;
    const deadlineMs = clock.nowMs() + timeoutMs;
    while (!reached(this.state)) {
      if (this.lost !== undefined) throw this.lost;
      if (clock.nowMs() >= deadlineMs)
        throw new LinkError('timeout', `the device at ${name} did not ${what} within ${timeoutMs} ms`);
      await clock.sleep(5);
    }
  }

  release(): void {
    for (const undo of this.#undo) undo();
  }
}
