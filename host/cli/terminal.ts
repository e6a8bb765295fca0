// What a command says and where: results on stdout, progress and errors on stderr, colours only where they are wanted.

import { relative, resolve } from 'node:path';
import { styleText } from 'node:util';
import { type Paint, plain } from '../report/table.ts';

/** Colours for a stream: on a terminal, unless NO_COLOR is set. */
export function paintFor(stream: { readonly isTTY?: boolean }): Paint {
  const { NO_COLOR, TERM } = process.env;
  const wanted = stream.isTTY === true && (NO_COLOR ?? '') === '' && TERM !== 'dumb';
  return wanted ? (style, text) => styleText(style, text) : plain;
}

/** A path as the user would type it: from the current folder where it is inside, else from the root. */
export function shownPath(path: string): string {
  const shown = relative(process.cwd(), path);
  if (shown === '') return '.';
  return shown.startsWith('..') ? resolve(path) : shown;
}

/** Writes a line to stdout. */
export function say(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** Writes one JSON document to stdout. */
export function sayJson(value: unknown): void {
  say(JSON.stringify(value, null, 2));
}

/** Writes a line to stderr. */
export function warn(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Lines that are not on a terminal come at most this often, ms. */
const PLAIN_PERIOD_MS = 1000;

/** Progress on stderr: one line that is rewritten on a terminal, else a line a second. Quick work stays silent. */
export class Progress {
  readonly #live = process.stderr.isTTY === true;
  readonly #quiet: boolean;
  #lastMs = performance.now();
  #shown = false;

  constructor(quiet = false) {
    this.#quiet = quiet;
  }

  update(text: string): void {
    if (this.#quiet) return;
    if (this.#live) {
      process.stderr.write(`\r\x1b[2K${text.slice(0, (process.stderr.columns || 80) - 1)}`);
      this.#shown = true;
      return;
    }
    if (performance.now() - this.#lastMs < PLAIN_PERIOD_MS) return;
    this.#lastMs = performance.now();
    warn(text);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#shown) process.stderr.write('\r\x1b[2K');
    this.#shown = false;
  }
}
