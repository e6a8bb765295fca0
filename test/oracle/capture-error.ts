// What a reader says when it cannot read a capture: one line with the file, the line, what is wrong and what to do.

export class CaptureError extends Error {
  /** File, or what stands for it. */
  readonly origin: string;
  /** Line number from 1; 0 where the whole file is meant. */
  readonly line: number;

  constructor(origin: string, line: number, message: string) {
    super(line > 0 ? `${origin}:${line}: ${message}` : `${origin}: ${message}`);
    this.name = 'CaptureError';
    this.origin = origin;
    this.line = line;
  }
}
