// The client of a stimulator: one typed method for each message of the link, and its events.
//
//   const stim = await Stimulator.connect(await openTransport('sim', { seed: 1 }));
//   await stim.setArea(0, 0, area); await stim.setAmplitude(0, 0, 4000); await stim.start(0);
//
// Methods reject with LinkError where the line fails and with DeviceError where the device refuses; values that cannot
// be sent at all throw RangeError or TypeError. Limits are kept by the firmware, not here.

import { EventEmitter } from 'node:events';
import { Mode, Status } from '../../firmware/status.ts';
import * as wire from '../../firmware/wire.ts';
import { DeviceError, LinkError } from '../link/errors.ts';
import type { Frame } from '../link/frame.ts';
import { Link, type LinkOptions, type LinkOwner, type RequestOptions } from '../link/link.ts';
import type { AreaSettings, ElectrodeLimit, ElectrodeName } from '../therapy/therapy.ts';
import { TimedOut } from '../transport/clock.ts';
import type { Transport } from '../transport/transport.ts';
import { integer, pcFromNc, U8_MAX, ua } from '../units/units.ts';
import { decodeArea, encodeArea, fieldValue } from './area-record.ts';
import { electrodeIndex, electrodeName } from './electrodes.ts';
import {
  type DeviceEvent,
  type DeviceEvents,
  type DeviceInfo,
  type DeviceStatus,
  decodeEvent,
  decodeIdentity,
  decodeInfo,
  decodeRefusal,
  decodeStatus,
  type FirmwareIdentity,
  type ImpedanceEvent,
  type TherapyMode,
} from './messages.ts';

/** Longest that a measurement takes, discharge before and after it included, ms. */
const MEASURE_MS = 2000;
/** Period of keep-alive frames: four within the 2 s after which clinic mode stops, ms. */
const KEEP_ALIVE_MS = 500;

/** Limits that are set on an electrode. */
export type LimitSettings = Required<ElectrodeLimit>;

export type Impedance = Pick<ImpedanceEvent, 'ohm' | 'measuredUa' | 'driveMv' | 'mismatch'>;

type Listeners = { [N in keyof DeviceEvents]: [DeviceEvents[N]] } & { lost: [LinkError] };

/** The device as it was when it was last heard of. */
export interface Known {
  /** Its last STATUS, and when that came, ms of the transport's clock. */
  readonly status: DeviceStatus | undefined;
  readonly atMs: number;
  /** Pulses of the DELIVERED batches that came after it. */
  readonly pulsesTold: number;
  /** The request that was not answered: it may or may not have taken effect. */
  readonly unanswered: string | undefined;
}

/** What to say about a request that was refused. */
interface Asked {
  readonly what?: string;
  /** The requested value of a field, as the user wrote it; of an area where the refusal names one. */
  value?(field: wire.Field, area?: number): number | undefined;
}

/** A connected stimulator. Emits `fault`, `state`, `impedance`, `battery`, `delivered`, and `lost` once if the line goes. */
export class Stimulator extends EventEmitter<Listeners> {
  readonly transport: Transport;
  /** What the device is, as it said when the session was opened. */
  readonly info: DeviceInfo;
  readonly #link: Link;
  #lost: LinkError | undefined;
  #stopKeepAlive = (): void => {};
  #known: Omit<Known, 'unanswered'> = { status: undefined, atMs: 0, pulsesTold: 0 };

  private constructor(transport: Transport, link: Link, info: DeviceInfo) {
    super();
    this.transport = transport;
    this.#link = link;
    this.info = info;
  }

