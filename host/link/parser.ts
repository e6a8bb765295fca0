// Finds frames in whatever comes from the line, a piece at a time. Any bytes may come: noise is counted and skipped, and
// no more than one frame's length is ever kept.

import { ENCODED_BYTES_MAX } from '../../firmware/wire.ts';
import { decodeFrame, type Frame } from './frame.ts';

/** How much of what was not a frame is kept, to quote it in a message. */
const NOISE_BYTES_KEPT = 120;

export class FrameParser {
  /** Everything that was pushed. */
  bytes = 0;
  /** Frames with a correct CRC. */
  valid = 0;
  /** Runs between delimiters that were no frame. Two delimiters in a row are not counted. */
  damaged = 0;

  readonly #run = new Uint8Array(ENCODED_BYTES_MAX);
  #runBytes = 0;
  #noise: number[] = [];

  /** Bytes since the last delimiter: part of a frame that has not ended. */
  get pendingBytes(): number {
    return this.#runBytes;
  }

  /** Takes the next bytes from the line and returns the frames that they complete. Never throws. */
  push(chunk: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    this.bytes += chunk.length;
    for (const byte of chunk) {
      if (byte !== 0) {
        if (this.#runBytes < ENCODED_BYTES_MAX) this.#run[this.#runBytes] = byte;
        this.#runBytes++;
        continue;
      }
      if (this.#runBytes > 0) this.#end(frames);
    }
    return frames;
  }

  /** The first line of readable text among the bytes that were no frame (at most 120 characters), or ''. */
  get noiseText(): string {
    const kept = Math.min(this.#runBytes, ENCODED_BYTES_MAX);
    const noise = this.valid > 0 ? this.#noise : [...this.#noise, ...this.#run.subarray(0, kept)];
    const text = Buffer.from(noise.slice(0, NOISE_BYTES_KEPT))
      .toString('latin1')
      .split(/[\r\n]/)[0]
      .trim();
    return /^[\x20-\x7e]{4,}$/.test(text) ? text : '';
  }

  #end(frames: Frame[]): void {
    const fits = this.#runBytes <= ENCODED_BYTES_MAX;
    const run = this.#run.subarray(0, Math.min(this.#runBytes, ENCODED_BYTES_MAX));
    const frame = fits ? decodeFrame(run) : undefined;
    if (frame !== undefined) {
      this.valid++;
      frames.push(frame);
    } else {
      this.damaged++;
      if (this.#noise.length < NOISE_BYTES_KEPT) this.#noise.push(...run);
    }
    this.#runBytes = 0;
  }
}
