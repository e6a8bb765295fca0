// The table of programmed against measured values: the same rows for the terminal and for the page.

import { type SeenBurst, seenBurst } from './bursts.ts';
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

/** How a verdict is coloured. */
export type Tone = 'good' | 'bad' | 'muted';

export interface TableRow {
  readonly name: string;
  readonly asked: Readonly<Record<ColumnKey, string>>;
  readonly seen: Readonly<Record<ColumnKey, string>>;
  readonly verdict: string;
  readonly tone: Tone;
}

/** What a table needs of a run; of bursts it tells more where it has the therapy and its trace. */
export type TableRun = Pick<
  RunRecord,
  'name' | 'holds' | 'interrupted' | 'areas' | 'stops' | 'findingsInAll'
> &
  Partial<Pick<RunRecord, 'therapy' | 'scope' | 'notJudged'>>;

const NONE = '–';
/** Onsets stand on whole µs: what few pulses show of their rate is no finer than this. */
const INTRA_DECIMALS = 1;
/** Said of an order to stop that came between two pulses: no latency was measured. */
export const NO_PULSE = 'no pulse';

/** One row for each area of a run. */
export function tableRows(run: TableRun): TableRow[] {
  return run.areas.map((area, index) => ({
    name: index === 0 ? firstName(run) : area.name,
    asked: askedCells(area.asked),
    seen: seenCells(area, run, burstOf(run, index)),
    verdict: index === 0 ? verdictText(run) : '',
    tone: verdictTone(run),
  }));
}

/** The therapy's name, with that of its first area where it has more than one. */
function firstName({ name, areas }: TableRun): string {
  return areas.length > 1 ? `${name}: ${areas[0].name}` : name;
}

function burstOf({ therapy, scope }: TableRun, index: number): SeenBurst | undefined {
  return therapy && seenBurst({ therapy, scope }, index);
}

/** The colour of a run's verdict: a run that was not judged is neither good nor bad. */
export function verdictTone({ holds, notJudged }: Pick<TableRun, 'holds' | 'notJudged'>): Tone {
  if (notJudged) return 'muted';
  return holds ? 'good' : 'bad';
}

/** `holds`, `fails`, or `not judged`. */
export function verdictWord({ holds, notJudged }: Pick<TableRun, 'holds' | 'notJudged'>): string {
  if (notJudged) return 'not judged';
  return holds ? 'holds' : 'fails';
}

function verdictText(run: TableRun): string {
  const base = run.holds ? verdictWord(run) : `fails (${counted(run.findingsInAll, 'finding')})`;
  return run.interrupted ? `${base}, interrupted` : base;
}

function askedCells(asked: AreaAsked): Record<ColumnKey, string> {
  return {
    rate: rateCell(asked.rateHz, asked.burst),
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

function seenCells(area: AreaRecord, run: TableRun, burst: SeenBurst | undefined): Record<ColumnKey, string> {
  const seen: AreaSeen = area.seen;
  const number = (value: number | undefined, decimals: number): string =>
    value === undefined ? NONE : short(value, decimals);
  return {
    rate:
      seen.rateHz === undefined
        ? NONE
        : rateCell(seen.rateHz, area.asked.burst && (burst ?? {}), INTRA_DECIMALS),
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

/** `40 × 5 @ 500` for bursts; a dash for what of them was not seen. */
function rateCell(rateHz: number, burst: Partial<SeenBurst> | undefined, decimals = 3): string {
  if (burst === undefined) return short(rateHz, 3);
  const { pulses, intraRateHz } = burst;
  const inside = intraRateHz === undefined ? NONE : short(intraRateHz, decimals);
  return `${short(rateHz, 3)} × ${pulses ?? NONE} @ ${inside}`;
}

/** The worst latency of an order to stop. */
function stopCell(run: TableRun, kind: 'STOP' | 'ESTOP'): string {
  const stops = run.stops.filter((stop) => stop.kind === kind);
  if (stops.length === 0) return NONE;
  const latencyNs = Math.max(...stops.map((stop) => stop.latencyNs));
  return latencyNs > 0 ? timeText(latencyNs) : NO_PULSE;
}

/** How the orders to stop were followed, a line each. */
export function stopsText(run: RunRecord): string[] {
  return run.stops.map((stop) => {
    if (stop.latencyNs <= 0)
      return `${stop.kind}: no pulse in progress when the order arrived, none after it`;
    const ramp = stop.rampNs > 0 ? `, soft stop of ${timeText(stop.rampNs)} included` : '';
    return `${stop.kind}: last current ${timeText(stop.latencyNs)} after the order${ramp}`;
  });
}

/** Charge and amplitude of an area in words. */
export function doseText(asked: AreaAsked): string {
  return `${currentText(asked.amplitudeUa)} for ${short(asked.phaseUs)} µs: ${chargeText(asked.chargePc)} a phase on the electrode that carries most`;
}
