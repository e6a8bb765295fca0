// Cuts windows out of a capture, all in one pass, and finds where the pulses of an area begin.

import { type Capture, ELECTRODES, type StretchState, withStretches } from '../../test/oracle/capture.ts';
import { contactLevelsUa } from '../therapy/levels.ts';
import type { AreaSettings } from '../therapy/therapy.ts';

/** A stretch of a window: constant output on all electrodes. */
export interface Piece {
  readonly startNs: number;
  readonly endNs: number;
  readonly state: StretchState;
  readonly levelsUa: Int32Array;
}

/** What a capture shows from one instant to another. */
export interface Window {
  readonly fromNs: number;
  readonly toNs: number;
  readonly pieces: readonly Piece[];
}

export interface Range {
  readonly fromNs: number;
  readonly toNs: number;
}

/** Cuts windows out of a capture, reading it once. A window beyond the capture's end has fewer pieces or none. */
export function cutWindows(capture: Capture, ranges: readonly Range[]): Window[] {
  const windows = ranges.map(({ fromNs, toNs }) => ({ fromNs, toNs, pieces: [] as Piece[] }));
  const endNs = Math.max(...ranges.map((range) => range.toNs));
  for (const stretch of capture.stretches()) {
    if (stretch.startNs >= endNs) break;
    for (const window of windows) {
      const startNs = Math.max(stretch.startNs, window.fromNs);
      const stopNs = Math.min(stretch.endNs, window.toNs);
      if (stopNs <= startNs) continue;
      window.pieces.push({
        startNs,
        endNs: stopNs,
        state: stretch.state,
        levelsUa: stretch.levelsUa.slice(),
      });
    }
  }
  return windows;
}

/** The part of a capture from an instant on, with its times kept. */
export function captureFrom(capture: Capture, fromNs: number): Capture {
  return withStretches(capture, function* () {
    for (const stretch of capture.stretches()) {
      if (stretch.endNs <= fromNs) continue;
      yield stretch.startNs >= fromNs ? stretch : { ...stretch, startNs: fromNs };
    }
  });
}

/** Electrodes that carry current anywhere in a window, in order. */
export function electrodesIn(windows: readonly Window[]): number[] {
  const used = new Set<number>();
  for (const window of windows) {
    for (const piece of window.pieces) {
      for (let electrode = 0; electrode < ELECTRODES; electrode++) {
        if (piece.levelsUa[electrode] !== 0) used.add(electrode);
      }
    }
  }
  return [...used].sort((a, b) => a - b);
}

/** Onset of a pulse, and the sum over its cathodes. */
export interface Onset {
  readonly atNs: number;
  readonly amplitudeUa: number;
}

/** Onsets of an area's pulses within a range: drive out of rest, with the polarities of the area's first phase. */
export function findOnsets(capture: Capture, area: AreaSettings, range: Range): Onset[] {
  const shape = contactLevelsUa(area, 25500).map(Math.sign);
  const onsets: Onset[] = [];
  let rested = true;
  for (const stretch of capture.stretches()) {
    if (stretch.startNs >= range.toNs) break;
    const driving = stretch.state === 'drive';
    if (driving && rested && stretch.startNs >= range.fromNs && hasShape(stretch.levelsUa, shape)) {
      onsets.push({ atNs: stretch.startNs, amplitudeUa: cathodicSumUa(stretch.levelsUa) });
    }
    rested = !driving && stretch.state !== 'open';
  }
  return onsets;
}

/** Whether electrodes carry current in the directions of `shape` only. */
export function hasShape(levelsUa: Int32Array, shape: Int32Array): boolean {
  return levelsUa.every((level, electrode) => level === 0 || Math.sign(level) === shape[electrode]);
}

/** Current into the cathodes, µA. */
export function cathodicSumUa(levelsUa: Int32Array): number {
  let sum = 0;
  for (const level of levelsUa) if (level < 0) sum -= level;
  return sum;
}
