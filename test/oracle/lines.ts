// Lines of a text that comes in pieces.

import { CaptureError } from './capture-error.ts';

const LINE_MAX = 1 << 20;

/** Lines without their ends, once. `line` is the number of the line given last, from 1. */
export class LineReader implements Iterable<string> {
  line = 0;
  /** The line given last has no line break: the text may have been cut in it. */
  unfinished = false;
  readonly #origin: string;
  readonly #lines: Iterator<string>;

  constructor(origin: string, chunks: Iterable<Uint8Array>) {
    this.#origin = origin;
    this.#lines = this.#read(chunks);
  }

  /** The next line, or null at the end. */
  next(): string | null {
    const step = this.#lines.next();
    if (step.done) return null;
    this.line++;
    return step.value;
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
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > LINE_MAX) {
        throw new CaptureError(this.#origin, this.line + 1, 'a line of more than 1 MiB: this is no CSV');
      }
      for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line;
    }
    if (rest === '') return;
    this.unfinished = true;
    yield rest;
  }
}
