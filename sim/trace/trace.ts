// Everything that happened at the device's pins, each with its cycle: output, heartbeat, serial lines and marks.

import { Mark, markArgument, markKind, packMark } from './marks.ts';
import { type Palette, ROW_RECHARGE } from './palette.ts';
import { TimedLog } from './timed-log.ts';

/** A mark as it is read back. */
export interface MarkEntry {
  readonly cycle: number;
  readonly kind: Mark;
  readonly argument: number;
}

export class Trace {
  readonly palette: Palette;
  /** Changes of output: the palette's row from that cycle on. Neighbours differ. May reach ahead of the clock. */
  readonly outputs = new TimedLog();
  /** Edges of the heartbeat line: its level from that cycle on. */
  readonly heartbeats = new TimedLog();
  /** Bytes on the line to the device, by the start of their start bit. */
  readonly rx = new TimedLog();
  /** Bytes on the line from the device, by the start of their start bit. May reach ahead of the clock. */
  readonly tx = new TimedLog();
  /** Trips: 1 from that cycle on, 0 when cleared. */
  readonly trips = new TimedLog(16);
  /** Moves the body on to the present: the charge guard may have cut what was announced. Whoever reads calls it first. */
  settle: () => void = () => {};
  readonly baud: number;
  readonly seed: number;
  private readonly markLog = new TimedLog(64);

  constructor(palette: Palette, baud: number, seed: number) {
    this.palette = palette;
    this.baud = baud;
    this.seed = seed;
    this.outputs.push(0, ROW_RECHARGE);
  }

  /** The output is `row` from `cycle` on; cycles never go back. Equal neighbours become one stretch. */
  putOutput(cycle: number, row: number): void {
    const log = this.outputs;
    const last = log.length - 1;
    if (log.values[last] === row) return;
    if (log.cycles[last] === cycle) {
      log.length = last;
      if (last > 0 && log.values[last - 1] === row) return;
    }
    log.push(cycle, row);
  }

  /** Forgets the output that was announced from `cycle` on and puts recharge in its place. */
  cutOutput(cycle: number): void {
    this.outputs.cut(cycle);
    if (this.outputs.length === 0) this.outputs.push(cycle, ROW_RECHARGE);
    else this.putOutput(cycle, ROW_RECHARGE);
  }

  mark(cycle: number, kind: Mark, argument = 0): void {
    this.markLog.push(cycle, packMark(kind, argument));
    if (kind === Mark.TRIP) this.trips.push(cycle, 1);
    else if (kind === Mark.CLEAR) this.trips.push(cycle, 0);
  }

  /** All marks, or those of one kind, in the order in which they were made. */
  marks(kind?: Mark): MarkEntry[] {
    this.settle();
    const found: MarkEntry[] = [];
    for (let i = 0; i < this.markLog.length; i++) {
      const packed = this.markLog.values[i];
      if (kind !== undefined && markKind(packed) !== kind) continue;
      found.push({ cycle: this.markLog.cycles[i], kind: markKind(packed), argument: markArgument(packed) });
    }
    return found;
  }
}
