// Requests and responses over a transport: sequence numbers, time-outs, retries, and events handed on.
// One request is on the line at a time. A retry sends the same bytes again: the device answers a repeated sequence
// from its cache, so it never does anything twice.

import { Status } from '../../firmware/status.ts';
import * as wire from '../../firmware/wire.ts';
import { TimedOut } from '../transport/clock.ts';
import type { Transport } from '../transport/transport.ts';
import { ANOTHER_HOST, LinkError } from './errors.ts';
import { encodeFrame, type Frame } from './frame.ts';
import { FrameParser } from './parser.ts';

export interface LinkOptions {
  /** How long one attempt waits for its answer, ms. Default 500. */
  readonly timeoutMs?: number;
  /** How often an unanswered request is sent again. Default 3. */
  readonly retries?: number;
}

/** What the link tells its owner unasked. */
export interface LinkOwner {
  /** A valid frame of the session with an event type. */
  event(frame: Frame): void;
  /** The line is gone; called once, and not after `close`. */
  lost(error: LinkError): void;
}

interface Pending {
  readonly message: wire.Message;
  readonly sequence: number;
  resolve(payload: Uint8Array): void;
  reject(error: LinkError): void;
}

/** How a request behaves. */
export interface RequestOptions {
  /** Does not make the clock of an embedded simulator run: for traffic in the background. */
  readonly background?: boolean;
  /** Goes out at once; what is on the line or waiting is given up, but for an ESTOP. */
  readonly urgent?: boolean;
  /** Called when the frame is first given to the line. */
  onWritten?(): void;
}

const SEQUENCES = 0x10000;
const DELIMITER = Uint8Array.of(0);

export class Link {
  readonly parser = new FrameParser();
  readonly timeoutMs: number;
  readonly retries: number;
  readonly #transport: Transport;
  readonly #owner: LinkOwner;
  #session = 0;
  #sequence = 0;
  #pending: Pending | undefined;
  #tail: Promise<void> = Promise.resolve();
  #queued = 0;
  #epoch = 0;
  /** What the requests of earlier epochs were given up for. */
  #overtaker = '';
  #lost: LinkError | undefined;
  #unanswered: wire.Message | undefined;
  /** A request of ours has come back as it was sent. */
  #echoed = false;

