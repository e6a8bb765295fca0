// Plots: round ticks, steps where the current steps, extents where there are more steps than pixels, and well-formed SVG.

import { describe, expect, it } from 'vitest';
import { rampStepText } from '../../host/report/figures.ts';
import { pulsePlot } from '../../host/report/pulse-plot.ts';
import { rowsPlot } from '../../host/report/rows-plot.ts';
import { linearScale, roundTicks } from '../../host/report/scale.ts';
import { element, escapeText } from '../../host/report/svg.ts';
import { captureFrom, cutWindows, electrodesIn, findOnsets } from '../../host/report/window.ts';
import { loadPreset } from '../../host/therapy/presets.ts';
import type { AreaSettings } from '../../host/therapy/therapy.ts';
import { unclosedTag } from './report-markup.ts';
import { syntheticCapture } from './report-synthetic.ts';

const AREA: AreaSettings = {
  electrodes: { E3: -1000, E4: 1000 },
  amplitudeUa: 2000,
  phaseUs: 200,
  interphaseGapUs: 50,
  recharge: 'symmetric',
  rateHz: 100,
};

const capture = syntheticCapture(AREA, 1e6, 51e6, 100e6);

describe('REQ-HST-105: plots', () => {
  it('ticks are multiples of 1, 2 or 5 × 10ⁿ inside the range', () => {
    expect(roundTicks(0, 100, 5)).toEqual([0, 20, 40, 60, 80, 100]);
    expect(roundTicks(-0.25, 0.25, 4)).toEqual([-0.2, 0, 0.2]);
    expect(roundTicks(-5000, 5000, 6)).toEqual([-4000, -2000, 0, 2000, 4000]);
    expect(linearScale(0, 10, 100, 200, 5).at(5)).toBe(150);
  });

  it('finds the onsets of an area, and not its second phases', () => {
    const onsets = findOnsets(capture, AREA, { fromNs: 0, toNs: 100e6 });
    expect(onsets.map((onset) => onset.atNs)).toEqual([1e6, 11e6, 21e6, 31e6, 41e6]);
    expect(onsets.every((onset) => onset.amplitudeUa === 2000)).toBe(true);
  });

  it('cuts windows to the ns, in one pass and copied', () => {
    const [first, second] = cutWindows(capture, [
      { fromNs: 1e6 - 500, toNs: 1e6 + 500_000 },
      { fromNs: 99e6, toNs: 200e6 },
    ]);
    expect(first.pieces.map((piece) => [piece.startNs, piece.endNs, piece.state])).toEqual([
      [999_500, 1_000_000, 'recharge'],
      [1_000_000, 1_200_000, 'drive'],
      [1_200_000, 1_250_000, 'open'],
      [1_250_000, 1_450_000, 'drive'],
      [1_450_000, 1_500_000, 'recharge'],
    ]);
    expect(second.pieces).toHaveLength(1);
    expect(electrodesIn([first, second])).toEqual([2, 3]);
    expect([...captureFrom(capture, 1_100_000).stretches()][0].startNs).toBe(1_100_000);
  });

  it('a pulse is drawn with its widths, gap, levels and charge', () => {
    const [window] = cutWindows(capture, [{ fromNs: 0.9e6, toNs: 1.6e6 }]);
    const svg = pulsePlot(window, 1e6, [2, 3], 'One pulse');
    for (const text of [
      '200 µs',
      '50 µs',
      'gap',
      '2,000 µA',
      '−2,000 µA',
      '400 nC',
      'E3',
      'E4',
      'time from the onset, µs',
    ]) {
      expect(svg).toContain(`>${text}<`);
    }
    expect(unclosedTag(svg)).toBe('');
  });

  it('the charge of a phase is that of one contact, not of all cathodes', () => {
    const area = { ...AREA, electrodes: { E1: -500, E2: -500, E3: 1000 } };
    const [window] = cutWindows(syntheticCapture(area, 1e6, 2e6, 3e6), [{ fromNs: 0.9e6, toNs: 1.6e6 }]);
    expect(pulsePlot(window, 1e6, [0, 1], 'One pulse')).toContain('>400 nC<');
    const shared = { ...area, electrodes: { E1: -500, E2: -500, E3: 500, E4: 500 } };
    const [half] = cutWindows(syntheticCapture(shared, 1e6, 2e6, 3e6), [{ fromNs: 0.9e6, toNs: 1.6e6 }]);
    const svg = pulsePlot(half, 1e6, [0, 1, 2, 3], 'One pulse');
    expect(svg).toContain('>200 nC<');
    expect(svg).not.toContain('>400 nC<');
  });

  it('says of a ramp what amplitude each pulse has', () => {
    const told = 'each pulse has the amplitude that the ramp has reached at its onset, rounded down to 10 µA';
    expect(rampStepText(AREA)).toBe(`${told}.`);
    expect(rampStepText({ ...AREA, recharge: { asymmetric: 4 } })).toBe(
      `${told} and to whole levels of its recharge.`,
    );
  });

  it('no line of a mark crosses the text of another', () => {
    const [window] = cutWindows(capture, [{ fromNs: 0, toNs: 100e6 }]);
    const names = ['a', 'b', 'y', 'z'];
    const atNs = [10e6, 12e6, 90e6, 92e6];
    const marks = names.map((text, index) => ({ text, atNs: atNs[index], colour: '#000000' }));
    const options = { title: 'x', originNs: 0, caption: 'time', electrodes: [2], peakUa: 2000 };
    const svg = rowsPlot(window, { ...options, marks: marks.toReversed() });
    const rows = names.map((name) => Number(new RegExp(` y="([\\d.]+)"[^>]*>${name}<`).exec(svg)?.[1]));
    // Texts of the left half run to the right, those of the right half to the left; each line begins at its own row.
    expect(rows[0]).toBeLessThan(rows[1]);
    expect(rows[3]).toBeLessThan(rows[2]);
    expect(new Set(rows).size).toBe(4);
  });

  it('a train of many steps is drawn by its extent in each column, as high as the pulses', () => {
    const area = loadPreset('10khz').areas[0];
    const dense = syntheticCapture({ ...area, rampUpMs: 0 }, 1e6, 301e6, 310e6);
    const [window] = cutWindows(dense, [{ fromNs: 0, toNs: 310e6 }]);
    const options = { title: 'x', originNs: 0, caption: 'time', electrodes: [4, 5], peakUa: 2480 };
    const svg = rowsPlot(window, options);
    expect(svg.length).toBeLessThan(100_000);
    expect(unclosedTag(svg)).toBe('');
    const [first] = [...svg.matchAll(/ d="([^"]*)"/g)].map((match) => match[1]);
    // One row of 140 px, 12 px of margin: full strokes go from top to bottom of it.
    expect(first).toMatch(/M\d+\.5 140V24/);
  });

  it('escapes what a file says', () => {
    expect(escapeText('<a b="c">&\'')).toBe('&#60;a b=&#34;c&#34;&#62;&#38;&#39;');
    expect(element('p', { title: '"', skipped: undefined }, escapeText('<'))).toBe(
      '<p title="&#34;">&#60;</p>',
    );
  });
});
