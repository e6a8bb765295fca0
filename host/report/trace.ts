// Draws one electrode's current as a step line, or, where there are more steps than pixels, as its extent in each column.

import type { Scale } from './scale.ts';
import { coordinate, element, pathData } from './svg.ts';
import type { Window } from './window.ts';

export interface TraceStyle {
  readonly colour: string;
  readonly dash?: string;
  readonly widthPx?: number;
}

/** The electrode's current over a window as SVG. `x` maps ns and `y` µA to pixels. */
export function drawTrace(window: Window, electrode: number, x: Scale, y: Scale, style: TraceStyle): string {
  const columns = Math.abs(x.at(x.high) - x.at(x.low));
  const changes = window.pieces.length;
  return changes > columns * 1.5
    ? drawExtent(window, electrode, x, y, style)
    : drawSteps(window, electrode, x, y, style);
}

function drawSteps(window: Window, electrode: number, x: Scale, y: Scale, style: TraceStyle): string {
  const points: [number, number][] = [];
  let level: number | undefined;
  for (const piece of window.pieces) {
    const next = piece.levelsUa[electrode];
    if (next === level) continue;
    const at = x.at(piece.startNs);
    if (level !== undefined) points.push([at, y.at(level)]);
    points.push([at, y.at(next)]);
    level = next;
  }
  const last = window.pieces[window.pieces.length - 1];
  if (last === undefined || level === undefined) return '';
  points.push([x.at(last.endNs), y.at(level)]);
  return element('path', {
    d: pathData(points),
    fill: 'none',
    stroke: style.colour,
    'stroke-width': style.widthPx ?? 1.75,
    'stroke-linejoin': 'round',
    'stroke-dasharray': style.dash,
  });
}

/** Wider than a column, so that neighbours leave no stripes where the plot is scaled. */
const EXTENT_PX = 1.5;

/** One vertical stroke a pixel column, from the least to the greatest level in it. */
function drawExtent(window: Window, electrode: number, x: Scale, y: Scale, style: TraceStyle): string {
  const from = Math.floor(Math.min(x.at(x.low), x.at(x.high)));
  const count = Math.ceil(Math.abs(x.at(x.high) - x.at(x.low))) + 1;
  const low = new Int32Array(count);
  const high = new Int32Array(count);
  for (const piece of window.pieces) {
    const level = piece.levelsUa[electrode];
    if (level === 0) continue;
    const first = Math.max(0, Math.floor(x.at(piece.startNs) - from));
    const last = Math.min(count - 1, Math.floor(x.at(piece.endNs) - from));
    for (let column = first; column <= last; column++) {
      low[column] = Math.min(low[column], level);
      high[column] = Math.max(high[column], level);
    }
  }
  const strokes: string[] = [`M${coordinate(from)} ${coordinate(y.at(0))}H${coordinate(from + count - 1)}`];
  for (let column = 0; column < count; column++) {
    if (low[column] === 0 && high[column] === 0) continue;
    strokes.push(
      `M${from + column + 0.5} ${coordinate(y.at(low[column]))}V${coordinate(y.at(high[column]))}`,
    );
  }
  return element('path', {
    d: strokes.join(''),
    fill: 'none',
    stroke: style.colour,
    'stroke-width': EXTENT_PX,
  });
}