  constructor(transport: Transport, owner: LinkOwner, options: LinkOptions = {}) {
    this.#transport = transport;
    this.#owner = owner;
    this.timeoutMs = options.timeoutMs ?? 500;
    this.retries = options.retries ?? 3;
    const { port } = transport;
    port.on('data', (chunk: Buffer) => this.#receive(chunk));
    port.on('close', (error: Error | null | undefined) => this.#end(error ?? undefined));
    port.on('end', () => this.#end());
    port.on('error', (error: Error) => this.#end(error));
  }

  /** Whether a request is on the line or waiting. */
  get busy(): boolean {
    return this.#queued > 0;
  }

  /** The last request that was given to the line and not answered: it may or may not have taken effect. */
  get unanswered(): wire.Message | undefined {
    return this.#unanswered;
  }

  /**
   * Opens a session with HELLO, a new one for each attempt.
   * @returns the payload of the response.
   * @throws LinkError where nothing, or nothing sensible, answers.
   */
  async open(): Promise<Uint8Array> {
    const { HELLO } = wire.Message;
    const hello = await this.#inTurn(HELLO, {}, () => this.#exchange(HELLO, new Uint8Array(), {}));
    if (hello[wire.RESPONSE_STATUS] === Status.OK && hello.length >= wire.HELLO_BYTES) {
      this.#session = new DataView(hello.buffer, hello.byteOffset).getUint32(wire.HELLO_SESSION, true);
      this.#sequence = 0;
    }
    return hello;
  }

  /**
   * Sends a request and gives the payload of its response, a refusal included.
   * @throws LinkError on time-out, loss of the line, or when the device has forgotten the session.
   */
  async request(
    message: wire.Message,
    payload: Uint8Array,
    options: RequestOptions = {},
  ): Promise<Uint8Array> {
    const urgent = !!options.urgent && this.#yieldsTo(message);
    if (urgent) this.#giveUpOthers(message);
    const response = await this.#inTurn(message, { ...options, urgent }, () =>
      this.#exchange(message, payload, options),
    );
    if (response[wire.RESPONSE_STATUS] === Status.BAD_SESSION) {
      throw new LinkError(
        'reset',
        `the device at ${this.#transport.name} has forgotten this session: it was reset, or another host has connected`,
      );
    }
    return response;
  }

  /** Stops listening: what is on the line fails, and no `lost` is reported. */
  close(): void {
    this.#fail(new LinkError('closed', `the link to ${this.#transport.name} is closed`));
  }

  /** One at a time, in the order of the calls: what goes before is over after its own time-outs. */
  async #inTurn<T>(message: wire.Message, options: RequestOptions, exchange: () => Promise<T>): Promise<T> {
    const before = this.#tail;
    const ahead = this.#queued;
    const epoch = this.#epoch;
    let release = (): void => {};
    this.#tail = new Promise((resolve) => {
      release = resolve;
    });
    this.#queued++;
    try {
      const budgetMs = ahead * this.timeoutMs * (this.retries + 1) + this.timeoutMs;
      if (ahead > 0 && !options.urgent) {
        await this.#wait(before, budgetMs, !!options.background).catch(() => {
          throw this.#notAnswered(message);
        });
      }
      if (epoch !== this.#epoch) throw superseded(this.#transport.name, this.#overtaker);
      return await exchange();
    } finally {
      this.#queued--;
      release();
    }
  }

  async #exchange(
    message: wire.Message,
    payload: Uint8Array,
    { background = false, onWritten }: RequestOptions,
  ): Promise<Uint8Array> {
    const hello = message === wire.Message.HELLO;
    if (!hello) this.#sequence = (this.#sequence + 1) % SEQUENCES;
    const sequence = hello ? 0 : this.#sequence;
    const session = hello ? 0 : this.#session;
    const bytes = encodeFrame({ version: wire.WIRE_VERSION, type: message, session, sequence, payload });
    const response = new Promise<Uint8Array>((resolve, reject) => {
      this.#pending = { message, sequence, resolve, reject };
    });
    response.catch(() => {});
    try {
      for (let attempt = 0; attempt <= this.retries; attempt++) {
        if (this.#lost !== undefined) throw this.#lost;
        // A delimiter first ends whatever noise stands before the frame on the line.
        this.#send(attempt > 0 || hello ? Buffer.concat([DELIMITER, bytes]) : bytes);
        if (attempt === 0) onWritten?.();
        this.#unanswered = message;
        try {
          const payload = await this.#wait(response, this.timeoutMs, background);
          this.#unanswered = undefined;
          return payload;
        } catch (error) {
          if (!(error instanceof TimedOut)) throw error;
        }
      }
    } finally {
      if (this.#pending?.sequence === sequence && this.#pending.message === message)
        this.#pending = undefined;
    }
    throw this.#notAnswered(message);
  }

  #send(bytes: Uint8Array): void {
    this.#transport.port.write(Buffer.from(bytes));
  }

  #wait<T>(promise: Promise<T>, waitMs: number, background: boolean): Promise<T> {
    const { clock } = this.#transport;
    if (!background) return clock.within(promise, waitMs);
    return new Promise((resolve, reject) => {
      const cancel = clock.after(waitMs, () => reject(new TimedOut(waitMs)));
      promise.then(resolve, reject).finally(cancel);
    });
  }

  /** Nothing is given up ESTOP for but another ESTOP: its retries must go on. */
  #yieldsTo(message: wire.Message): boolean {
    return message === wire.Message.ESTOP || this.#pending?.message !== wire.Message.ESTOP;
  }

  #giveUpOthers(message: wire.Message): void {
    this.#epoch++;
    this.#overtaker = wire.Message[message];
    this.#pending?.reject(superseded(this.#transport.name, this.#overtaker));
    this.#pending = undefined;
    this.#tail = Promise.resolve();
  }

  #receive(chunk: Uint8Array): void {
    if (this.#lost !== undefined) return;
    for (const frame of this.parser.push(chunk)) this.#dispatch(frame);
  }

  #dispatch(frame: Frame): void {
    if (frame.version !== wire.WIRE_VERSION) {
      const versions = `version ${frame.version} of the protocol, this host version ${wire.WIRE_VERSION}`;
      const message = `the device at ${this.#transport.name} speaks ${versions}: use the host that came with its firmware`;
      this.#pending?.reject(new LinkError('protocol', message));
      return;
    }
    if (wire.Event[frame.type] !== undefined) {
      if (frame.session === this.#session) this.#owner.event(frame);
      return;
    }
    const pending = this.#pending;
    if (pending === undefined) return;
    if (frame.type === pending.message && frame.sequence === pending.sequence) this.#echoed = true;
    if (frame.payload.length === 0) return;
    if (frame.type !== (pending.message | wire.RESPONSE_BIT) || frame.sequence !== pending.sequence) return;
    const ours = frame.session === this.#session || pending.message === wire.Message.HELLO;
    if (ours || frame.payload[wire.RESPONSE_STATUS] === Status.BAD_SESSION) pending.resolve(frame.payload);
  }

  #end(cause?: Error): void {
    if (this.#lost !== undefined) return;
    const error = this.#closed(cause);
    this.#fail(error);
    this.#owner.lost(error);
  }

  #fail(error: LinkError): void {
    this.#lost ??= error;
    this.#pending?.reject(error);
  }

  #closed(cause?: Error): LinkError {
    const { name } = this.#transport;
    const said = this.parser.valid === 0 ? this.parser.noiseText : '';
    if (said.includes(ANOTHER_HOST)) {
      return new LinkError(
        'busy',
        `another host is connected to the simulated device at ${name}: only one can be`,
      );
    }
    if (said !== '')
      return new LinkError(
        'closed',
        `${name} closed the line; it is not a Stimgate device: it said "${said}"`,
      );
    const partial = this.parser.pendingBytes;
    const where = partial > 0 ? ` in the middle of a frame (after ${partial} bytes of it)` : '';
    const why = cause === undefined ? '' : `: ${closedWords(cause)}`;
    return new LinkError('closed', `the line to ${name} was closed${where}${why}`, { cause });
  }

  #notAnswered(message: wire.Message): LinkError {
    const { name } = this.#transport;
    const { bytes, valid } = this.parser;
    if (this.#echoed) {
      const looped = 'the line is looped, or what is on it echoes; check the cable and the port';
      return new LinkError('garbage', `${name} sends back what it is given: ${looped}`);
    }
    if (bytes > 0 && valid === 0) {
      const said = this.parser.noiseText === '' ? '' : ` ("${this.parser.noiseText}")`;
      return new LinkError(
        'garbage',
        `${name} sent ${bytes} bytes but no valid frame${said}: check that it is a Stimgate device and that the baud rate is right`,
      );
    }
    const times = this.retries === 0 ? '' : `, asked ${this.retries + 1} times`;
    const question = `the device at ${name} did not answer ${wire.Message[message]} within ${this.timeoutMs} ms${times}`;
    const check =
      valid === 0
        ? 'that it is powered, connected, at this baud rate and running Stimgate'
        : 'its power and the cable';
    return new LinkError('timeout', `${question}: check ${check}`);
  }
}

function superseded(name: string, by: string): LinkError {
  return new LinkError('superseded', `the request to ${name} was given up for ${by}`);
}

/** A port that vanishes is reported by whatever its file descriptor then says. */
function closedWords(cause: Error): string {
  const vanished = /bad file descriptor|input\/output error|no such device|device not configured/i.test(
    cause.message,
  );
  if (vanished) return 'the port is gone, perhaps unplugged';
  if (/ECONNRESET|EPIPE/.test(cause.message)) return 'the other end broke the connection off';
  return cause.message
    .split('\n')[0]
    .replace(/^Error:?\s*/, '')
    .trim();
}
