// One therapy's scope plots on one sheet: a single SVG file, for a README, a note or a paper.

import { runFigures } from './figures.ts';
import { INK, MUTED } from './palette.ts';
import type { RunRecord } from './record.ts';
import { element, label } from './svg.ts';

const WIDTH_PX = 1340;
const MARGIN_PX = 18;
const TITLE_PX = 40;
const CAPTION_PX = 44;

/** The plots of a run, two beside each other or one across; undefined where no levels were captured. */
export function scopeSheet(run: RunRecord): string | undefined {
  const figures = runFigures(run);
  if (figures.length === 0) return undefined;
  const parts: string[] = [];
  let topPx = TITLE_PX;
  let leftPx = MARGIN_PX;
  let rowPx = 0;
  for (const { title, caption, svg, wide } of figures) {
    const [widthPx, heightPx] = sizeOf(svg);
    const shownPx = wide ? WIDTH_PX - 2 * MARGIN_PX : (WIDTH_PX - 3 * MARGIN_PX) / 2;
    const scale = shownPx / widthPx;
    if (wide && leftPx > MARGIN_PX) {
      topPx += rowPx;
      leftPx = MARGIN_PX;
      rowPx = 0;
    }
    parts.push(label(leftPx, topPx + 18, title, { 'font-size': 17, 'font-weight': 600, fill: INK }));
    parts.push(label(leftPx, topPx + 36, caption, { 'font-size': 12, fill: MUTED }));
    const place = `translate(${leftPx} ${topPx + CAPTION_PX}) scale(${scale})`;
    parts.push(element('g', { transform: place }, svg));
    rowPx = Math.max(rowPx, heightPx * scale + CAPTION_PX + MARGIN_PX);
    leftPx += shownPx + MARGIN_PX;
    if (wide || leftPx >= WIDTH_PX) {
      topPx += rowPx;
      leftPx = MARGIN_PX;
      rowPx = 0;
    }
  }
  const heightPx = topPx + rowPx;
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${WIDTH_PX} ${Math.ceil(heightPx)}`,
    width: WIDTH_PX,
    height: Math.ceil(heightPx),
    'font-family': 'system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif',
  };
  const background = element('rect', { width: WIDTH_PX, height: Math.ceil(heightPx), fill: '#ffffff' });
  const heading = label(MARGIN_PX, 30, run.name, { 'font-size': 22, 'font-weight': 700, fill: INK });
  return element('svg', attributes, background, heading, ...parts);
}

/** Width and height of an SVG in pixels, as its own element says. */
function sizeOf(svg: string): [number, number] {
  const width = Number(/<svg[^>]* width="([\d.]+)"/.exec(svg)?.[1]);
  const height = Number(/<svg[^>]* height="([\d.]+)"/.exec(svg)?.[1]);
  return [width, height];
}
