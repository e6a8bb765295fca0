// Plots of one run: its whole course, and the moment that matters.

import { StopReason, Trip } from '../../firmware/status.ts';
import { CYCLE_NS, Mark as TraceMark } from '../../sim/index.ts';
import type { Mark } from '../report/frame.ts';
import { ALERT, GOOD, INK, MUTED } from '../report/palette.ts';
import { rowsPlot } from '../report/rows-plot.ts';
import { cutWindows, electrodesIn, type Range, type Window } from '../report/window.ts';
import type { FinishedRun } from './run-case.ts';

const WIDE_PX = 1304;
/** What is shown on either side of the moment, ns. */
const MOMENT_NS = 15e6;
const MARKS_MAX = 8;

/** A plot as SVG, with its title. */
export interface RunPlot {
  readonly title: string;
  readonly svg: string;
}

/** The plots of a run that is over; none where no current flowed. */
export function runPlots(run: FinishedRun): RunPlot[] {
  const capture = run.sim.capture();
  const endNs = run.sim.nowCycles * CYCLE_NS;
  const marks = marksOf(run);
  const momentNs = marks.find(({ colour }) => colour === ALERT)?.atNs;
  const ranges: Range[] = [{ fromNs: 0, toNs: endNs }];
  if (momentNs !== undefined)
    ranges.push({
      fromNs: Math.max(0, momentNs - MOMENT_NS / 3),
      toNs: Math.min(endNs, momentNs + MOMENT_NS),
    });
  const titles = ['From power-on to the end', 'The moment of the fault'];
  return cutWindows(capture, ranges).flatMap((window, index) => {
    if (electrodesIn([window]).length === 0) return [];
    return [{ title: titles[index], svg: plotted(window, titles[index], marks, index > 0) }];
  });
}

function plotted(window: Window, title: string, marks: readonly Mark[], shaded: boolean): string {
  let peakUa = 1;
  for (const { levelsUa } of window.pieces)
    for (const levelUa of levelsUa) peakUa = Math.max(peakUa, Math.abs(levelUa));
  return rowsPlot(window, {
    title,
    originNs: 0,
    caption: 'time from power-on',
    electrodes: electrodesIn([window]),
    peakUa,
    marks: marks.filter(({ atNs }) => atNs >= window.fromNs && atNs <= window.toNs).slice(0, MARKS_MAX),
    shaded,
    widthPx: WIDE_PX,
  });
}

/** Orders, faults, and what the device made of them. */
function marksOf({ sim, struck, verdict }: FinishedRun): Mark[] {
  const marks: Mark[] = struck.map(({ fault, cycle }) => ({
    atNs: cycle * CYCLE_NS,
    text: fault.name,
    colour: ALERT,
  }));
  for (const { kind, atNs } of verdict.commands) {
    const isOrder = kind === 'start' || kind === 'stop' || kind === 'estop';
    if (isOrder) marks.push({ atNs, text: kind.toUpperCase(), colour: INK });
    else if (kind === 'magnet') marks.push({ atNs, text: 'magnet', colour: MUTED });
  }
  for (const { cycle, argument } of sim.trace?.marks(TraceMark.TRIP) ?? [])
    marks.push({ atNs: cycle * CYCLE_NS, text: `trip ${Trip[argument] ?? StopReason.TRIP}`, colour: GOOD });
  for (const { cycle } of sim.trace?.marks(TraceMark.GUARD) ?? [])
    marks.push({ atNs: cycle * CYCLE_NS, text: 'charge guard', colour: GOOD });
  return marks.sort((a, b) => a.atNs - b.atNs);
}
