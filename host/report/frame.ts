// What plots of one report share: size, margins, time axis, shading of open and recharge stretches, marks of events.

import { short } from './format.ts';
import { AXIS, GRID, INK, MUTED, OPEN_SHADE, RECHARGE_SHADE } from './palette.ts';
import { linearScale, type Scale } from './scale.ts';
import { element, escapeText, label, line } from './svg.ts';
import type { Window } from './window.ts';

/** An event on the time axis. */
export interface Mark {
  readonly atNs: number;
  readonly text: string;
  readonly colour: string;
}

export interface TimeUnit {
  readonly name: string;
  readonly ns: number;
}

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The unit in which a span of time reads best. */
export function timeUnit(spanNs: number): TimeUnit {
  if (spanNs <= 5e6) return { name: 'µs', ns: 1e3 };
  return spanNs <= 5e9 ? { name: 'ms', ns: 1e6 } : { name: 's', ns: 1e9 };
}

/** A scale from ns to pixels. */
export function timeScale(window: Window, box: Box): Scale {
  return linearScale(window.fromNs, window.toNs, box.left, box.right, 8);
}

/** Time axis below the box, with gridlines. Times count from `originNs`. */
export function timeAxis(window: Window, box: Box, originNs: number, caption: string): string {
  const unit = timeUnit(window.toNs - window.fromNs);
  const scale = linearScale(
    (window.fromNs - originNs) / unit.ns,
    (window.toNs - originNs) / unit.ns,
    box.left,
    box.right,
    8,
  );
  const parts = scale.ticks.map((tick) => {
    const x = scale.at(tick);
    const grid = line(x, box.top, x, box.bottom, { stroke: GRID });
    const text = { 'text-anchor': 'middle', fill: MUTED };
    return grid + label(x, box.bottom + 16, short(tick, 6), text);
  });
  const middle = (box.left + box.right) / 2;
  parts.push(line(box.left, box.bottom, box.right, box.bottom, { stroke: AXIS }));
  parts.push(
    label(middle, box.bottom + 34, `${caption}, ${unit.name}`, { 'text-anchor': 'middle', fill: INK }),
  );
  return parts.join('');
}

/** Shades the open (gap) and recharge stretches that are wide enough to be seen. */
export function shading(window: Window, box: Box, x: Scale): string {
  const fills = { open: OPEN_SHADE, recharge: RECHARGE_SHADE } as const;
  return window.pieces
    .flatMap((piece) => {
      if (piece.state !== 'open' && piece.state !== 'recharge') return [];
      const from = x.at(piece.startNs);
      const width = x.at(piece.endNs) - from;
      if (width < 1.5) return [];
      const size = { x: from, y: box.top, width, height: box.bottom - box.top };
      return [element('rect', { ...size, fill: fills[piece.state] })];
    })
    .join('');
}

const MARK_ROW_PX = 14;

/** Room that marks take above the box, px. */
export function marksPx(count: number): number {
  return count === 0 ? 0 : count * MARK_ROW_PX + 4;
}

/** Vertical marks with their texts above the box, each on a row of its own that no later mark's line crosses. */
export function drawMarks(marks: readonly Mark[], box: Box, x: Scale): string {
  const top = box.top - marksPx(marks.length);
  return markRows(marks, box, x)
    .map(({ mark, at, anchor }, row) => {
      const y = top + row * MARK_ROW_PX + 10;
      const stroke = { stroke: mark.colour, 'stroke-width': 1.25, 'stroke-dasharray': '4 3' };
      const text = { fill: mark.colour, 'text-anchor': anchor, 'font-weight': 600 };
      const shift = anchor === 'end' ? -4 : 4;
      return line(at, y - 9, at, box.bottom, stroke) + label(at + shift, y, mark.text, text);
    })
    .join('');
}

/**
 * Marks from the top row down. A line begins at its own row, so a text is crossed by the lines of rows above it alone: texts
 * that run to the right come first, in the order of time, then, in its reverse, those that run to the left.
 */
function markRows(marks: readonly Mark[], box: Box, x: Scale) {
  const middle = (box.left + box.right) / 2;
  const placed = marks.map((mark) => {
    const at = x.at(mark.atNs);
    return { mark, at, anchor: at > middle ? 'end' : 'start' };
  });
  const right = placed.filter((one) => one.anchor === 'start').sort((a, b) => a.at - b.at);
  const left = placed.filter((one) => one.anchor === 'end').sort((a, b) => b.at - a.at);
  return [...right, ...left];
}

/** A whole SVG with a title for readers that do not see it. */
export function svgDocument(
  width: number,
  height: number,
  title: string,
  ...parts: readonly string[]
): string {
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: 'img',
    'aria-label': title,
    'font-family': 'system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif',
    'font-size': 12,
  };
  const background = element('rect', { width, height, fill: '#ffffff' });
  return element('svg', attributes, element('title', {}, escapeText(title)), background, ...parts);
}
