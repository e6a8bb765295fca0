// What lies inside the plot of limits: the published points, and the profile's contact with its own limits on it. Names
// stand where no line or other name is. It may never show a point without how many sites were damaged.

import { short } from '../../../host/report/format.ts';
import { contactColour, INK, MUTED } from '../../../host/report/palette.ts';
import { element, escapeText, label, line } from '../../../host/report/svg.ts';
import { MCCREERY, type McCreeryPoint } from './mccreery.ts';
import { CONTACT_CM2, CONTACT_MARKS, type ContactMark, contactDensity, shannonK } from './shannon.ts';

/** Pixels of a charge in µC and of a density in µC/cm². */
export interface PlotScales {
  x(chargeUc: number): number;
  y(densityUcPerCm2: number): number;
  readonly chargeUcMax: number;
  readonly densityMin: number;
}

const COLOUR = contactColour(0);
/** A white edge under a text, so that lines behind it do not cut it. */
const HALO = { 'paint-order': 'stroke', stroke: '#ffffff', 'stroke-width': 4, 'stroke-linejoin': 'round' };

/** The line of every charge that the contact can carry, named along itself. */
export function contactLine({ x, y, chargeUcMax, densityMin }: PlotScales): string {
  const fromUc = densityMin * CONTACT_CM2;
  const [x1, y1] = [x(fromUc), y(densityMin)];
  const [x2, y2] = [x(chargeUcMax), y(contactDensity(chargeUcMax))];
  const degrees = (Math.atan2(y2 - y1, x2 - x1) * 180) / Math.PI;
  const transform = `rotate(${degrees.toFixed(2)} ${x2.toFixed(2)} ${y2.toFixed(2)}) translate(-6 -8)`;
  const name = `our contact: ${short(CONTACT_CM2 * 100, 1)} mm²`;
  return (
    line(x1, y1, x2, y2, { stroke: COLOUR, 'stroke-width': 2.5 }) +
    label(x2, y2, name, { fill: COLOUR, 'font-weight': 600, 'text-anchor': 'end', transform })
  );
}

/** Limits on the contact's line: names of those that are enforced in the empty corner on the left, the other's beside it. */
export function contactMarks(scales: PlotScales): string[] {
  return CONTACT_MARKS.map((mark) => (mark.isLimit ? limitMark(scales, mark) : ceilingMark(scales, mark)));
}

/** Charge up to which the names of the limits reach. */
const NAMES_TO_UC = 0.62;

function markText({ chargeUc, name }: ContactMark): string {
  const k = shannonK(chargeUc, contactDensity(chargeUc));
  return `${name}: ${short(chargeUc * 1000, 0)} nC, k = ${k.toFixed(2)}`;
}

function limitMark({ x, y }: PlotScales, mark: ContactMark): string {
  const [atX, atY] = [x(mark.chargeUc), y(contactDensity(mark.chargeUc))];
  const box = { x: atX - 6, y: atY - 6, width: 12, height: 12, fill: COLOUR };
  return (
    line(x(NAMES_TO_UC) + 6, atY, atX, atY, { stroke: COLOUR, 'stroke-dasharray': '2 3' }) +
    element('rect', box, element('title', {}, escapeText(markText(mark)))) +
    label(x(NAMES_TO_UC), atY + 4, markText(mark), {
      ...HALO,
      fill: COLOUR,
      'font-weight': 600,
      'text-anchor': 'end',
    })
  );
}

function ceilingMark({ x, y }: PlotScales, mark: ContactMark): string {
  const [atX, atY] = [x(mark.chargeUc), y(contactDensity(mark.chargeUc))];
  const k = shannonK(mark.chargeUc, contactDensity(mark.chargeUc));
  const text = `${short(mark.chargeUc * 1000, 0)} nC, k = ${k.toFixed(2)}`;
  const box = {
    x: atX - 5,
    y: atY - 5,
    width: 10,
    height: 10,
    fill: '#ffffff',
    stroke: COLOUR,
    'stroke-width': 1.5,
  };
  return (
    element('rect', box, element('title', {}, escapeText(markText(mark)))) +
    label(atX + 12, atY + 16, text, { ...HALO, fill: COLOUR })
  );
}

/** Small charges have their counts above, where no line runs; the large ones below, away from the next point. */
const COUNTS_ABOVE_UC = 1;

/** One circle for each published point, filled where damage was seen. */
export function mccreeryPoints({ x, y }: PlotScales): string[] {
  return MCCREERY.map((point) => {
    const [atX, atY] = [x(point.chargeUc), y(point.densityUcPerCm2)];
    const fill = point.damaged > 0 ? INK : '#ffffff';
    const circle = { cx: atX, cy: atY, r: 5, fill, stroke: INK, 'stroke-width': 1.5 };
    const isAbove = point.chargeUc <= COUNTS_ABOVE_UC;
    const count = `${point.damaged}/${point.sites}`;
    return (
      element('circle', circle, element('title', {}, escapeText(pointText(point)))) +
      label(atX + 8, atY + (isAbove ? -6 : 14), count, { ...HALO, fill: MUTED, 'font-size': 11 })
    );
  });
}

function pointText(point: McCreeryPoint): string {
  const k = shannonK(point.chargeUc, point.densityUcPerCm2);
  const note = point.note === '' ? '' : `; ${point.note}`;
  return (
    `${point.damaged} of ${point.sites} sites damaged: ${point.chargeUc} µC, ${point.densityUcPerCm2} µC/cm², ` +
    `${point.areaCm2} cm², k = ${k.toFixed(2)}${note}`
  );
}