  /**
   * Opens a session (HELLO, then INFO) on an open transport, and takes the transport over: it is closed if this fails.
   * @throws LinkError where no Stimgate device of this protocol's version answers.
   */
  static async connect(transport: Transport, options: LinkOptions = {}): Promise<Stimulator> {
    // Nobody can listen before connect has returned: until then events are let go.
    const owner: LinkOwner = { event: () => {}, lost: () => {} };
    const link = new Link(transport, owner, options);
    try {
      const stimulator = new Stimulator(transport, link, await handshake(link, transport.name));
      owner.event = (frame) => stimulator.#event(frame);
      owner.lost = (error) => stimulator.#lose(error);
      return stimulator;
    } catch (error) {
      link.close();
      await transport.close();
      throw error;
    }
  }

  /** What the device is doing. */
  async status(): Promise<DeviceStatus> {
    return this.#noted(await this.#ask(wire.Message.STATUS, [], wire.STATUS_BYTES));
  }

  /** What is known of the device from its last word: see reconnect. */
  get known(): Known {
    const unanswered = this.#link.unanswered;
    return { ...this.#known, unanswered: unanswered === undefined ? undefined : wire.Message[unanswered] };
  }

  /**
   * Which binaries the device runs, as it says itself: that keeps out a mix-up, not an attacker.
   * @throws DeviceError UNKNOWN_MESSAGE where its firmware is older than this message.
   */
  async identity(): Promise<FirmwareIdentity> {
    const asked = { what: 'to tell which binaries it runs' };
    return decodeIdentity(await this.#ask(wire.Message.IDENTITY, [], wire.IDENTITY_BYTES, asked));
  }

  /**
   * Stores an area (0–3) of a program (slot 0–15) but for its amplitude, which the device keeps, or sets to zero when
   * electrodes change or the pulse widens.
   * @returns the area exactly as the device holds it.
   */
  async setArea(slot: number, area: number, settings: AreaSettings): Promise<AreaSettings> {
    const payload = new Uint8Array(wire.SET_AREA_BYTES);
    payload.set(place(slot, area));
    payload.set(encodeArea(settings), wire.AREA_RECORD);
    const asked = {
      what: `area ${area} of slot ${slot}`,
      value: (field: wire.Field) => fieldValue(settings, field),
    };
    const echo = await this.#ask(wire.Message.SET_AREA, payload, wire.AREA_ECHO_BYTES, asked);
    return decodeArea(echo.subarray(wire.AREA_RECORD));
  }

  /** Sets an area's amplitude, µA in steps of 10; while stimulating it acts from the next pulse on. Gives it back. */
  async setAmplitude(slot: number, area: number, amplitudeUa: number): Promise<number> {
    const payload = new Uint8Array(wire.SET_AMPLITUDE_BYTES);
    payload.set(place(slot, area));
    viewOf(payload).setUint32(wire.AMPLITUDE_UA, ua(amplitudeUa), true);
    const asked = {
      what: `amplitudeUa ${amplitudeUa}`,
      // While stimulating, the levels of another area may stand in the way.
      value: (field: wire.Field, named = area) =>
        field === wire.Field.AMPLITUDE && named === area ? amplitudeUa : undefined,
    };
    const echo = await this.#ask(wire.Message.SET_AMPLITUDE, payload, wire.SET_AMPLITUDE_BYTES, asked);
    return viewOf(echo).getUint32(wire.AMPLITUDE_UA, true);
  }

  /** An area as the device holds it. */
  async area(slot: number, area: number): Promise<AreaSettings> {
    const asked = { what: `area ${area} of slot ${slot}` };
    const echo = await this.#ask(wire.Message.GET_AREA, place(slot, area), wire.AREA_ECHO_BYTES, asked);
    return decodeArea(echo.subarray(wire.AREA_RECORD));
  }

  /** Empties a slot. */
  async erase(slot: number): Promise<void> {
    await this.#ask(wire.Message.ERASE, [slotNumber(slot)], wire.ACK_BYTES, {
      what: `to erase slot ${slot}`,
    });
  }

  /** Judges a program as START would, and changes nothing. */
  async validate(slot: number): Promise<void> {
    const asked = { what: `the program in slot ${slot}` };
    await this.#ask(wire.Message.VALIDATE, [slotNumber(slot)], wire.ACK_BYTES, asked);
  }

