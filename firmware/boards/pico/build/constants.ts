// The numbers that firmware in AssemblyScript and board in C share, as a C header made from the one place where they stand.

import * as board from '../../../board.ts';
import * as profile from '../../../profile.ts';
import { State } from '../../../status.ts';
import { BOARD_PICO } from '../../../wire.ts';

/** `#define NAME value` for every number of board.ts and profile.ts, the interlock's states and the board's number. */
export function constantsHeader(): string {
  const numbers = { ...board, ...profile, BOARD_PICO };
  const states = Object.entries(State).flatMap(([name, value]) =>
    typeof value === 'number' ? [[`STATE_${name}`, value] as const] : [],
  );
  const lines = [...Object.entries(numbers), ...states].flatMap(([name, value]) =>
    typeof value === 'number' ? [`#define ${name} ${literal(value)}`] : [],
  );
  return ['#ifndef CONSTANTS_H', '#define CONSTANTS_H', ...lines, '#endif', ''].join('\n');
}

/** The least i32 has no literal of its own in C. */
function literal(value: number): string {
  return value === -0x8000_0000 ? '(-2147483647 - 1)' : `${value < 0 ? `(${value})` : value}`;
}
