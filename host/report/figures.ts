// Chooses what to show of a run: each area's pulse, the train, a burst, the ramp, the whole therapy; and of a fault, its moment.

import { contactLevelsUa, electrodesOf } from '../therapy/levels.ts';
import type { AreaSettings } from '../therapy/therapy.ts';
import { occupancyUs } from '../therapy/timing.ts';
import { short } from './format.ts';
import { type Mark, timeUnit } from './frame.ts';
import { ALERT, GOOD, INK, MUTED } from './palette.ts';
import { pulsePlot } from './pulse-plot.ts';
import type { FaultRecord, RunRecord, ScopeRecord } from './record.ts';
import { rowsPlot } from './rows-plot.ts';
import { cutWindows, electrodesIn, findOnsets, type Onset, type Range, type Window } from './window.ts';

export interface Figure {
  readonly title: string;
  readonly caption: string;
  readonly svg: string;
  /** Takes the whole width of the page. */
  readonly wide: boolean;
}

const WIDE_PX = 1304;

/** What to show: a range of the trace and how. */
interface Shot {
  readonly range: Range;
  readonly draw: (window: Window) => Figure;
}

/** The figures of a run; none where no levels were captured or nothing was delivered. */
export function runFigures(run: RunRecord): Figure[] {
  const { scope, therapy } = run;
  if (scope === undefined) return [];
  const shots = therapy.areas.flatMap((area, index) => {
    const name = therapy.areas.length > 1 ? `${area.name ?? `Area ${index + 1}`}: ` : '';
    return areaShots(scope, area, name);
  });
  shots.push(wholeShot(scope, therapy.areas));
  const windows = cutWindows(
    scope.capture,
    shots.map((shot) => shot.range),
  );
  return shots.map((shot, index) => shot.draw(windows[index]));
}

function areaShots(scope: ScopeRecord, area: AreaSettings, name: string): Shot[] {
  const onsets = findOnsets(scope.capture, area, { fromNs: scope.startNs, toNs: scope.endNs });
  if (onsets.length === 0) return [];
  const full = firstAtFull(onsets);
  const kinds = [(wide: boolean) => pulseShot(area, full, name, wide)];
  if (area.burst !== undefined) kinds.push((wide) => burstShot(area, full, name, wide));
  kinds.push((wide) => trainShot(scope, area, full, name, wide));
  if ((area.rampUpMs ?? 0) > 0) kinds.push((wide) => rampShot(scope, area, name, wide));
  // Two beside each other; one that is left over takes the whole width.
  return kinds.map((shot, index) => shot(index === kinds.length - 1 && index % 2 === 0));
}

/** The first onset at the greatest amplitude: after the ramp. */
function firstAtFull(onsets: readonly Onset[]): Onset {
  return onsets.reduce((best, onset) => (onset.amplitudeUa > best.amplitudeUa ? onset : best));
}

function pulseShot(area: AreaSettings, onset: Onset, name: string, wide: boolean): Shot {
  const spanNs = Math.max(20_000, occupancyUs(area) * 1000);
  const range = { fromNs: Math.max(0, onset.atNs - spanNs * 0.12), toNs: onset.atNs + spanNs * 1.18 };
  return {
    range,
    draw: (window) => {
      const title = `${name}One pulse`;
      const caption =
        'Width of each phase, and its charge on the contact that carries most. Shaded: open circuit (yellow), passive recharge (green).';
      return {
        title,
        caption,
        svg: pulsePlot(window, onset.atNs, electrodesIn([window]), title),
        wide,
      };
    },
  };
}

function rowsShot(
  range: Range,
  area: AreaSettings,
  figure: Omit<Figure, 'svg'>,
  origin: [number, string],
): Shot {
  return {
    range,
    draw: (window) => ({
      ...figure,
      svg: rowsPlot(window, {
        title: figure.title,
        originNs: origin[0],
        caption: origin[1],
        electrodes: electrodesOf(area),
        peakUa: contactPeakUa(area),
        shaded: true,
        widthPx: figure.wide ? WIDE_PX : undefined,
      }),
    }),
  };
}

function burstShot(area: AreaSettings, onset: Onset, name: string, wide: boolean): Shot {
  const burst = area.burst ?? { pulses: 1, intraRateHz: area.rateHz };
  const spanNs = (burst.pulses / burst.intraRateHz) * 1e9;
  const range = { fromNs: Math.max(0, onset.atNs - spanNs * 0.08), toNs: onset.atNs + spanNs * 1.08 };
  const caption = `${burst.pulses} pulses at ${short(burst.intraRateHz)} Hz; the burst ends by their count.`;
  return rowsShot(range, area, { title: `${name}One burst`, caption, wide }, [
    onset.atNs,
    'time from the first onset',
  ]);
}

function trainShot(scope: ScopeRecord, area: AreaSettings, onset: Onset, name: string, wide: boolean): Shot {
  const periodNs = 1e9 / area.rateHz;
  const range = {
    fromNs: Math.max(0, onset.atNs - periodNs * 0.1),
    toNs: Math.min(scope.endNs, onset.atNs + periodNs * 4.5),
  };
  const what = area.burst === undefined ? 'Pulses' : 'Bursts';
  const unit = timeUnit(periodNs);
  const caption = `${what} at ${short(area.rateHz)} Hz: one every ${short(periodNs / unit.ns, 3)} ${unit.name}.`;
  return rowsShot(range, area, { title: `${name}The train`, caption, wide }, [
    onset.atNs,
    'time from an onset',
  ]);
}