  /** Starts a program. In clinic mode (the default) it stops 2 s after the last frame: see keepAlive. */
  async start(slot: number, options: { readonly mode?: TherapyMode } = {}): Promise<void> {
    const mode = options.mode === 'free-running' ? Mode.FREE_RUNNING : Mode.CLINIC;
    const asked = { what: `to start the program in slot ${slot}` };
    await this.#ask(wire.Message.START, [slotNumber(slot), mode], wire.ACK_BYTES, asked);
  }

  /**
   * Ends stimulation after the pulse in progress and the ramp down; the `state` event says when it is over. Goes out
   * before anything that waits, which is given up, but for an ESTOP.
   * @returns when its frame was given to the line, ms of the transport's clock.
   */
  stop(): Promise<number> {
    return this.#end(wire.Message.STOP);
  }

  /**
   * Switches the output off at once; goes out before anything that waits, which is given up. May cut a pulse.
   * @returns when its frame was given to the line, ms of the transport's clock.
   */
  estop(): Promise<number> {
    return this.#end(wire.Message.ESTOP);
  }

  /** Clears a trip whose cause is gone. */
  async clear(): Promise<void> {
    await this.#ask(wire.Message.CLEAR, [], wire.ACK_BYTES, { what: 'to clear the trip' });
  }

