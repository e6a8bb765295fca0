// The table of programmed against measured values: the same rows for the terminal and for the page.

import { chargeText, counted, currentText, grouped, short, timeText } from './format.ts';
import type { AreaAsked, AreaRecord, AreaSeen, RunRecord } from './record.ts';

/** Columns in order; `key` is stable. */
export const COLUMNS = [
  { key: 'rate', head: 'rate Hz' },
  { key: 'width', head: 'width µs' },
  { key: 'amplitude', head: 'amplitude µA' },
  { key: 'gap', head: 'gap µs' },
  { key: 'charge', head: 'charge nC' },
  { key: 'net', head: 'net pC' },
  { key: 'pulses', head: 'pulses' },
  { key: 'onset', head: 'onset error' },
  { key: 'stop', head: 'STOP' },
  { key: 'estop', head: 'ESTOP' },
] as const;

export type ColumnKey = (typeof COLUMNS)[number]['key'];

export interface TableRow {
  readonly name: string;
  readonly asked: Readonly<Record<ColumnKey, string>>;
  readonly seen: Readonly<Record<ColumnKey, string>>;
  readonly verdict: string;
  readonly holds: boolean;
}

/** What a table needs of a run. */
export type TableRun = Pick<
  RunRecord,
  'name' | 'holds' | 'interrupted' | 'areas' | 'stops' | 'findingsInAll'
>;

const NONE = '–';

/** One row for each area of a run. */
export function tableRows(run: TableRun): TableRow[] {
  return run.areas.map((area, index) => ({
    name: index === 0 ? run.name : '',
    asked: askedCells(area.asked),
    seen: seenCells(area, run),
    verdict: index === 0 ? verdictText(run) : '',
    holds: run.holds,
  }));
}

function verdictText(run: TableRun): string {
  const base = run.holds ? 'holds' : `fails (${counted(run.findingsInAll, 'finding')})`;
  return run.interrupted ? `${base}, interrupted` : base;
}

function askedCells(asked: AreaAsked): Record<ColumnKey, string> {
  return {
    rate: rateCell(asked.rateHz, asked.burst?.intraRateHz, asked.burst?.pulses),
    width: short(asked.phaseUs),
    amplitude: grouped(asked.amplitudeUa),
    gap: short(asked.gapUs),
    charge: short(asked.chargePc / 1000, 3),
    net: '',
    pulses: '',
    onset: '',
    stop: asked.rampDownMs > 0 ? `ramp ${short(asked.rampDownMs)} ms` : '',
    estop: '',
  };
}

function seenCells(area: AreaRecord, run: TableRun): Record<ColumnKey, string> {
  const seen: AreaSeen = area.seen;
  const number = (value: number | undefined, decimals: number): string =>
    value === undefined ? NONE : short(value, decimals);
  return {
    rate:
      seen.rateHz === undefined ? NONE : rateCell(seen.rateHz, seen.intraRateHz, area.asked.burst?.pulses),
    width: number(seen.phaseUs, 3),
    amplitude: number(seen.amplitudeUa, 0),
    gap: number(seen.gapUs, 3),
    charge: number(seen.chargePc === undefined ? undefined : seen.chargePc / 1000, 3),
    net: area.asked.passive ? 'passive' : number(seen.netChargePc, 0),
    pulses: grouped(seen.pulses),
    onset: seen.onsetErrorNs === undefined ? NONE : `${short(seen.onsetErrorNs, 0)} ns`,
    stop: stopCell(run, 'STOP'),
    estop: stopCell(run, 'ESTOP'),
  };
}

function rateCell(rateHz: number, intraRateHz: number | undefined, pulses: number | undefined): string {
  if (pulses === undefined || intraRateHz === undefined) return short(rateHz, 3);
  return `${short(rateHz, 3)} × ${pulses} @ ${short(intraRateHz, 3)}`;
}

/** The worst latency of an order to stop. */
function stopCell(run: TableRun, kind: 'STOP' | 'ESTOP'): string {
  const stops = run.stops.filter((stop) => stop.kind === kind);
  if (stops.length === 0) return NONE;
  return timeText(Math.max(...stops.map((stop) => stop.latencyNs)));
}

/** How the orders to stop were followed, a line each. */
export function stopsText(run: RunRecord): string[] {
  return run.stops.map((stop) => {
    const ramp = stop.rampNs > 0 ? `, soft stop of ${timeText(stop.rampNs)} included` : '';
    return `${stop.kind}: last current ${timeText(stop.latencyNs)} after the order${ramp}`;
  });
}

/** Charge and amplitude of an area in words. */
export function doseText(asked: AreaAsked): string {
  return `${currentText(asked.amplitudeUa)} for ${short(asked.phaseUs)} µs: ${chargeText(asked.chargePc)} a phase on the electrode that carries most`;
}

/** How near the output came to the limits of the interlock. */
export function lawsText(run: RunRecord): string {
  if (run.laws === undefined) return '';
  const { holds, amplitudeUa, phasePc, unrecoveredPc, recoveryUs } = run.laws;
  const peaks = [
    `${currentText(amplitudeUa)} on a contact`,
    `${chargeText(phasePc)} in a phase`,
    `${chargeText(unrecoveredPc)} unrecovered, doubt included`,
    ...(recoveryUs > 0 ? [`recovered within ${timeText(recoveryUs * 1000)}`] : []),
  ];
  return `${holds ? 'hold' : 'broken'}; at most ${peaks.join(', ')}`;
}
