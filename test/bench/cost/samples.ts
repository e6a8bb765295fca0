// Calls sorted into rows of the table, by what they did: an export of the interlock by its outcome, a poll of the stimulator
// by the message that it answered or by what else it had to do.

import {
  FLAG_CASE,
  FLAG_HOLD,
  FLAG_MEASURE,
  FLAG_RECHARGE,
  SAMPLE_MASK,
  SAMPLE_NONE,
  SAMPLE_SHIFT,
  SENSE_READBACK,
} from '../../../firmware/board.ts';
import { Status } from '../../../firmware/status.ts';
import type { ModuleName } from '../../../sim/index.ts';
import type { Runs } from './profile.ts';
import type { Call } from './twin.ts';

/** What one call of an export took by itself, without the HAL and what it asked of the other module. */
export interface Sample {
  readonly module: ModuleName;
  readonly row: string;
  readonly runs: Runs;
  readonly cycles: number;
}

/** A piece of a call, and whether it is for the fit or held out from it. */
export interface FitPiece {
  readonly module: ModuleName;
  readonly runs: Runs;
  readonly cycles: number;
}

const ACTIVE_FLAGS = FLAG_RECHARGE | FLAG_HOLD;

/** Row of a call; `message`: the one that the host is waiting for, null: none. */
export function rowOf(call: Call, message: string | null): string {
  return call.module === 'interlock' ? interlockRow(call) : stimulatorRow(call, message);
}

function interlockRow(call: Call): string {
  const { name, args, result, answers } = call;
  if (name === 'request') return `request, ${requestKind(call)}`;
  if (name === 'poll') {
    const isOff = answers.some((answer) => answer.name === 'off');
    if (isOff) return 'poll, switching off';
    const sample = answers.find(
      ({ name: of, args: [channel] }) => of === 'sense' && channel === SENSE_READBACK,
    );
    return sample === undefined || sample.result < 0 ? 'poll, no sample' : 'poll, with samples';
  }
  if (name === 'boot' || name === 'status' || name === 'reading') return name;
  if (name === 'stop') return args[0] === 1 ? 'stop, at once' : 'stop, disarming';
  return `${name}, ${result === Status.OK ? 'done' : 'refused'}`;
}

function requestKind({ args, result, answers }: Call): string {
  if (result !== Status.OK) return `refused: ${Status[result] ?? result}`;
  const [, flags] = args;
  if ((flags & ACTIVE_FLAGS) !== 0) return (flags & FLAG_HOLD) !== 0 ? 'hold' : 'recharge';
  if ((flags & FLAG_MEASURE) !== 0) return 'measure';
  const passed = answers.find(({ name }) => name === 'segment')?.args[1] ?? 0;
  const sampled = ((passed >> SAMPLE_SHIFT) & SAMPLE_MASK) === SAMPLE_NONE ? '' : ', sampled';
  if ((flags & FLAG_CASE) !== 0) return `active with case${sampled}`;
  return `active on ${contactsText(args)}${sampled}`;
}

function contactsText(args: readonly number[]): string {
  const levels = args.slice(2).flatMap((word) => [(word << 16) >> 16, word >> 16]);
  const contacts = levels.filter((level) => level !== 0).length;
  return contacts <= 2 ? 'up to 2' : contacts <= 8 ? '3 to 8' : '9 to 16';
}

function stimulatorRow({ name, answers }: Call, message: string | null): string {
  if (name === 'boot') return 'boot';
  const has = (of: string): boolean => answers.some((answer) => answer.name === of);
  if (has('uart_write')) return message === null ? 'poll, events' : `poll, answering ${message}`;
  if (has('request')) return 'poll, requesting segments';
  if (answers.some((answer) => answer.name === 'uart_read' && answer.result >= 0))
    return 'poll, bytes of a frame';
  return 'poll, nothing to do';
}

/** The call as a sample: its pieces put together. */
export function sampleOf(call: Call, message: string | null): Sample {
  const runs = new Map<number, number>();
  for (const piece of call.pieces)
    for (let i = 0; i < piece.runs.length; i += 2)
      runs.set(piece.runs[i], (runs.get(piece.runs[i]) ?? 0) + piece.runs[i + 1]);
  return {
    module: call.module,
    row: rowOf(call, message),
    runs: [...runs].flat(),
    cycles: call.pieces.reduce((sum, { cycles }) => sum + cycles, 0),
  };
}
