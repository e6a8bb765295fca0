// Writes a trace as a VCD: what GTKWave opens, and (one-bit signals alone) sigrok. It can follow a running simulation.

import { ELECTRODES } from '../../firmware/profile.ts';
import { CYCLE_NS } from '../clock/cycles.ts';
import { ROW_OPEN, ROW_RECHARGE } from './palette.ts';
import type { TimedLog } from './timed-log.ts';
import type { Trace } from './trace.ts';
import { UartBits } from './uart-bits.ts';
import { ORDERS, type Order, type VcdSignals, vcdSignals } from './vcd-signals.ts';

const CHUNK_CHARACTERS = 1 << 16;

/** Something that the file says at its instant, in a comment or, in a logic-only file, as a change of the order's signal. */
export interface VcdMark {
  readonly cycle: number;
  /** One line without `$`. */
  readonly text: string;
  /** Without it a logic-only file leaves the mark out. */
  readonly order?: Order;
}

export interface VcdOptions {
  /** One-bit signals alone. */
  readonly logicOnly?: boolean;
  /** In the order of their cycles, each written before the changes of its instant. The row may grow while it is written. */
  readonly marks?: readonly VcdMark[];
}

/** A place in a log that has not been written yet. */
interface Cursor {
  readonly log: TimedLog;
  index: number;
}

function nextOf(cursor: Cursor): number {
  return cursor.index < cursor.log.length ? cursor.log.cycles[cursor.index] : Number.POSITIVE_INFINITY;
}

export class VcdWriter {
  private readonly trace: Trace;
  private readonly sink: (text: string) => void;
  private readonly signals: VcdSignals;
  private readonly logicOnly: boolean;
  private readonly output: Cursor;
  private readonly heartbeat: Cursor;
  private readonly trip: Cursor;
  private readonly rx: UartBits;
  private readonly tx: UartBits;
  private readonly marks: readonly VcdMark[];
  private markIndex = 0;
  private readonly orderLevels = new Map<Order, number>();
  private readonly binaries = new Map<number, string>();
  private row: number;
  private until = 0;
  private lines: string[] = [];
  private characters = 0;

  /** `sink` gets the text in pieces, the header first. */
  constructor(trace: Trace, sink: (text: string) => void, options: VcdOptions = {}) {
    this.trace = trace;
    this.sink = sink;
    this.logicOnly = options.logicOnly ?? false;
    this.signals = vcdSignals(this.logicOnly, `seed ${trace.seed}, ${trace.baud} baud`);
    this.output = { log: trace.outputs, index: 1 };
    this.heartbeat = { log: trace.heartbeats, index: 0 };
    this.trip = { log: trace.trips, index: 0 };
    const until = (): number => this.until;
    this.rx = new UartBits(trace.rx, trace.baud, until);
    this.tx = new UartBits(trace.tx, trace.baud, until);
    this.marks = options.marks ?? [];
    this.row = trace.outputs.values[0];
    sink(this.signals.header);
    this.dump();
  }

  /** Writes every edge before `untilCycle`, which must be a cycle that the simulation has reached. */
  advance(untilCycle: number): void {
    this.trace.settle();
    this.until = untilCycle;
    this.rx.seek();
    this.tx.seek();
    for (;;) {
      const cycle = this.nextEdge();
      if (!(cycle < untilCycle)) break;
      this.add(`#${cycle * CYCLE_NS}`);
      this.addEdges(cycle);
    }
  }

  /** Writes the rest, and the instant at which the trace ends with a comment: a file without it was cut. */
  end(untilCycle: number): void {
    this.advance(untilCycle);
    this.add(`#${untilCycle * CYCLE_NS}`);
    this.addMarks(Number.POSITIVE_INFINITY);
    this.addComment(`stimgate end ${untilCycle * CYCLE_NS}`);
    this.flush();
  }

  /** Hands over what has been collected. */
  flush(): void {
    if (this.lines.length === 0) return;
    this.lines.push('');
    this.sink(this.lines.join('\n'));
    this.lines = [];
    this.characters = 0;
  }

  /**
   * Lets the trace forget what has been written: the way to record for hours. A capture then sees only what is left, and
   * no second writer may follow the same trace.
   */
  release(): void {
    for (const cursor of [this.output, this.heartbeat]) {
      // The last written entry stays: it is the level that holds now.
      const count = Math.max(0, cursor.index - 1);
      cursor.log.drop(count);
      cursor.index -= count;
    }
    for (const [bits, log] of [[this.rx, this.trace.rx] as const, [this.tx, this.trace.tx] as const]) {
      const count = bits.done;
      log.drop(count);
      bits.dropped(count);
    }
  }

