// The line as bytes, for what no client would send: noise, damaged frames, repeats. It speaks beside the clients above it.

import { RESPONSE_BIT, WIRE_VERSION } from '../../firmware/wire.ts';
import { encodeFrame, type Frame } from '../../host/link/frame.ts';
import { FrameParser } from '../../host/link/parser.ts';
import type { Transport } from '../../host/transport/transport.ts';

const ANSWER_MS = 500;

export class RawLine {
  readonly #transport: Transport;
  readonly #parser = new FrameParser();
  #waiting: ((frame: Frame) => void) | undefined;

  constructor(transport: Transport) {
    this.#transport = transport;
    transport.port.on('data', (chunk: Buffer) => {
      for (const frame of this.#parser.push(chunk)) this.#waiting?.(frame);
    });
  }

  write(bytes: Uint8Array): void {
    this.#transport.port.write(Buffer.from(bytes));
  }

  /** Writes a frame and gives the response to its type and sequence. Rejects with TimedOut where none comes. */
  ask(type: number, session: number, sequence: number, payload: readonly number[] = []): Promise<Frame> {
    const response = new Promise<Frame>((resolve) => {
      this.#waiting = (frame) => {
        if (frame.type === (type | RESPONSE_BIT) && frame.sequence === sequence) resolve(frame);
      };
    });
    const bytes = Uint8Array.from(payload);
    this.write(encodeFrame({ version: WIRE_VERSION, type, session, sequence, payload: bytes }));
    return this.#transport.clock.within(response, ANSWER_MS);
  }
}
