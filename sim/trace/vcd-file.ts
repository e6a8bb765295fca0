// A VCD that grows in a file while the simulation runs.

import { closeSync, openSync, writeFileSync } from 'node:fs';
import type { Trace } from './trace.ts';
import { type VcdOptions, VcdWriter } from './vcd.ts';

export class VcdFile {
  private readonly file: number;
  private readonly writer: VcdWriter;
  private isOpen = true;

  /** Creates or overwrites `path`; throws what the file system says. */
  constructor(trace: Trace, path: string, options: VcdOptions = {}) {
    const file = openSync(path, 'w');
    this.file = file;
    this.writer = new VcdWriter(trace, (text) => writeFileSync(file, text), options);
  }

  /** Writes what has happened before `cycle`; with `release` the trace then forgets it. */
  advance(cycle: number, release = false): void {
    this.writer.advance(cycle);
    if (release) this.writer.release();
  }

  /** Writes the rest and closes. The file is complete then, wherever the run was ended. May be called again. */
  close(cycle: number): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    try {
      this.writer.end(cycle);
    } finally {
      closeSync(this.file);
    }
  }
}
