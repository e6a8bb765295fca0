// Lines of a text that comes in pieces.

import { CaptureError } from './capture-error.ts';

const LINE_MAX = 1 << 20;
/** The breaks of Windows, of Unix, and of old instruments: a carriage return alone. */
const BREAKS = /\r?\n|\r(?=[^\n])/;

/** Lines without their ends, once. `line` is the number of the line given last, from 1. */
export class LineReader implements Iterable<string> {
  line = 0;
  /** The line given last has no line break: the text may have been cut in it. */
  unfinished = false;
  readonly #origin: string;
  readonly #lines: Iterator<string>;
  /** Lines to be given again, the next one last. */
  readonly #again: string[] = [];

  constructor(origin: string, chunks: Iterable<Uint8Array>) {
    this.#origin = origin;
    this.#lines = this.#read(chunks);
  }

  /** The next line, or null at the end. */
  next(): string | null {
    const again = this.#again.pop();
    if (again !== undefined) {
      this.line++;
      return again;
    }
    const step = this.#lines.next();
    if (step.done) return null;
    this.line++;
    return step.value;
  }

  /** The lines given last are given once more. */
  back(lines: readonly string[]): void {
    this.#again.push(...lines.toReversed());
    this.line -= lines.length;
  }

  *[Symbol.iterator](): Iterator<string> {
    try {
      for (let line = this.next(); line !== null; line = this.next()) yield line;
    } finally {
      this.#lines.return?.();
    }
  }

  *#read(chunks: Iterable<Uint8Array>): Generator<string> {
    const decoder = new TextDecoder();
    let rest = '';
    for (const chunk of chunks) {
      if (this.line === 0) this.#refuseBinary(chunk);
      const text = rest + decoder.decode(chunk, { stream: true });
      const lines = text.split(text.includes('\r') ? BREAKS : '\n');
      rest = lines.pop() ?? '';
      if (rest.length > LINE_MAX) {
        throw new CaptureError(this.#origin, this.line + 1, 'a line of more than 1 MiB: this is no CSV');
      }
      yield* lines;
    }
    if (rest === '') return;
    this.unfinished = !rest.endsWith('\r');
    yield this.unfinished ? rest : rest.slice(0, -1);
  }

  #refuseBinary(chunk: Uint8Array): void {
    const isWide = (chunk[0] ^ chunk[1]) === 1 && Math.max(chunk[0], chunk[1]) === 0xff;
    if (isWide) throw new CaptureError(this.#origin, 0, 'a text of 16-bit characters: save it as UTF-8');
    if (chunk.includes(0)) throw new CaptureError(this.#origin, 0, 'binary data and no text: this is no CSV');
  }
}
