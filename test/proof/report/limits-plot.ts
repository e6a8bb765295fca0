// The plot of the profile's limits: charge per phase against charge density, both logarithmic, with the lines and points
// of the literature around them. It draws numbers that come from elsewhere and may never type a limit itself.

import { svgDocument } from '../../../host/report/frame.ts';
import { ALERT, AXIS, contactColour, GRID, INK, MUTED } from '../../../host/report/palette.ts';
import { linearScale, type Scale } from '../../../host/report/scale.ts';
import { element, label, line } from '../../../host/report/svg.ts';
import { contactLine, contactMarks, mccreeryPoints, type PlotScales } from './limits-marks.ts';
import { CEILINGS_UC_PER_CM2, SHANNON_K, shannonDensity } from './shannon.ts';

const WIDTH = 1180;
const HEIGHT = 660;
const BOX = { left: 66, right: 1160, top: 16, bottom: 606 };
const CHARGE_UC = { low: 0.03, high: 40 };
const DENSITY = { low: 5, high: 3000 };
const LINE_COLOURS = [contactColour(2), contactColour(1), ALERT];
const LINE_LABELS = [
  'k = 1.5: no damage observed (Shannon)',
  'k = 1.85: line of Cogan 2016',
  'k = 2.0: damage observed',
];

const logScale = (range: { low: number; high: number }, from: number, to: number): Scale =>
  linearScale(Math.log10(range.low), Math.log10(range.high), from, to, 1);

function plotScales(): PlotScales {
  const x = logScale(CHARGE_UC, BOX.left, BOX.right);
  const y = logScale(DENSITY, BOX.bottom, BOX.top);
  return {
    x: (chargeUc) => x.at(Math.log10(chargeUc)),
    y: (density) => y.at(Math.log10(density)),
    chargeUcMax: CHARGE_UC.high,
    densityMin: DENSITY.low,
  };
}

/** The figure's SVG. */
export function limitsPlot(): string {
  const scales = plotScales();
  return svgDocument(
    WIDTH,
    HEIGHT,
    'Charge per phase against charge density, with the limits of the profile',
    axes(scales),
    ...CEILINGS_UC_PER_CM2.map((density, index) => ceiling(scales, density, index)),
    ...SHANNON_K.map((k, index) => shannonLine(scales, k, index)),
    contactLine(scales),
    ...mccreeryPoints(scales),
    ...contactMarks(scales),
    legend(),
  );
}

const CHARGE_TICKS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20];
const DENSITY_TICKS = [5, 10, 20, 50, 100, 200, 500, 1000, 2000];

function axes({ x, y }: PlotScales): string {
  const middle = (BOX.left + BOX.right) / 2;
  const height = (BOX.top + BOX.bottom) / 2;
  const columns = CHARGE_TICKS.map(
    (tick) =>
      line(x(tick), BOX.top, x(tick), BOX.bottom, { stroke: GRID }) +
      label(x(tick), BOX.bottom + 17, String(tick), { 'text-anchor': 'middle', fill: MUTED }),
  );
  const rows = DENSITY_TICKS.map(
    (tick) =>
      line(BOX.left, y(tick), BOX.right, y(tick), { stroke: GRID }) +
      label(BOX.left - 8, y(tick) + 4, String(tick), { 'text-anchor': 'end', fill: MUTED }),
  );
  const named = { 'text-anchor': 'middle', fill: INK, 'font-size': 13 };
  return [
    ...columns,
    ...rows,
    line(BOX.left, BOX.bottom, BOX.right, BOX.bottom, { stroke: AXIS }),
    line(BOX.left, BOX.top, BOX.left, BOX.bottom, { stroke: AXIS }),
    label(middle, BOX.bottom + 40, 'Charge per phase, µC', named),
    label(18, height, 'Charge density per phase, µC/cm²', {
      ...named,
      transform: `rotate(-90 18 ${height})`,
    }),
  ].join('');
}

function ceiling({ y }: PlotScales, density: number, index: number): string {
  const names = ['ceiling of deep brain stimulation', 'bound of unrecovered charge (L5)'];
  const stroke = { stroke: MUTED, 'stroke-width': 1.25, 'stroke-dasharray': '7 4' };
  return (
    line(BOX.left, y(density), BOX.right, y(density), stroke) +
    label(BOX.left + 8, y(density) - 6, `${density} µC/cm²: ${names[index]}`, { fill: MUTED })
  );
}

/** Charge at which the names of Shannon's lines begin: where no point is near. */
const NAMES_FROM_UC = 0.17;

function shannonLine({ x, y }: PlotScales, k: number, index: number): string {
  const fromUc = Math.max(CHARGE_UC.low, 10 ** k / DENSITY.high);
  const toUc = Math.min(CHARGE_UC.high, 10 ** k / DENSITY.low);
  const [x1, y1] = [x(fromUc), y(shannonDensity(k, fromUc))];
  const [x2, y2] = [x(toUc), y(shannonDensity(k, toUc))];
  const degrees = (Math.atan2(y2 - y1, x2 - x1) * 180) / Math.PI;
  const [atX, atY] = [x(NAMES_FROM_UC), y(shannonDensity(k, NAMES_FROM_UC))];
  const name = {
    fill: LINE_COLOURS[index],
    'font-weight': 600,
    transform: `rotate(${degrees.toFixed(2)} ${atX.toFixed(2)} ${atY.toFixed(2)}) translate(0 -6)`,
  };
  return (
    line(x1, y1, x2, y2, { stroke: LINE_COLOURS[index], 'stroke-width': 2 }) +
    label(atX, atY, LINE_LABELS[index], name)
  );
}

function legend(): string {
  const [left, top] = [BOX.right - 356, BOX.top + 14];
  const text = { fill: INK };
  const mark = { cx: left + 22, r: 5, stroke: INK, 'stroke-width': 1.5 };
  return [
    element('rect', { x: left, y: top, width: 344, height: 92, rx: 6, fill: '#ffffff', stroke: GRID }),
    element('circle', { ...mark, cy: top + 20, fill: INK }),
    label(left + 38, top + 24, 'damage seen (damaged / all sites beside it)', text),
    element('circle', { ...mark, cy: top + 44, fill: '#ffffff' }),
    label(left + 38, top + 48, 'no damage seen in any site', text),
    element('rect', { x: left + 16, y: top + 62, width: 12, height: 12, fill: contactColour(0) }),
    label(left + 38, top + 72, 'limits that the interlock enforces on a phase (L4)', text),
  ].join('');
}