  private nextEdge(): number {
    return Math.min(
      this.marks[this.markIndex]?.cycle ?? Number.POSITIVE_INFINITY,
      nextOf(this.output),
      nextOf(this.heartbeat),
      nextOf(this.trip),
      this.rx.nextCycle,
      this.tx.nextCycle,
    );
  }

  private addEdges(cycle: number): void {
    const { bits } = this.signals;
    this.addMarks(cycle);
    for (; nextOf(this.output) === cycle; this.output.index++)
      this.addRow(this.output.log.values[this.output.index]);
    for (; nextOf(this.heartbeat) === cycle; this.heartbeat.index++)
      this.addBit(this.heartbeat.log.values[this.heartbeat.index], bits.HEARTBEAT);
    for (; nextOf(this.trip) === cycle; this.trip.index++)
      this.addBit(this.trip.log.values[this.trip.index], bits.TRIP);
    for (const [line, id] of [[this.rx, bits.RX] as const, [this.tx, bits.TX] as const]) {
      if (line.nextCycle !== cycle) continue;
      line.step();
      this.addBit(line.level, id);
    }
  }

  private addRow(row: number): void {
    const { levels, cathodes, anodes, bits } = this.signals;
    const was = this.trace.palette.rows[this.row];
    const is = this.trace.palette.rows[row];
    for (let e = 0; e < ELECTRODES; e++) {
      if (is[e] === was[e]) continue;
      if (!this.logicOnly) this.addLevel(is[e], levels[e]);
      if (is[e] < 0 !== was[e] < 0) this.addBit(is[e] < 0 ? 1 : 0, cathodes[e]);
      if (is[e] > 0 !== was[e] > 0) this.addBit(is[e] > 0 ? 1 : 0, anodes[e]);
    }
    const wasActive = this.row > ROW_OPEN;
    if (row > ROW_OPEN !== wasActive) this.addBit(wasActive ? 0 : 1, bits.ACTIVE);
    if ((row === ROW_RECHARGE) !== (this.row === ROW_RECHARGE))
      this.addBit(row === ROW_RECHARGE ? 1 : 0, bits.RECHARGE);
    this.row = row;
  }

  private dump(): void {
    const { levels, cathodes, anodes, bits } = this.signals;
    this.add('#0');
    this.add('$dumpvars');
    const row = this.trace.palette.rows[this.row];
    for (let e = 0; e < ELECTRODES; e++) {
      if (!this.logicOnly) this.addLevel(row[e], levels[e]);
      this.addBit(row[e] < 0 ? 1 : 0, cathodes[e]);
      this.addBit(row[e] > 0 ? 1 : 0, anodes[e]);
    }
    this.addBit(this.row > ROW_OPEN ? 1 : 0, bits.ACTIVE);
    this.addBit(this.row === ROW_RECHARGE ? 1 : 0, bits.RECHARGE);
    this.addBit(0, bits.HEARTBEAT);
    this.addBit(0, bits.TRIP);
    this.addBit(1, bits.RX);
    this.addBit(1, bits.TX);
    for (const order of ORDERS) this.addOrder(order, 0);
    this.add('$end');
  }

  private addMarks(untilCycle: number): void {
    for (; this.marks[this.markIndex]?.cycle <= untilCycle; this.markIndex++) {
      const { order, text } = this.marks[this.markIndex];
      if (!this.logicOnly) this.addComment(text);
      else if (order !== undefined) this.addOrder(order, 1 - (this.orderLevels.get(order) ?? 0));
    }
  }

  private addOrder(order: Order, level: number): void {
    const id = this.signals.orders[order];
    if (id !== undefined) this.addBit(level, id);
    this.orderLevels.set(order, level);
  }

  private addComment(text: string): void {
    this.add(`$comment ${text} $end`);
  }

  private addBit(level: number, id: string): void {
    this.add(`${level}${id}`);
  }

  /** 32 bits of two's complement, leading zeros left out as the format allows. */
  private addLevel(levelUa: number, id: string): void {
    let binary = this.binaries.get(levelUa);
    if (binary === undefined) {
      binary = `b${(levelUa >>> 0).toString(2)} `;
      this.binaries.set(levelUa, binary);
    }
    this.add(binary + id);
  }

  private add(line: string): void {
    this.lines.push(line);
    this.characters += line.length + 1;
    if (this.characters >= CHUNK_CHARACTERS) this.flush();
  }
}

/** A whole trace up to `endCycle` as the text of a VCD. */
export function vcdText(trace: Trace, endCycle: number, options: VcdOptions = {}): string {
  const pieces: string[] = [];
  new VcdWriter(trace, (text) => pieces.push(text), options).end(endCycle);
  return pieces.join('');
}
