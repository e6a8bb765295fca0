// What really arrived at the device and what it really answered, from the recording of its line: the judge asks the line, not
// the host, when an order came and whether it was taken.

import { Status } from '../../firmware/status.ts';
import { RESPONSE_BIT, RESPONSE_STATUS } from '../../firmware/wire.ts';
import { CLOCK_HZ, Mark, type Trace } from '../../sim/index.ts';
import { type DeviceEvent, decodeEvent } from '../device/messages.ts';
import { decodeFrame, type Frame } from '../link/frame.ts';
import { messageOf, type Order } from './orders.ts';

const BITS_PER_BYTE = 10;

/** A frame on the line; `cycle`: the end of its last bit. */
export interface LineFrame {
  readonly frame: Frame;
  readonly cycle: number;
}

/** An order, when it had arrived undamaged for the first time, and whether the device took it. */
export interface GivenOrder {
  readonly order: Order;
  readonly cycle: number;
  readonly isTaken: boolean;
}

export class Line {
  private readonly received: LineFrame[];
  private readonly answered: LineFrame[];

  constructor(trace: Trace) {
    const byteCycles = (CLOCK_HZ * BITS_PER_BYTE) / trace.baud;
    const overruns = trace.marks(Mark.RX_OVERRUN).map(({ cycle }) => cycle);
    this.received = [...frames(trace.rx, byteCycles, overruns)];
    this.answered = [...frames(trace.tx, byteCycles, [])];
  }

  /** The orders that arrived, in the order in which they did. */
  given(orders: readonly Order[]): GivenOrder[] {
    return orders
      .flatMap((order) => {
        const type = messageOf(order);
        const isIts = (frame: Frame, asType: number): boolean =>
          frame.type === asType && frame.session === order.session && frame.sequence === order.sequence;
        const arrival = this.received.find(({ frame }) => isIts(frame, type));
        if (arrival === undefined) return [];
        const answer = this.answered.find(({ frame }) => isIts(frame, type | RESPONSE_BIT));
        const isTaken = answer?.frame.payload[RESPONSE_STATUS] === Status.OK;
        return [{ order, cycle: arrival.cycle, isTaken }];
      })
      .sort((a, b) => a.cycle - b.cycle);
  }

  /** What the device told unasked, with the cycle of its last bit. */
  events(): (DeviceEvent & { readonly cycle: number })[] {
    return this.answered.flatMap(({ frame, cycle }) => {
      const event = frame.type > RESPONSE_BIT ? decodeEvent(frame) : undefined;
      return event === undefined ? [] : [{ ...event, cycle }];
    });
  }

  /** The last undamaged frame of a session that had arrived by a cycle. */
  lastArrival(session: number, byCycle: number): number | undefined {
    return this.received.findLast(({ frame, cycle }) => frame.session === session && cycle <= byCycle)?.cycle;
  }
}

interface ByteLog {
  readonly cycles: Float64Array;
  readonly values: Int32Array;
  readonly length: number;
}

/** The undamaged frames among bytes; one of which a byte found no room is none. */
function* frames(log: ByteLog, byteCycles: number, overruns: readonly number[]): Generator<LineFrame> {
  let first = 0;
  for (let i = 0; i < log.length; i++) {
    if (log.values[i] !== 0) continue;
    const cycle = log.cycles[i] + byteCycles;
    const isWhole = !overruns.some((at) => at >= log.cycles[first] && at <= cycle);
    const frame =
      i > first && isWhole ? decodeFrame(Uint8Array.from(log.values.subarray(first, i))) : undefined;
    first = i + 1;
    if (frame !== undefined) yield { frame, cycle };
  }
}
