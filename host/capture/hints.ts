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
import { grouped, timeText } from '../report/format.ts';
import type { Therapy } from '../therapy/therapy.ts';

/** Clocks of instruments and of ceramic resonators differ by less. */
const CLOCK_PPM = 100;
/** Converters and slow noise leave less than this share of the amplitude. */
const COARSE_SHARE = 1 / 50;
/** Of a clock that drifts no single pulse is late. */
const DRIFTED_MIN = 3;
/** Nor is a single level wrong through a gain. */
const GAINED_MIN = 3;
/** A gain that is off by more than the one and less than the other is a probe's or a shunt's. */
const GAIN = { least: 0.005, most: 0.1 } as const;

/** Hints, one sentence each without its full stop, for a verdict that does not hold. */
export function hintsFor(
  verdict: Verdict,
  capture: Capture,
  therapy: Therapy,
  options: JudgeOptions,
  mapping: CaptureMapping = {},
): string[] {
  const strangers = strangersIn(capture, therapy);
  const scales = strangers.length === 0 ? scaleHints(verdict) : [];
  if (scales.length > 0) return scales;
  const columnName = (electrode: number) => columnText(electrodeName(electrode), mapping);
  const swap = findSwap(capture, therapy, options, columnName);
  if (swap !== null) return [swap.message];
  if (strangers.length > 0)
    return [
      `the capture shows current on ${strangers.map(columnName).join(', ')}, which the therapy leaves alone: another therapy may have run`,
    ];
  const clock = { ...options, clockPpm: CLOCK_PPM };
  const isDrift = (verdict.counts.onset ?? 0) >= DRIFTED_MIN && !options.clockPpm;
  if (isDrift && judge(capture, therapy, clock).holds)
    return [
      `it holds with --clock-ppm ${CLOCK_PPM}: give that if the instrument has a clock of its own, and nothing if it has the device's`,
    ];
  const coarse = coarseHints(verdict, capture, therapy, options, mapping);
  return coarse.length > 0 ? coarse : ordersHints(verdict, options);
}

/** Where voltages are off by a little in most pulses, a converter or noise that the file does not show may be why. */
function coarseHints(
  { areas, findings, more }: Verdict,
  capture: Capture,
  therapy: Therapy,
  options: JudgeOptions,
  { contacts = {} }: CaptureMapping,
): string[] {
  const pulses = areas.reduce((sum, area) => sum + area.pulses, 0);
  const isVoltage = Object.values(contacts).some(({ uaPerVolt }) => uaPerVolt !== undefined);
  const isGiven = options.levelToleranceUa !== undefined;
  if (!isVoltage || isGiven || 2 * (findings.length + more) < pulses) return [];
  const amplitudeUa = Math.max(...areas.map(({ programmed }) => programmed.amplitudeUa ?? 0));
  const toleranceUa = Math.round(COARSE_SHARE * amplitudeUa);
  if (!judge(capture, therapy, { ...options, levelToleranceUa: toleranceUa }).holds) return [];
  return [
    `it holds with --tolerance-ua ${toleranceUa}: give that, or map noiseUa, if the instrument's converter or noise is so coarse`,
  ];
}

/** Electrodes that are driven in the capture and not in the therapy, if some of the therapy's are not driven at all. */
function strangersIn(capture: Capture, { areas }: Therapy): number[] {
  const own = new Set(areas.flatMap((area) => Object.keys(area.electrodes)));
  const driven = new Set<number>();
  for (const { state, levelsUa } of capture.stretches()) {
    if (state !== 'drive') continue;
    for (const [electrode, levelUa] of levelsUa.entries()) if (levelUa !== 0) driven.add(electrode);
  }
  const strangers = [...driven].filter((electrode) => !own.has(electrodeName(electrode)));
  return driven.size - strangers.length < own.size ? strangers.sort((a, b) => a - b) : [];
}

/** A wrong unit, or a probe's attenuation, makes every pulse wrong by a power of ten. */
function scaleHints({ areas, counts, findings, more }: Verdict): string[] {
  const pulses = areas.reduce((sum, area) => sum + area.pulses, 0);
  const hints: string[] = [];
  const times = 2 * (counts['phase-width'] ?? 0) > pulses ? decadesOf(areas, 'phaseUs') : 0;
  if (times !== 0 && times % 3 === 0)
    hints.push(
      `times look ${factor(times)} times too ${times < 0 ? 'short' : 'long'}: check the unit of the time column, or map its timeUnit`,
    );
  const levels = findings.length + more >= pulses ? decadesOf(areas, 'amplitudeUa') : 0;
  if (levels !== 0)
    hints.push(
      `levels look ${factor(levels)} times too ${levels < 0 ? 'small' : 'great'}: check uaPerVolt, the unit, and the probe's attenuation`,
    );
  const levelsOff = (counts.level ?? 0) + (counts.ramp ?? 0) + (counts['ramp-overshoot'] ?? 0);
  const gain = levelsOff >= GAINED_MIN ? gainOf(areas) : 0;
  if (gain !== 0)
    hints.push(
      `levels look ${Math.round(Math.abs(gain) * 1000) / 10} % too ${gain < 0 ? 'small' : 'great'}: check uaPerVolt and the probe's gain before the stimulator`,
    );
  return hints;
}

function factor(decades: number): string {
  return grouped(10 ** Math.abs(decades));
}

/** By how many powers of ten all areas were measured too great; 0: they were not, or not by the same. */
function decadesOf(areas: Verdict['areas'], quantity: 'phaseUs' | 'amplitudeUa'): number {
  const off = areas
    .filter(({ pulses }) => pulses > 0)
    .map(({ measured, programmed }) => Math.log10((measured[quantity] ?? 0) / (programmed[quantity] ?? 0)));
  const decades = Math.round(off[0] ?? 0);
  return off.every((one) => Math.abs(one - decades) < 0.02) ? decades : 0;
}

/** By what share all areas were measured too great; 0: they were not, or not by the same. */
function gainOf(areas: Verdict['areas']): number {
  const off = areas
    .filter(({ pulses }) => pulses > 0)
    .map(({ measured, programmed }) => (measured.amplitudeUa ?? 0) / (programmed.amplitudeUa || 1) - 1);
  const gain = off[0] ?? 0;
  const isAlike = off.every((one) => Math.abs(one - gain) < GAIN.least);
  return isAlike && Math.abs(gain) > GAIN.least && Math.abs(gain) < GAIN.most ? gain : 0;
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
