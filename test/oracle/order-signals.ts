// Orders that signals ORDER_START … tell of, in a VCD or in the columns of a CSV: each change of one is an order.

import type { Command } from './intent.ts';
import { ORDER_SIGNALS } from './signals.ts';

/** Collects orders from the values of their signals, given in the order of time. */
export class OrderWatch {
  readonly commands: Command[] = [];
  #last: Uint8Array | null = null;

  /** The values from `atNs` on. Those given first are where the signals rest. */
  see(atNs: number, orders: Uint8Array): void {
    const last = this.#last;
    if (last === null) {
      this.#last = orders.slice();
      return;
    }
    ORDER_SIGNALS.forEach((kind, i) => {
      if (orders[i] !== last[i]) this.commands.push({ kind, atNs });
    });
    last.set(orders);
  }
}
