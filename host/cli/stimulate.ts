// Starts a programmed therapy, watches it, and stops it: after its time, on Ctrl-C, or because the device has.

import { Status } from '../../firmware/status.ts';
import type { DeliveredBatch } from '../device/delivered.ts';
import type { FaultEvent, StateEvent } from '../device/messages.ts';
import { outageText, reconnect } from '../device/reconnect.ts';
import type { Stimulator } from '../device/stimulator.ts';
import { DeviceError, LinkError } from '../link/errors.ts';
import type { Therapy } from '../therapy/therapy.ts';
import type { Transport } from '../transport/transport.ts';
import { SLOT } from './prepare.ts';

/** The device is asked, and Ctrl-C is looked for, at least this often. */
const SLICE_MS = 100;
/** No keep-alive goes out this shortly before the end, so that nothing is on the line when STOP is written. */
const QUIET_MS = 300;
/** What may wait in the device for its line, bits. */
const WAITING_BITS_MAX = 5120;
/** A START is followed by stimulation within this time: discharge, self-test, arming. */
const START_MS_MAX = 3000;
/** A STOP ends within this time beyond the ramp; an ESTOP too. */
const STOP_MS_MAX = 3000;

const NO_ORDERS = { stopNs: undefined, cutNs: undefined };

export interface StimulateOptions {
  readonly forMs: number;
  readonly ending: 'STOP' | 'ESTOP';
  readonly signal: AbortSignal;
  readonly onProgress?: (doneMs: number) => void;
  /** Opens a line that was lost anew. */
  readonly reopen?: () => Promise<Transport>;
}

/** What happened, in ns of the host's clock (for an embedded simulator: of its trace). */
export interface Stimulation {
  /** The START was sent. */
  readonly askedNs: number;
  /** The device said that it stimulates. */
  readonly startedNs: number;
  /** The frame of STOP or ESTOP was given to the line; undefined where the device ended by itself. */
  readonly stopNs: number | undefined;
  readonly ending: 'STOP' | 'ESTOP';
  /** An ESTOP that cut the soft stop short was given to the line. */
  readonly cutNs: number | undefined;
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

/**
 * Runs the program in the slot.
 * @throws LinkError where the line goes or the device does not do as it is told: then ESTOP has been tried, and the
 * message says what is known of the output.
 */
export async function stimulate(
  stimulator: Stimulator,
  therapy: Therapy,
  options: StimulateOptions,
): Promise<Stimulation> {
  const watch = new Watch(stimulator);
  watch.keepAlive();
  try {
    return await watched(stimulator, watch, therapy, options);
  } catch (error) {
    if (error instanceof DeviceError && watch.state === undefined) throw error; // START was refused.
    throw await switchedOff(stimulator, therapy, error, options);
  } finally {
    watch.release();
  }
}

async function watched(
  stimulator: Stimulator,
  watch: Watch,
  therapy: Therapy,
  options: StimulateOptions,
): Promise<Stimulation> {
  const rampMs = Math.max(0, ...therapy.areas.map((area) => area.rampDownMs ?? 0));
  const askedNs = nowNs(stimulator);
  await stimulator.start(SLOT, { mode: therapy.mode ?? 'clinic' });
  await watch.until((state) => state?.therapy === 'STIMULATING' || watch.ended, START_MS_MAX, 'start');
  const startedNs = nowNs(stimulator);
  await passTime(stimulator, watch, options);
  const ranMs = (nowNs(stimulator) - startedNs) / 1e6;
  const interrupted = options.signal.aborted;
  const ending = interrupted ? 'ESTOP' : options.ending; // REQ-HST-104
  const { stopNs, cutNs } = watch.ended
    ? NO_ORDERS
    : await end(stimulator, watch, ending, options.signal, rampMs);
  const { delivered, fault, faultSeenNs } = watch;
  const reason = watch.state?.reason ?? 'NONE';
  const endedNs = nowNs(stimulator);
  return {
    askedNs,
    startedNs,
    stopNs,
    ending,
    cutNs,
    endedNs,
    ranMs,
    interrupted: interrupted || cutNs !== undefined,
    delivered,
    fault,
    faultSeenNs,
    reason,
  };
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
    const leftMs = options.forMs - doneMs;
    if (leftMs <= QUIET_MS) watch.fallSilent();
    await clock.sleep(Math.min(SLICE_MS, leftMs));
  }
}

