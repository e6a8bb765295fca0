// What may be wrong with a capture that does not hold, where it is not the stimulator: told as hints with what to do.

import {
  type Capture,
  type CaptureMapping,
  electrodeName,
  findSwap,
  type JudgeOptions,
  judge,
  type Verdict,
} from '../../test/oracle/index.ts';
import { timeText } from '../report/format.ts';
import type { Therapy } from '../therapy/therapy.ts';

/** Clocks of instruments and of ceramic resonators differ by less. */
const CLOCK_PPM = 100;

/** Hints, one sentence each without its full stop, for a verdict that does not hold. */
export function hintsFor(
  verdict: Verdict,
  capture: Capture,
  therapy: Therapy,
  options: JudgeOptions,
  mapping: CaptureMapping = {},
): string[] {
  const columnName = (electrode: number) => columnText(electrodeName(electrode), mapping);
  const swap = findSwap(capture, therapy, options, columnName);
  if (swap !== null) return [swap.message];
  const clock = { ...options, clockPpm: CLOCK_PPM };
  if (verdict.counts.onset !== undefined && !options.clockPpm && judge(capture, therapy, clock).holds)
    return [
      `it holds with --clock-ppm ${CLOCK_PPM}: give that if the instrument has a clock of its own, and nothing if it has the device's`,
    ];
  return ordersHints(verdict, options);
}

/** How a mapping calls the columns of a contact: `CH2 (mapped to E4)`. */
function columnText(contact: string, { contacts = {} }: CaptureMapping): string {
  const { column, cathode, anode } = contacts[contact] ?? {};
  const columns = [column, cathode, anode].filter((name) => name !== undefined);
  return columns.length === 0 ? contact : `${columns.join('/')} (mapped to ${contact})`;
}

/** Findings may come from orders that the capture does not tell of. */
function ordersHints({ totals, counts }: Verdict, { commands = [] }: JudgeOptions): string[] {
  const hints: string[] = [];
  if (totals.silentFromNs !== null && commands.every(({ kind }) => kind === 'start'))
    hints.push(
      `nothing comes out from ${timeText(totals.silentFromNs)} on; give --stop if the therapy was stopped in this capture`,
    );
  if (counts['pulse-extra'] !== undefined && commands.every(({ kind }) => kind !== 'start'))
    hints.push(
      "some pulses are not the therapy's; give --start if the capture begins with others, such as an impedance measurement",
    );
  return hints;
}
