// Names and identifiers of the signals of a VCD, and its header.

import { CASE, ELECTRODES } from '../../firmware/profile.ts';

/** One-bit signals besides the two of each electrode, in the order of their identifiers. */
export const PLAIN_BITS = ['ACTIVE', 'RECHARGE', 'HEARTBEAT', 'TRIP', 'RX', 'TX'] as const;
export type PlainBit = (typeof PLAIN_BITS)[number];

/**
 * What a mark may say was ordered. In a logic-only file each has a signal ORDER_… that changes where a mark of it lies: one-bit
 * signals outlive a conversion, and libsigrok 0.5 drops what follows a comment among the changes.
 */
export const ORDERS = ['start', 'stop', 'estop', 'magnet', 'trip'] as const;
export type Order = (typeof ORDERS)[number];

const FIRST_CODE = 33;
const LAST_CODE = 126;
const CODES = LAST_CODE - FIRST_CODE + 1;

/** E1 … E16, CASE. */
export function electrodeName(electrode: number): string {
  return electrode === CASE ? 'CASE' : `E${electrode + 1}`;
}

/** The n-th identifier: printable characters, as short as can be. */
function identifier(n: number): string {
  const last = String.fromCharCode(FIRST_CODE + (n % CODES));
  return n < CODES ? last : identifier(Math.floor(n / CODES) - 1) + last;
}

export interface VcdSignals {
  /** By electrode; empty strings in a logic-only file. */
  readonly levels: readonly string[];
  readonly cathodes: readonly string[];
  readonly anodes: readonly string[];
  readonly bits: Readonly<Record<PlainBit, string>>;
  /** Empty but in a logic-only file. */
  readonly orders: Readonly<Partial<Record<Order, string>>>;
  /** Everything up to $enddefinitions. */
  readonly header: string;
}

/** Signals of a file; `logicOnly`: one-bit signals alone, for tools that cannot read vectors (sigrok 0.5). */
export function vcdSignals(logicOnly: boolean, comment: string): VcdSignals {
  let count = 0;
  const lines: string[] = [];
  const declare = (type: string, width: number, name: string): string => {
    const id = identifier(count++);
    lines.push(`$var ${type} ${width} ${id} ${name} $end`);
    return id;
  };
  const electrodes = Array.from({ length: ELECTRODES }, (_, e) => e);
  const levels = electrodes.map((e) => (logicOnly ? '' : declare('integer', 32, `${electrodeName(e)}_uA`)));
  const cathodes = electrodes.map((e) => declare('wire', 1, `${electrodeName(e)}_CATHODE`));
  const anodes = electrodes.map((e) => declare('wire', 1, `${electrodeName(e)}_ANODE`));
  const bits = Object.fromEntries(PLAIN_BITS.map((name) => [name, declare('wire', 1, name)]));
  const orders = Object.fromEntries(
    (logicOnly ? ORDERS : []).map((name) => [name, declare('wire', 1, `ORDER_${name.toUpperCase()}`)]),
  );
  const header = [
    `$comment ${comment} $end`,
    '$version stimgate simulator $end',
    '$timescale 1 ns $end',
    '$scope module stimgate $end',
    ...lines,
    '$upscope $end',
    '$enddefinitions $end',
    '',
  ].join('\n');
  return { levels, cathodes, anodes, bits: bits as Record<PlainBit, string>, orders, header };
}
