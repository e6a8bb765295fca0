// Contacts below each other, each on a row of its own with one common time axis: trains, bursts, ramps, faults.

import { ELECTRODE_NAMES } from '../therapy/levels.ts';
import { grouped } from './format.ts';
import {
  type Box,
  drawMarks,
  type Mark,
  marksPx,
  shading,
  svgDocument,
  timeAxis,
  timeScale,
} from './frame.ts';
import { AXIS, contactColour, GRID, INK, MUTED } from './palette.ts';
import { linearScale, type Scale } from './scale.ts';
import { label, line } from './svg.ts';
import { drawTrace } from './trace.ts';
import type { Window } from './window.ts';

/** Height of a row: few contacts get taller ones, so that a plot fills its place. */
function rowHeightPx(rows: number): number {
  return Math.max(72, Math.min(140, Math.round(280 / Math.max(1, rows))));
}

export interface RowsOptions {
  readonly title: string;
  /** Where the time axis reads 0, ns. */
  readonly originNs: number;
  /** What the time axis counts from. */
  readonly caption: string;
  readonly electrodes: readonly number[];
  /** Scale of every row, µA either way. */
  readonly peakUa: number;
  readonly marks?: readonly Mark[];
  readonly widthPx?: number;
  /** Shades open and recharge stretches; only of use where single pulses can be told apart. */
  readonly shaded?: boolean;
}

/** A plot of a window, one row for each electrode. */
export function rowsPlot(window: Window, options: RowsOptions): string {
  const width = options.widthPx ?? 640;
  const marks = options.marks ?? [];
  const top = marksPx(marks.length) + (marks.length > 0 ? 8 : 12);
  const rowPx = rowHeightPx(options.electrodes.length);
  const bottom = top + rowPx * Math.max(1, options.electrodes.length);
  const box: Box = { left: 104, right: width - 18, top, bottom };
  const x = timeScale(window, box);
  const rows = options.electrodes.map((electrode, order) => {
    const from = top + order * rowPx;
    const y = linearScale(-options.peakUa, options.peakUa, from + rowPx - 12, from + 12, 2);
    const trace = drawTrace(window, electrode, x, y, { colour: contactColour(order) });
    return rowFrame(box, y, from, ELECTRODE_NAMES[electrode], contactColour(order), options.peakUa) + trace;
  });
  return svgDocument(
    width,
    bottom + 46,
    options.title,
    options.shaded ? shading(window, box, x) : '',
    timeAxis(window, box, options.originNs, options.caption),
    ...rows,
    drawMarks(marks, box, x),
  );
}

function rowFrame(box: Box, y: Scale, from: number, name: string, colour: string, peakUa: number): string {
  const text = { 'text-anchor': 'end', fill: MUTED, 'font-size': 11 };
  const levels = [-peakUa, 0, peakUa].map((level) => {
    const stroke = level === 0 ? AXIS : GRID;
    return (
      line(box.left, y.at(level), box.right, y.at(level), { stroke }) +
      label(box.left - 6, y.at(level) + 4, grouped(level), text)
    );
  });
  const middle = y.at(0);
  const edge = line(box.left, from, box.left, y.at(-peakUa) + 12, { stroke: AXIS });
  const unit = label(12, middle + 20, 'µA', { fill: MUTED, 'font-size': 11 });
  const title = label(12, middle + 5, name, { fill: colour, 'font-weight': 700, 'font-size': 14 });
  const rule = from > box.top ? line(12, from, box.right, from, { stroke: INK, 'stroke-opacity': 0.12 }) : '';
  return rule + levels.join('') + edge + title + unit;
}