  /** Sets the limits of an electrode (a name, or 0–16); one that is left out stays. Gives back what holds now. */
  async setLimit(electrode: ElectrodeName | number, limit: ElectrodeLimit): Promise<LimitSettings> {
    const index = electrodeIndex(electrode);
    const amplitudeUa = limit.amplitudeUa ?? (await this.limit(index)).amplitudeUa;
    const phaseChargeNc = limit.phaseChargeNc ?? (await this.limit(index)).phaseChargeNc;
    const payload = new Uint8Array(wire.LIMIT_BYTES);
    const view = viewOf(payload);
    view.setUint8(wire.LIMIT_ELECTRODE, index);
    view.setUint32(wire.LIMIT_AMPLITUDE_UA, ua(amplitudeUa), true);
    view.setUint32(wire.LIMIT_PHASE_PC, pcFromNc(phaseChargeNc), true);
    const values = new Map([
      [wire.Field.AMPLITUDE, amplitudeUa],
      [wire.Field.PHASE_LIMIT, phaseChargeNc],
    ]);
    const asked = {
      what: `the limits of ${electrodeName(index)}`,
      value: (field: wire.Field) => values.get(field),
    };
    return decodeLimit(await this.#ask(wire.Message.SET_LIMIT, payload, wire.LIMIT_BYTES, asked));
  }

  /** The limits that are set on an electrode (a name, or 0–16). */
  async limit(electrode: ElectrodeName | number): Promise<LimitSettings> {
    const payload = [electrodeIndex(electrode)];
    return decodeLimit(await this.#ask(wire.Message.GET_LIMIT, payload, wire.LIMIT_BYTES));
  }

  /**
   * Measures the impedance between two electrodes with one biphasic pulse.
   * @throws DeviceError where it could not be measured.
   */
  async measureImpedance(plus: ElectrodeName | number, minus: ElectrodeName | number): Promise<Impedance> {
    const pair = [electrodeIndex(plus), electrodeIndex(minus)];
    const [plusName, minusName] = pair.map(electrodeName);
    const asked = { what: `to measure ${plusName} against ${minusName}` };
    const results: ImpedanceEvent[] = [];
    const keep = (event: ImpedanceEvent): void => {
      if (event.plus === plusName && event.minus === minusName) results.push(event);
    };
    this.on('impedance', keep);
    try {
      await this.#ask(wire.Message.MEASURE, pair, wire.ACK_BYTES, asked);
      if (results.length === 0) await this.waitFor('impedance', MEASURE_MS, () => results.length > 0);
    } finally {
      this.off('impedance', keep);
    }
    const { status, ohm, measuredUa, driveMv, mismatch } = results[0];
    if (status === 'OK') return { ohm, measuredUa, driveMv, mismatch };
    throw new DeviceError({ code: Status[status], field: wire.Field.NONE, nearest: undefined }, asked.what);
  }

  /**
   * Sends a STATUS frame every `everyMs` while nothing else goes out, so that clinic mode does not stop. In an embedded
   * simulator it takes no time by itself.
   * @returns what ends it; `close` does too.
   */
  keepAlive(everyMs = KEEP_ALIVE_MS): () => void {
    this.#stopKeepAlive();
    let cancel = (): void => {};
    let running = true;
    const again = (): void => {
      if (running) cancel = this.transport.clock.after(everyMs, beat);
    };
    const beat = (): void => {
      if (!this.#link.busy) {
        this.#link
          .request(wire.Message.STATUS, new Uint8Array(), { background: true })
          .then((response) => {
            if (decodeRefusal(response) === undefined && response.length >= wire.STATUS_BYTES)
              this.#noted(response);
          })
          .catch((error: LinkError) => this.#doubt(error));
      }
      again();
    };
    again();
    this.#stopKeepAlive = () => {
      running = false;
      cancel();
    };
    return this.#stopKeepAlive;
  }

  /**
   * The next event of that name (for which `predicate` holds, where it is given), or the next event of any name for
   * which a predicate over `{ name, event }` holds.
   * @throws LinkError where none comes within `timeoutMs` or the line goes.
   */
  waitFor<N extends keyof DeviceEvents>(
    name: N,
    timeoutMs: number,
    predicate?: (event: DeviceEvents[N]) => boolean,
  ): Promise<DeviceEvents[N]>;
  waitFor(predicate: (event: DeviceEvent) => boolean, timeoutMs: number): Promise<DeviceEvent>;
  async waitFor(
    what: keyof DeviceEvents | ((event: DeviceEvent) => boolean),
    timeoutMs: number,
    predicate: (event: never) => boolean = () => true,
  ): Promise<unknown> {
    if (this.#lost !== undefined) throw this.#lost;
    const named = typeof what === 'string';
    const names = named ? [what] : EVENT_NAMES;
    const undo: (() => void)[] = [];
    const found = new Promise<unknown>((resolve, reject) => {
      for (const name of names) {
        const listener = (event: unknown): void => {
          const hit = named ? predicate(event as never) : what({ name, event } as DeviceEvent);
          if (hit) resolve(named ? event : { name, event });
        };
        this.on(name, listener);
        undo.push(() => this.off(name, listener));
      }
      this.on('lost', reject);
      undo.push(() => this.off('lost', reject));
    });
    try {
      return await this.transport.clock.within(found, timeoutMs);
    } catch (error) {
      if (!(error instanceof TimedOut)) throw error;
      const event = named ? `${what} event` : 'event that was waited for';
      throw new LinkError('timeout', `no ${event} came from ${this.transport.name} within ${timeoutMs} ms`);
    } finally {
      for (const off of undo) off();
    }
  }

  /** Closes the line. It does not stop the therapy: in clinic mode the device does, 2 s later. Harmless the second time. */
  async close(): Promise<void> {
    this.#stopKeepAlive();
    this.#lost ??= new LinkError('closed', `the link to ${this.transport.name} is closed`);
    this.#link.close();
    await this.transport.close();
  }

  async #ask(
    message: wire.Message,
    payload: ArrayLike<number>,
    bytes: number,
    asked: Asked = {},
    options: RequestOptions = {},
  ): Promise<Uint8Array> {
    const response = await this.#link.request(message, Uint8Array.from(payload), options);
    return accepted(response, message, bytes, this.transport.name, asked);
  }

  async #end(message: wire.Message.STOP | wire.Message.ESTOP): Promise<number> {
    const { clock } = this.transport;
    let writtenMs = clock.nowMs();
    const onWritten = (): void => {
      writtenMs = clock.nowMs();
    };
    const asked = { what: wire.Message[message] };
    await this.#ask(message, [], wire.ACK_BYTES, asked, { urgent: true, onWritten });
    return writtenMs;
  }

  #event(frame: Frame): void {
    const decoded = decodeEvent(frame);
    // Each name goes with its own event's type; the pairing is decodeEvent's.
    if (decoded === undefined) return;
    if (decoded.name === 'delivered') this.#known = toldOf(this.#known, decoded.event.count);
    (this as EventEmitter).emit(decoded.name, decoded.event);
  }

