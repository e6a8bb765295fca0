// The numbers that firmware in AssemblyScript and board in C share, as a C header made from the one place where they stand.

import * as board from '../../../board.ts';
import * as profile from '../../../profile.ts';
import { State } from '../../../status.ts';
import { BOARD_PICO } from '../../../wire.ts';

/** `#define NAME value` for every number of board.ts and profile.ts, the interlock's states and the board's number. */
export function constantsHeader(): string {
  const lines = [...defines({ ...board, ...profile, BOARD_PICO }), ...defines(State, 'STATE_')];
  return ['#ifndef CONSTANTS_H', '#define CONSTANTS_H', ...lines, '#endif', ''].join('\n');
}

/** `#define NAME value` for every number of a module or an enum, each name behind `prefix`. */
export function defines(numbers: Readonly<Record<string, unknown>>, prefix = ''): string[] {
  return Object.entries(numbers).flatMap(([name, value]) =>
    typeof value === 'number' ? [`#define ${prefix}${name} ${literal(value)}`] : [],
  );
}

/** The least i32 has no literal of its own in C. */
function literal(value: number): string {
  return value === -0x8000_0000 ? '(-2147483647 - 1)' : `${value < 0 ? `(${value})` : value}`;
}