async function end(
  stimulator: Stimulator,
  watch: Watch,
  ending: 'STOP' | 'ESTOP',
  signal: AbortSignal,
  rampMs: number,
): Promise<Pick<Stimulation, 'stopNs' | 'cutNs'>> {
  const stopNs = await order(stimulator, ending);
  // A soft stop can take longer than the 2 s of silence after which clinic mode stops.
  watch.keepAlive();
  const isCut = (): boolean => ending === 'STOP' && signal.aborted;
  await watch.until(() => watch.ended || isCut(), STOP_MS_MAX + rampMs, 'stop');
  const cutNs = watch.ended ? undefined : await order(stimulator, 'ESTOP');
  await watch.until(() => watch.ended, STOP_MS_MAX, 'stop');
  // The last batch of delivered pulses follows the end of the therapy.
  const { clock, port } = stimulator.transport;
  await clock.sleep(Math.max(SLICE_MS * 1.5, WAITING_BITS_MAX / (port.baudRate / 1000)));
  return { stopNs, cutNs };
}

/** When the order was written, ns; undefined where the device had just ended by itself. */
async function order(stimulator: Stimulator, ending: 'STOP' | 'ESTOP'): Promise<number | undefined> {
  try {
    const writtenMs = await (ending === 'STOP' ? stimulator.stop() : stimulator.estop());
    return Math.round(writtenMs * 1e6);
  } catch (error) {
    if (error instanceof DeviceError && error.code === Status.NOT_STIMULATING) return undefined;
    throw error;
  }
}

/**
 * Tries ESTOP after something failed in mid-run, over a new line where the old one is gone. Returns the error with what is
 * known of the output.
 */
async function switchedOff(
  stimulator: Stimulator,
  therapy: Therapy,
  error: unknown,
  options: StimulateOptions,
): Promise<unknown> {
  const isOff = await stimulator.estop().then(
    () => true,
    () => false,
  );
  if (!(error instanceof LinkError)) return error;
  if (!isOff && options.reopen !== undefined && BACK.has(error.fault)) {
    const back = await cameBack(stimulator, options.reopen, options.signal);
    if (back !== undefined) return new LinkError(error.fault, `${error.message}; ${back}`, { cause: error });
  }
  const goesOn = 'it goes on in free-running mode: hold a magnet to the device, or use "stimgate stop --now"';
  const mayBeOn = `the output may still be on; ${therapy.mode === 'free-running' ? goesOn : 'in clinic mode it ends by itself within 2 s'}`;
  const output = isOff ? 'ESTOP was answered: the output is off' : mayBeOn;
  return new LinkError(error.fault, `${error.message}; ${output}`, { cause: error });
}

/** Faults after which the line may come back; a session that another host has taken over is left to it. */
const BACK: ReadonlySet<LinkError['fault']> = new Set(['closed', 'timeout']);

/** Connects again, says what was lost, and switches off what goes on. Undefined where the device does not come back. */
async function cameBack(
  lost: Stimulator,
  reopen: () => Promise<Transport>,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const { stimulator, outage } = await reconnect(lost, reopen, { signal });
    try {
      await stimulator.estop();
    } finally {
      await stimulator.close();
    }
    return `${outageText(outage)}; ESTOP was answered: the output is off`;
  } catch (error) {
    if (error instanceof LinkError) return undefined;
    throw error;
  }
}

/** Keeps the device's session alive and collects what it says unasked. */
class Watch {
  readonly delivered: DeliveredBatch[] = [];
  state: StateEvent | undefined;
  fault: FaultEvent | undefined;
  faultSeenNs: number | undefined;
  lost: LinkError | undefined;
  readonly #stimulator: Stimulator;
  readonly #undo: (() => void)[] = [];
  #started = false;
  #endKeepAlive = (): void => {};

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

  keepAlive(): void {
    this.#endKeepAlive = this.#stimulator.keepAlive();
  }

  fallSilent(): void {
    this.#endKeepAlive();
  }

  release(): void {
    this.fallSilent();
    for (const undo of this.#undo) undo();
  }
}
