// The stimulator's binary between a stand-in for the interlock and a serial line that the test holds.

import { readFileSync } from 'node:fs';
import { BOARD_SIMULATOR, Message, RESPONSE_BIT } from '../../firmware/wire.ts';
import { InterlockMock } from './link-interlock.ts';
import { type Frame, type FrameFields, frames, line } from './link-wire.ts';

const binary = new WebAssembly.Module(readFileSync(new URL('../../build/stimulator.wasm', import.meta.url)));

interface Exports {
  readonly memory: WebAssembly.Memory;
  boot(board: number, entropy: number, readbackToleranceUa: number): void;
  poll(): number;
}

export class LinkRig {
  readonly interlock = new InterlockMock();
  /** Bytes on their way to the device. */
  readonly toDevice: number[] = [];
  /** Bytes that the line still takes from the device. */
  takes = Number.POSITIVE_INFINITY;
  /** What the board says of its image: 16 words. */
  identity: readonly number[] = [];
  session = 0;
  sequence = 0;
  readonly #fromDevice: number[] = [];
  readonly #device: Exports;

  constructor(entropy = 1, bootUs = 0) {
    this.interlock.nowUs = bootUs;
    const hal = {
      clock_us: () => this.interlock.nowUs | 0,
      uart_read: () => this.toDevice.shift() ?? -1,
      uart_write: (byte: number) => {
        if (this.takes <= 0) return 0;
        this.takes--;
        this.#fromDevice.push(byte);
        return 1;
      },
      identity: (word: number) => this.identity[word] ?? 0,
    };
    const { exports } = new WebAssembly.Instance(binary, { hal, interlock: this.interlock.imports });
    this.#device = exports as unknown as Exports;
    this.#device.boot(BOARD_SIMULATOR, entropy, 100);
  }

  get memory(): Uint8Array {
    return new Uint8Array(this.#device.memory.buffer);
  }

  get nowUs(): number {
    return this.interlock.nowUs;
  }

  /** One turn of the main loop. Returns µs until the device wants the next. */
  poll(): number {
    this.interlock.poll();
    return this.#device.poll();
  }

  /** Polls without time going by until the device has taken in everything that is on the line. */
  settle(): void {
    for (let turns = 0; this.toDevice.length > 0 || turns === 0; turns++) {
      if (turns > 10000) throw new Error('the device does not take in what is on the line');
      this.poll();
    }
    for (let turns = 0; turns < 8; turns++) this.poll();
  }

  /** The main loop for `durationUs`, asleep for what the device wishes but for `stepUs` at least and 10 ms at most. */
  run(durationUs: number, stepUs = 20, eachTurn: () => void = () => {}): void {
    const endUs = this.nowUs + durationUs;
    while (this.nowUs < endUs) {
      eachTurn();
      const wishUs = Math.min(Math.max(this.poll(), stepUs), 10000);
      this.interlock.nowUs = Math.min(endUs, this.nowUs + wishUs);
    }
  }

  /** The bytes that have come from the device since the last call, up to the last delimiter. */
  takeBytes(): number[] {
    return this.#fromDevice.splice(0, this.#fromDevice.lastIndexOf(0) + 1);
  }

  /** The frames that have come from the device since the last call. */
  take(): Frame[] {
    return frames(this.takeBytes());
  }

  /** Puts bytes on the line and takes what comes back. */
  exchange(bytes: readonly number[]): Frame[] {
    this.toDevice.push(...bytes);
    this.settle();
    return this.take();
  }

  /** Opens a session. Returns its number. */
  hello(): number {
    const answers = this.exchange(line({ type: Message.HELLO }));
    const answer = answers.find((frame) => frame.type === (Message.HELLO | RESPONSE_BIT));
    if (answer === undefined) throw new Error('no answer to HELLO');
    this.session = answer.payload.getUint32(4, true);
    this.sequence = 0;
    return this.session;
  }

  /** The next request of the session, as bytes on the line. */
  next(type: number, payload: readonly number[] = [], fields: Partial<FrameFields> = {}): number[] {
    this.sequence = (this.sequence + 1) & 0xffff;
    return line({ type, payload, session: this.session, sequence: this.sequence, ...fields });
  }

  /** Sends a request of the session and returns the payload of its response; events are dropped. */
  ask(type: number, payload: readonly number[] = []): DataView {
    const answers = this.exchange(this.next(type, payload));
    const answer = answers.filter((frame) => frame.type === (type | RESPONSE_BIT));
    if (answer.length !== 1) throw new Error(`${answer.length} answers to message ${type}`);
    return answer[0].payload;
  }
}
