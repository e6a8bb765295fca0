// Reads a file, or a text that is already in memory, piece by piece: captures can be larger than memory.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { CaptureError } from './capture-error.ts';

const CHUNK_BYTES = 1 << 18;

/** Where a reader takes its bytes from. */
export interface ByteSource {
  /** The file's path, or "text". */
  readonly origin: string;
  /** Pieces in order. The array may be reused for the next piece. Throws CaptureError where the file cannot be read. */
  chunks(): Iterable<Uint8Array>;
  /** The last bytes of it. */
  tail(bytes: number): string;
}

/** A path; or, if it has a line break, the text itself. */
export function sourceOf(pathOrText: string): ByteSource {
  return pathOrText.includes('\n') ? textSource(pathOrText) : fileSource(pathOrText);
}

function textSource(text: string): ByteSource {
  const bytes = new TextEncoder().encode(text);
  return { origin: 'text', chunks: () => [bytes], tail: (count) => text.slice(-count) };
}

function fileSource(path: string): ByteSource {
  return {
    origin: path,
    *chunks() {
      const file = open(path);
      try {
        const buffer = new Uint8Array(CHUNK_BYTES);
        for (let read = take(path, file, buffer, null); read > 0; read = take(path, file, buffer, null)) {
          yield buffer.subarray(0, read);
        }
      } finally {
        closeSync(file);
      }
    },
    tail(count) {
      const file = open(path);
      try {
        const buffer = new Uint8Array(count);
        const read = take(path, file, buffer, Math.max(0, fstatSync(file).size - count));
        return new TextDecoder('latin1').decode(buffer.subarray(0, read));
      } finally {
        closeSync(file);
      }
    },
  };
}

function open(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw unreadable(path, error);
  }
}

function take(path: string, file: number, buffer: Uint8Array, position: number | null): number {
  try {
    return readSync(file, buffer, 0, buffer.length, position);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): CaptureError {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  const reasons: Record<string, string> = {
    ENOENT: 'no such file: check the path',
    EACCES: 'permission denied: allow reading it',
    EISDIR: 'a folder: give the path of a capture in it',
  };
  return new CaptureError(path, 0, reasons[code] ?? `cannot be read (${code})`);
}
