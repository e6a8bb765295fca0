// What was ordered while the simulator wrote a VCD: comments at their instants, and one at the file's end; or, in a file of
// one-bit signals, changes of signals, which outlive a conversion by other tools.

import type { ByteSource } from './bytes.ts';
import type { Command, CommandKind } from './intent.ts';
import type { CaptureMapping } from './mapping.ts';
import { OrderWatch } from './order-signals.ts';
import { VcdParser } from './vcd-parser.ts';

const KINDS: readonly string[] = [
  'start',
  'stop',
  'estop',
  'magnet',
  'trip',
  'amplitude',
] satisfies CommandKind[];

/** Kind and ns; for an amplitude the area's index and µA as well. */
const ORDER = /\$comment stimgate (\w+) (\d+)(?: (\d+) (\d+))? \$end\s/g;
/** No order is longer. */
const ORDER_CHARACTERS_MAX = 100;

/** The text of an order as the simulator's VCD has it in a comment, its time in whole ns. */
export function orderText({ kind, atNs, area, amplitudeUa }: Command): string {
  const more = kind === 'amplitude' ? ` ${area ?? 0} ${amplitudeUa ?? 0}` : '';
  return `stimgate ${kind} ${Math.round(atNs)}${more}`;
}

/** The orders in a VCD of the simulator, as far as the file goes. */
export function readOrders(source: ByteSource): Command[] {
  const orders: Command[] = [];
  const decoder = new TextDecoder('latin1');
  let rest = '';
  for (const chunk of source.chunks()) {
    const text = rest + decoder.decode(chunk);
    let done = 0;
    for (const match of text.matchAll(ORDER)) {
      done = match.index + match[0].length;
      const order = orderOf(match);
      if (order) orders.push(order);
    }
    rest = text.slice(Math.max(done, text.length - ORDER_CHARACTERS_MAX));
  }
  return orders;
}

function orderOf([, kind, atNs, area, amplitudeUa]: RegExpExecArray): Command | null {
  if (!KINDS.includes(kind)) return null;
  const order = { kind: kind as CommandKind, atNs: Number(atNs) };
  return area === undefined ? order : { ...order, area: Number(area), amplitudeUa: Number(amplitudeUa) };
}

/** The orders that signals ORDER_START … tell of, as far as the file goes. */
export function readOrderSignals(source: ByteSource, mapping: CaptureMapping): Command[] {
  const watch = new OrderWatch();
  const parser = new VcdParser(source.origin, mapping);
  parser.onTime = () => {
    if (Number.isFinite(parser.timeNs)) watch.see(parser.timeNs, parser.values.orders);
  };
  for (const chunk of source.chunks()) parser.feed(chunk);
  parser.onTime(parser.timeNs);
  return watch.commands;
}

/** Whether the end of a file is the one that the simulator writes last. */
export function isWhole(tail: string): boolean {
  return /\$comment stimgate end \d+ \$end\r?\n$/.test(tail);
}
