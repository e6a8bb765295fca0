// The timing diagram of the board's page: what the pins of the simulated Pico did around a pulse, and around one latch.

import { svgDocument } from '../../host/report/frame.ts';
import { contactColour, GRID, INK, MUTED } from '../../host/report/palette.ts';
import { linearScale, type Scale } from '../../host/report/scale.ts';
import { type Attributes, element, label, line, pathData } from '../../host/report/svg.ts';
import type { PinLog } from './pin-log.ts';

const WIDTH = 960;
const LEFT = 96;
const ROW_PX = 38;
const HIGH_PX = 6;
const LOW_PX = 28;
/** Below this distance in pixels edges are drawn as a block. */
const BLOCK_PX = 1.5;
const NS = 8;

/** A row of the diagram: a signal that is 0 or 1, or a level in µA. */
export interface Row {
  readonly name: string;
  readonly values: readonly (readonly [cycle: number, value: number])[];
  readonly isLevel?: boolean;
}

/** A distance with its name, drawn below the row that it belongs to. */
export interface Span {
  readonly row: string;
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

interface Panel {
  readonly title: string;
  readonly from: number;
  readonly to: number;
  /** The cycle at which the axis reads 0. */
  readonly origin: number;
  readonly ticks: number;
  readonly unit: { readonly name: string; readonly ns: number };
  readonly rows: readonly Row[];
  readonly spans: readonly Span[];
}

/** The whole picture of a pulse that begins with the latch at cycle `onset`, and of that latch. */
export function timingDiagram(log: PinLog, onset: number): string {
  const us = (n: number): number => onset + 125 * n;
  const rows = log.rows();
  const shifted = log.shiftAfter(onset);
  const end = us(30);
  const second = log.shiftAfter(end);
  const pulse: Panel = {
    title: 'A pulse: 30 µs a phase, a gap of 20 µs',
    from: us(-20),
    to: us(130),
    origin: onset,
    ticks: 15,
    unit: { name: 'µs', ns: 1000 },
    rows,
    spans: [
      { row: 'CLOCK', from: shifted.from, to: shifted.to, text: 'next levels: 272 bits in 8.7 µs' },
      { row: 'ACTIVE', from: onset, to: us(30), text: '30 µs' },
      { row: 'ACTIVE', from: us(30), to: us(50), text: '20 µs open' },
      { row: 'ACTIVE', from: us(50), to: us(80), text: '30 µs' },
    ],
  };
  const latch: Panel = {
    title: 'The latch that ends its first phase, and the first bits of its second: E1, 2000 µA',
    from: end - 12,
    to: end + 64,
    origin: end,
    ticks: 10,
    unit: { name: 'ns', ns: 1 },
    rows: rows.filter(({ isLevel }) => isLevel !== true),
    spans: [
      { row: 'LATCH', from: end, to: end + 4, text: '32 ns' },
      { row: 'CLOCK', from: second.from, to: second.from + 4, text: '32 ns a bit' },
    ],
  };
  const upper = drawPanel(pulse, 16);
  const lower = drawPanel(latch, 16 + upper.height + 22);
  const height = 16 + upper.height + 22 + lower.height;
  return svgDocument(WIDTH, height, 'A pulse and a latch at the pins of the Pico', upper.markup, lower.markup);
}

function drawPanel(panel: Panel, top: number): { markup: string; height: number } {
  const x = linearScale(panel.from, panel.to, LEFT, WIDTH - 16, panel.ticks);
  const first = top + 22;
  const bottom = first + ROW_PX * panel.rows.length;
  const rows = panel.rows.map((row, order) => {
    const y = first + ROW_PX * order;
    const spans = panel.spans.filter((span) => span.row === row.name);
    return (
      label(12, y + 20, row.name, { fill: INK, 'font-weight': 600 }) +
      drawRow(row, panel, x, y) +
      spans.map((span) => drawSpan(span, x, y)).join('')
    );
  });
  const title = label(12, top + 4, panel.title, { fill: INK, 'font-size': 15, 'font-weight': 600 });
  return {
    markup: title + axis(panel, x, first, bottom) + rows.join(''),
    height: bottom + 40 - top,
  };
}

function axis(panel: Panel, x: Scale, top: number, bottom: number): string {
  const at = (cycle: number): number => ((cycle - panel.origin) * NS) / panel.unit.ns;
  const scale = linearScale(at(panel.from), at(panel.to), x.at(panel.from), x.at(panel.to), panel.ticks);
  const text = { 'text-anchor': 'middle', fill: MUTED };
  const ticks = scale.ticks.map(
    (tick) =>
      line(scale.at(tick), top, scale.at(tick), bottom, { stroke: GRID }) +
      label(scale.at(tick), bottom + 16, String(tick), text),
  );
  const caption = `from the rising edge of LATCH, ${panel.unit.name}`;
  return ticks.join('') + label((LEFT + WIDTH) / 2, bottom + 32, caption, text);
}

/** The value of a row at a cycle. */
function valueAt({ values }: Row, cycle: number): number {
  let value = 0;
  for (const [at, next] of values) {
    if (at > cycle) break;
    value = next;
  }
  return value;
}

function drawRow(row: Row, panel: Panel, x: Scale, top: number): string {
  const largest = Math.max(1, ...row.values.map(([, value]) => Math.abs(value)));
  const [low, high] = [top + LOW_PX, top + HIGH_PX];
  const y = (value: number): number =>
    row.isLevel === true ? (low + high) / 2 - ((low - high) / 2) * (value / largest) : low - (low - high) * value;
  const colour = row.isLevel === true ? contactColour(0) : INK;
  const points: [number, number][] = [[x.at(panel.from), y(valueAt(row, panel.from))]];
  const blocks: string[] = [];
  let block: [from: number, to: number] | undefined;
  const close = (): void => {
    if (block === undefined) return;
    const [from, to] = block;
    const fill: Attributes = { x: from, y: high, width: Math.max(1, to - from), height: low - high, fill: MUTED };
    blocks.push(element('rect', { ...fill, 'fill-opacity': 0.45 }));
    block = undefined;
  };
  const inside = row.values.filter(([cycle]) => cycle > panel.from && cycle < panel.to);
  for (const [order, [cycle, value]] of inside.entries()) {
    const [here, next] = [x.at(cycle), x.at(inside[order + 1]?.[0] ?? panel.to)];
    if (next - here < BLOCK_PX) block = [block?.[0] ?? here, next];
    else close();
    points.push([here, points[points.length - 1][1]], [here, y(value)]);
  }
  close();
  points.push([x.at(panel.to), points[points.length - 1][1]]);
  return blocks.join('') + element('path', { d: pathData(thinned(points)), fill: 'none', stroke: colour, 'stroke-width': 1.5 });
}

/** Leaves out steps that lie within the same half pixel: blocks stand for them. */
function thinned(points: readonly [number, number][]): [number, number][] {
  return points.filter(([px], i) => i === 0 || i === points.length - 1 || isApart(points, i, px));
}

function isApart(points: readonly [number, number][], index: number, px: number): boolean {
  const before = points.findLast(([other], i) => i < index && other !== px)?.[0] ?? Number.NEGATIVE_INFINITY;
  const after = points.find(([other], i) => i > index && other !== px)?.[0] ?? Number.POSITIVE_INFINITY;
  return px - before >= BLOCK_PX || after - px >= BLOCK_PX;
}

function drawSpan(span: Span, x: Scale, top: number): string {
  const [from, to] = [x.at(span.from), x.at(span.to)];
  const y = top + LOW_PX + 5;
  const stroke = { stroke: '#b42318', 'stroke-width': 1 };
  const ends = line(from, y - 3, from, y + 3, stroke) + line(to, y - 3, to, y + 3, stroke);
  const text = { fill: '#b42318', 'font-size': 11 };
  const isWide = to - from > 8 * span.text.length;
  const words = isWide
    ? label((from + to) / 2, top + LOW_PX - 7, span.text, { ...text, 'text-anchor': 'middle' })
    : label(to + 4, y + 4, span.text, text);
  return line(from, y, to, y, stroke) + ends + words;
}
