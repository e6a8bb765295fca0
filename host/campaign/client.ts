// A host without promises: writes a frame, lets the simulator run until the answer has come, and keeps every event.

import { Status } from '../../firmware/status.ts';
import * as wire from '../../firmware/wire.ts';
import { CYCLES_PER_US, type Simulator } from '../../sim/index.ts';
import { type DeviceEvent, decodeEvent, decodeRefusal } from '../device/messages.ts';
import type { Refusal } from '../link/errors.ts';
import { decodeFrame, encodeFrame, type Frame } from '../link/frame.ts';

/** Longest that an answer may take, µs: a frame each way at 9600 baud and several turns of the main loop. */
const ANSWER_US_MAX = 500_000;

/** The device did not answer, or not with what was asked for. */
export class NoAnswer extends Error {}

/** What a message was answered with. */
export interface Answer {
  readonly status: Status;
  readonly payload: Uint8Array;
  readonly refusal: Refusal | undefined;
}

export class Client {
  readonly sim: Simulator;
  /** Events of the session, in order, with the instant at which their last byte had come, cycles. */
  readonly events: { readonly cycle: number; readonly event: DeviceEvent }[] = [];
  /** Everything between two delimiters that was not a frame. */
  damaged = 0;
  session = 0;
  sequence = 0;
  private pending: number[] = [];
  private frames: Frame[] = [];
  private readonly retries: number;

  /** `retries`: how often a frame that is not answered is sent again, with the same bytes. */
  constructor(sim: Simulator, retries = 0) {
    this.sim = sim;
    this.retries = retries;
    sim.onByte = (byte, cycle) => this.take(byte, cycle);
  }

  /** Opens a session and returns its number. */
  hello(): number {
    const frame = { version: wire.WIRE_VERSION, type: wire.Message.HELLO, session: 0, sequence: 0 };
    const bytes = encodeFrame({ ...frame, payload: new Uint8Array(0) });
    const answer = this.exchange(bytes, wire.Message.HELLO, 0);
    this.session = new DataView(answer.payload.buffer).getUint32(wire.HELLO_SESSION, true);
    this.sequence = 0;
    return this.session;
  }

  /** The bytes of a message with the next sequence number. */
  encode(type: wire.Message, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
    this.sequence = (this.sequence + 1) & 0xffff;
    const { session, sequence } = this;
    return encodeFrame({ version: wire.WIRE_VERSION, type, session, sequence, payload });
  }

  /** Sends a message and waits for its answer. Throws NoAnswer. */
  ask(type: wire.Message, payload?: Uint8Array): Answer {
    return this.exchange(this.encode(type, payload), type, this.sequence);
  }

  /** Sends bytes, again where they are not answered, and gives the answer to the message of `type` and `sequence`. Throws NoAnswer. */
  exchange(bytes: Uint8Array, type: wire.Message, sequence: number): Answer {
    for (let attempt = 0; ; attempt++) {
      this.sim.write(bytes);
      try {
        return this.await(type, sequence);
      } catch (error) {
        if (!(error instanceof NoAnswer) || attempt >= this.retries) throw error;
      }
    }
  }

  /** Runs until the answer to the message of `type` and `sequence` has come. */
  await(type: wire.Message, sequence: number): Answer {
    const deadline = this.sim.nowCycles + ANSWER_US_MAX * CYCLES_PER_US;
    for (;;) {
      while (this.frames.length > 0) {
        const frame = this.frames.shift() as Frame;
        if (frame.type !== (type | wire.RESPONSE_BIT) || frame.sequence !== sequence) continue;
        const { payload } = frame;
        return { status: payload[wire.RESPONSE_STATUS], payload, refusal: decodeRefusal(payload) };
      }
      if (!this.sim.runUntilByte(0, deadline) && this.frames.length === 0) {
        throw new NoAnswer(`no answer to message ${wire.Message[type]} number ${sequence}`);
      }
    }
  }

  /** Responses that nobody waits for, and frames of other types, are forgotten. */
  forget(): void {
    this.frames = [];
  }

  private take(byte: number, cycle: number): void {
    if (byte !== 0) {
      this.pending.push(byte);
      return;
    }
    const encoded = Uint8Array.from(this.pending);
    this.pending = [];
    if (encoded.length === 0) return;
    const frame = decodeFrame(encoded);
    if (frame === undefined) {
      this.damaged++;
    } else if (frame.type >= wire.Event.FAULT) {
      const event = decodeEvent(frame);
      if (event === undefined) this.damaged++;
      else this.events.push({ cycle, event });
    } else this.frames.push(frame);
  }
}

/** Name of a status for messages of failed tests. */
export function statusName(status: Status): string {
  return Status[status] ?? `status ${status}`;
}
