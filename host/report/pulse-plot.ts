// One pulse as on an oscilloscope: all its contacts on one axis, with widths, gap, levels and charge written to it.

import { ELECTRODE_NAMES } from '../therapy/levels.ts';
import { chargeText, grouped, short } from './format.ts';
import { type Box, shading, svgDocument, timeAxis, timeScale } from './frame.ts';
import { AXIS, contactColour, contactDash, GRID, INK, MUTED } from './palette.ts';
import { linearScale, type Scale } from './scale.ts';
import { element, label, line } from './svg.ts';
import { drawTrace } from './trace.ts';
import type { Piece, Window } from './window.ts';

const WIDTH = 640;
const HEIGHT = 360;
const BOX: Box = { left: 74, right: WIDTH - 18, top: 74, bottom: HEIGHT - 48 };

/** A plot of a pulse that begins at `onsetNs`, over a window around it. */
export function pulsePlot(
  window: Window,
  onsetNs: number,
  electrodes: readonly number[],
  title: string,
): string {
  const x = timeScale(window, BOX);
  const peakUa = peakOf(window, electrodes);
  const y = linearScale(-peakUa * 1.25, peakUa * 1.25, BOX.bottom, BOX.top, 6);
  const phases = window.pieces.filter((piece) => piece.state === 'drive');
  return svgDocument(
    WIDTH,
    HEIGHT,
    title,
    shading(window, BOX, x),
    timeAxis(window, BOX, onsetNs, 'time from the onset'),
    levelAxis(y),
    ...electrodes.map((electrode, order) =>
      drawTrace(window, electrode, x, y, {
        colour: contactColour(order),
        dash: dashOf(window, electrodes, order),
        widthPx: 2,
      }),
    ),
    levelTexts(phases, electrodes, x, y),
    dimensions(window, x),
    legend(electrodes),
  );
}

function peakOf(window: Window, electrodes: readonly number[]): number {
  let peakUa = 1;
  for (const piece of window.pieces) {
    for (const electrode of electrodes) peakUa = Math.max(peakUa, Math.abs(piece.levelsUa[electrode]));
  }
  return peakUa;
}

function levelAxis(y: Scale): string {
  const ticks = y.ticks.map((tick) => {
    const at = y.at(tick);
    const stroke = tick === 0 ? AXIS : GRID;
    const text = { 'text-anchor': 'end', fill: MUTED };
    return line(BOX.left, at, BOX.right, at, { stroke }) + label(BOX.left - 8, at + 4, grouped(tick), text);
  });
  const middle = (BOX.top + BOX.bottom) / 2;
  const turned = { 'text-anchor': 'middle', fill: INK, transform: `rotate(-90 16 ${middle})` };
  ticks.push(line(BOX.left, BOX.top, BOX.left, BOX.bottom, { stroke: AXIS }));
  ticks.push(label(16, middle, 'current of the contact, µA', turned));
  return ticks.join('');
}

/** Level of each phase, written beside its plateau once for all contacts that share it. */
function levelTexts(phases: readonly Piece[], electrodes: readonly number[], x: Scale, y: Scale): string {
  return joinPhases(phases)
    .flatMap((phase) => {
      const levels = [...new Set(electrodes.map((electrode) => phase.levelsUa[electrode]))];
      return levels.flatMap((level) => {
        const sharing = electrodes.filter((electrode) => phase.levelsUa[electrode] === level);
        if (level === 0) return [];
        const names = sharing.length > 1 ? `${sharing.map((one) => ELECTRODE_NAMES[one]).join(', ')}: ` : '';
        const fill = sharing.length > 1 ? INK : contactColour(electrodes.indexOf(sharing[0]));
        const at = y.at(level) + (level > 0 ? -6 : 15);
        const middle = (x.at(phase.startNs) + x.at(phase.endNs)) / 2;
        const text = { fill, 'text-anchor': 'middle', 'font-weight': 600 };
        return [label(middle, at, `${names}${grouped(level)} µA`, text)];
      });
    })
    .join('');
}

/** Dashes for a contact whose current is that of an earlier one, so that both can be seen. */
function dashOf(window: Window, electrodes: readonly number[], order: number): string | undefined {
  const same = (other: number): boolean =>
    window.pieces.every((piece) => piece.levelsUa[other] === piece.levelsUa[electrodes[order]]);
  return electrodes.slice(0, order).some(same) ? '9 9' : contactDash(order);
}

/** Neighbouring stretches of equal levels (a long recharge is made of several segments) as one. */
function joinPhases(pieces: readonly Piece[]): Piece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined[joined.length - 1];
    const same =
      last?.endNs === piece.startNs && last.levelsUa.every((level, index) => level === piece.levelsUa[index]);
    if (same) joined[joined.length - 1] = { ...last, endNs: piece.endNs };
    else joined.push(piece);
  }
  return joined;
}

/** Arrows above the plot: width of each phase with its charge on the contact that carries most, and of the gap. */
function dimensions(window: Window, x: Scale): string {
  const driven = joinPhases(window.pieces.filter((piece) => piece.state === 'drive'));
  const gaps = window.pieces.filter((piece) => piece.state === 'open');
  const spans = driven.map((phase) => {
    const widthNs = phase.endNs - phase.startNs;
    const peakUa = phase.levelsUa.reduce((peak, level) => Math.max(peak, Math.abs(level)), 0);
    return {
      phase,
      text: `${short(widthNs / 1000, 3)} µs`,
      detail: chargeText((peakUa * widthNs) / 1000),
    };
  });
  const gapSpans = gaps.map((phase) => {
    return { phase, text: `${short((phase.endNs - phase.startNs) / 1000, 3)} µs`, detail: 'gap' };
  });
  return [...spans, ...gapSpans].map(({ phase, text, detail }) => arrow(x, phase, text, detail)).join('');
}

function arrow(x: Scale, piece: Piece, text: string, detail: string): string {
  const from = x.at(piece.startNs);
  const to = x.at(piece.endNs);
  const y = BOX.top - 8;
  const rise = to - from < 44 ? 13 : 0;
  const ends = [from, to].map((at) => line(at, y - 4, at, y + 4, { stroke: INK }));
  const anchor = { 'text-anchor': 'middle', fill: INK };
  const upper = label((from + to) / 2, y - 18 - rise, text, { ...anchor, 'font-weight': 600 });
  const lower = label((from + to) / 2, y - 6 - rise, detail, { ...anchor, fill: MUTED, 'font-size': 11 });
  return ends.join('') + line(from, y, to, y, { stroke: INK }) + upper + lower;
}

function legend(electrodes: readonly number[]): string {
  return electrodes
    .map((electrode, order) => {
      const left = BOX.left + order * 62;
      const stroke = {
        stroke: contactColour(order),
        'stroke-width': 3,
        'stroke-dasharray': contactDash(order),
      };
      const text = { fill: INK, 'font-weight': 600 };
      return element(
        'g',
        {},
        line(left, 14, left + 18, 14, stroke),
        label(left + 23, 18, ELECTRODE_NAMES[electrode], text),
      );
    })
    .join('');
}