  #noted(response: Uint8Array): DeviceStatus {
    const status = decodeStatus(response);
    this.#known = { status, atMs: this.transport.clock.nowMs(), pulsesTold: 0 };
    return status;
  }

  /** A keep-alive frame was not answered. */
  #doubt(error: LinkError): void {
    if (error.fault === 'timeout' || error.fault === 'reset') this.#lose(error);
  }

  #lose(error: LinkError): void {
    if (this.#lost !== undefined) return;
    this.#lost = error;
    this.#stopKeepAlive();
    this.emit('lost', error);
  }
}

const EVENT_NAMES: readonly (keyof DeviceEvents)[] = ['fault', 'state', 'impedance', 'battery', 'delivered'];

function toldOf<K extends { readonly pulsesTold: number }>(known: K, pulses: number): K {
  return { ...known, pulsesTold: known.pulsesTold + pulses };
}

/** HELLO and INFO. A late answer to an earlier HELLO can open a session that is already over: then once more. */
async function handshake(link: Link, name: string): Promise<DeviceInfo> {
  for (let attempt = 0; ; attempt++) {
    const hello = accepted(await link.open(), wire.Message.HELLO, wire.HELLO_BYTES, name);
    const version = hello[wire.HELLO_VERSION];
    if (version !== wire.WIRE_VERSION) {
      const versions = `version ${version} of the protocol, this host version ${wire.WIRE_VERSION}`;
      throw new LinkError(
        'protocol',
        `the device at ${name} speaks ${versions}: use the host of its firmware`,
      );
    }
    try {
      const info = await link.request(wire.Message.INFO, new Uint8Array());
      return decodeInfo(accepted(info, wire.Message.INFO, wire.INFO_BYTES, name));
    } catch (error) {
      const again = error instanceof LinkError && error.fault === 'reset' && attempt < link.retries;
      if (!again) throw error;
    }
  }
}

function accepted(
  response: Uint8Array,
  message: wire.Message,
  bytes: number,
  name: string,
  asked: Asked = {},
): Uint8Array {
  const refusal = decodeRefusal(response);
  const what = asked.what ?? wire.Message[message];
  if (refusal !== undefined) throw new DeviceError(refusal, what, asked.value?.(refusal.field, refusal.area));
  if (response.length >= bytes) return response;
  const got = `${response.length} bytes instead of ${bytes}`;
  throw new LinkError('protocol', `the device at ${name} answered ${wire.Message[message]} with ${got}`);
}

function decodeLimit(payload: Uint8Array): LimitSettings {
  const view = viewOf(payload);
  return {
    amplitudeUa: view.getUint32(wire.LIMIT_AMPLITUDE_UA, true),
    phaseChargeNc: view.getUint32(wire.LIMIT_PHASE_PC, true) / 1000,
  };
}

/** Slot and area as the first two bytes of a payload. Whether they exist, the device says. */
function place(slot: number, area: number): number[] {
  return [slotNumber(slot), integer(area, 0, U8_MAX, 'area')];
}

function slotNumber(slot: number): number {
  return integer(slot, 0, U8_MAX, 'slot');
}

function viewOf(payload: Uint8Array): DataView {
  return new DataView(payload.buffer, payload.byteOffset, payload.length);
}
