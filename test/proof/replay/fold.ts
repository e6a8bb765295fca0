// Makes a list of steps shorter to read without changing what it does: waits that follow each other become one, and what
// comes over and over becomes a repeat.
import type { Step } from './steps.ts';

/** Longest block that is looked for. */
const BLOCK_MAX = 16;
const MIN_TIMES = 2;

/** Neighbouring waits as one; waits of nothing are dropped. */
export function mergeWaits(steps: readonly Step[]): Step[] {
  const merged: Step[] = [];
  for (const step of steps) {
    const last = merged.at(-1);
    if (step.call === 'wait' && last?.call === 'wait')
      merged[merged.length - 1] = { call: 'wait', us: last.us + step.us };
    else if (step.call !== 'wait' || step.us > 0) merged.push(step);
  }
  return merged;
}

/** Number of times that the block of `length` at `start` comes in a row. */
function timesOf(keys: readonly string[], start: number, length: number): number {
  let end = start + length;
  while (end < keys.length && keys[end] === keys[end - length]) end++;
  return Math.floor((end - start) / length);
}

/** The same steps with rows of equal blocks as repeats; what is a repeat already stays one. */
export function fold(steps: readonly Step[]): Step[] {
  const keys = steps.map((step) => JSON.stringify(step));
  const folded: Step[] = [];
  let at = 0;
  while (at < steps.length) {
    let best = { length: 1, times: 1 };
    for (let length = 1; length <= BLOCK_MAX && at + length <= steps.length; length++) {
      const times = timesOf(keys, at, length);
      // Of two that cover as much, the shorter block came first and stays.
      if (times >= MIN_TIMES && times * length > best.times * best.length) best = { length, times };
    }
    const block = steps.slice(at, at + best.length);
    if (best.times >= MIN_TIMES) folded.push({ call: 'repeat', times: best.times, steps: block });
    else folded.push(steps[at]);
    at += best.length * best.times;
  }
  return folded;
}