function rampShot(scope: ScopeRecord, area: AreaSettings, name: string, wide: boolean): Shot {
  const rampNs = (area.rampUpMs ?? 0) * 1e6;
  const range = {
    fromNs: Math.max(0, scope.startNs - rampNs * 0.04),
    toNs: Math.min(scope.endNs, scope.startNs + rampNs * 1.15),
  };
  const caption = `Soft start to ${short(area.amplitudeUa)} µA in ${short(area.rampUpMs ?? 0)} ms: ${rampStepText(area)}`;
  return rowsShot(range, area, { title: `${name}The ramp`, caption, wide }, [
    scope.startNs,
    'time from the start of the therapy',
  ]);
}

/** What amplitude a pulse of a ramp has. */
export function rampStepText(area: AreaSettings): string {
  const step = typeof area.recharge === 'string' ? '10 µA' : '10 µA and to whole levels of its recharge';
  return `each pulse has the amplitude that the ramp has reached at its onset, rounded down to ${step}.`;
}

/** Greatest level of an area on a contact, µA. */
function contactPeakUa(area: AreaSettings): number {
  return contactLevelsUa(area).reduce((peak, level) => Math.max(peak, Math.abs(level)), 1);
}

function wholeShot(scope: ScopeRecord, areas: readonly AreaSettings[]): Shot {
  const spanNs = scope.endNs - scope.startNs;
  const range = { fromNs: Math.max(0, scope.startNs - spanNs * 0.02), toNs: scope.endNs };
  return {
    range,
    draw: (window) => {
      const marks = [
        { atNs: scope.startNs, text: 'start', colour: INK },
        { atNs: scope.stopNs, text: 'STOP asked', colour: ALERT },
      ];
      const svg = rowsPlot(window, {
        title: 'The therapy from start to stop',
        originNs: scope.startNs,
        caption: 'time from the start of the therapy',
        electrodes: electrodesIn([window]),
        peakUa: Math.max(...areas.map(contactPeakUa)),
        marks: marks.filter((mark) => mark.atNs >= window.fromNs && mark.atNs <= window.toNs),
        widthPx: WIDE_PX,
      });
      const caption = 'Greatest and least current in each column of the picture.';
      return { title: 'Start to stop', caption, svg, wide: true };
    },
  };
}

/** A fault: its whole course, and the moment of the trip. */
export function faultFigures(fault: FaultRecord): Figure[] {
  const { scope } = fault;
  if (scope === undefined) return [];
  const lastNs = Math.max(fault.offNs, fault.tripNs, fault.reportedNs);
  const spanNs = Math.max(lastNs - fault.faultNs, 1e6);
  const course = {
    fromNs: Math.max(scope.startNs, fault.faultNs - spanNs * 0.4),
    toNs: Math.min(scope.endNs, lastNs + spanNs * 0.4),
  };
  const moment = {
    fromNs: Math.max(course.fromNs, fault.offNs - TRIP_NS),
    toNs: Math.min(course.toNs, lastNs + TRIP_NS / 2),
  };
  const [whole, trip] = cutWindows(scope.capture, [course, moment]);
  const figures = [faultPlot(fault, whole, 'From the fault to the trip', FAULT_CAPTION)];
  // Only where the whole is too long to show single pulses.
  if (spanNs > TRIP_NS * 4) {
    const close = 'The same, close to the moment at which the output goes off.';
    figures.push(faultPlot(fault, trip, 'The trip', close));
  }
  return figures;
}

const FAULT_CAPTION =
  'The levels that the sources of the output stage are set to or stuck at. They need not sum to zero under a fault: ' +
  'the body model limits what really flows, and that is not drawn. After the trip every contact stays at zero and recharges.';

/** Length of what is shown before the output goes off. */
const TRIP_NS = 30e6;

function faultPlot(fault: FaultRecord, window: Window, title: string, caption: string): Figure {
  const marks: Mark[] = [
    { atNs: fault.faultNs, text: 'fault', colour: ALERT },
    { atNs: fault.tripNs, text: `trip: ${fault.trip}`, colour: INK },
    { atNs: fault.offNs, text: 'last current', colour: GOOD },
    { atNs: fault.reportedNs, text: 'host told', colour: MUTED },
  ];
  const svg = rowsPlot(window, {
    title: `${title}: ${fault.injected}`,
    originNs: fault.faultNs,
    caption: 'time from the fault',
    electrodes: electrodesIn([window]),
    peakUa: Math.max(1, ...window.pieces.flatMap((piece) => Array.from(piece.levelsUa, Math.abs))),
    marks: marks.filter((mark) => mark.atNs >= window.fromNs && mark.atNs <= window.toNs),
    shaded: true,
    widthPx: WIDE_PX,
  });
  return { title, caption, svg, wide: true };
}
