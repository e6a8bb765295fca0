// Makes a list of steps that breaks a law shorter while it still does: fewer steps, fewer rounds of a repeat. It tries in a
// fixed order and at most so often, so that the same list always shrinks to the same.
import { fold, mergeWaits } from './fold.ts';
import { countSteps, type Step } from './steps.ts';

/** Whether a list still breaks what it should. */
export type StillBreaks = (steps: readonly Step[]) => boolean;

/** Steps played over all attempts: what a search may spend. */
const BUDGET_STEPS = 40_000;
/** What an attempt costs beside its steps. */
const ATTEMPT_STEPS = 40;

class Shrinker {
  private readonly stillBreaks: StillBreaks;
  private left = BUDGET_STEPS;
  private best: readonly Step[];

  constructor(steps: readonly Step[], stillBreaks: StillBreaks) {
    this.best = steps;
    this.stillBreaks = stillBreaks;
  }

  run(): Step[] {
    this.attempt(mergeWaits(this.best.filter(({ call }) => call !== 'poll')));
    this.attempt(fold(this.best));
    for (let size = -1; size !== countSteps(this.best) && this.left > 0; ) {
      size = countSteps(this.best);
      this.removeFrom((steps) => steps, this.best);
      this.shrinkRepeats();
      this.shortenWaits();
      this.attempt(mergeWaits(this.best));
      this.attempt(fold(this.best));
    }
    return [...this.best];
  }

  private attempt(steps: readonly Step[]): boolean {
    const cost = countSteps(steps) + ATTEMPT_STEPS;
    if (this.left < cost) return false;
    this.left -= cost;
    if (!this.stillBreaks(steps)) return false;
    this.best = steps;
    return true;
  }

  /** Leaves out ever smaller pieces of a list; `place` puts what is left of it where it belongs. Returns what is left. */
  private removeFrom(place: (steps: readonly Step[]) => readonly Step[], list: readonly Step[]): void {
    let kept = list;
    for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      // From the end: what comes late rests on what came early.
      for (let end = kept.length; end > 0; end -= size) {
        const shorter = [...kept.slice(0, Math.max(end - size, 0)), ...kept.slice(end)];
        if (this.attempt(place(shorter))) kept = shorter;
      }
    }
  }

  /** The shortest waits that do, to the µs. */
  private shortenWaits(): void {
    for (let index = 0; index < this.best.length; index++) {
      const wait = this.best[index];
      if (wait.call !== 'wait') continue;
      let low = 0;
      let high = wait.us;
      while (high - low > 1) {
        const us = (low + high) >> 1;
        if (this.attempt(this.best.with(index, { call: 'wait', us }))) high = us;
        else low = us;
      }
    }
  }

  private shrinkRepeats(): void {
    for (let index = 0; index < this.best.length; index++) {
      const loop = this.best[index];
      if (loop.call !== 'repeat') continue;
      const place = (changed: Step): readonly Step[] => this.best.with(index, changed);
      this.lowerTimes(loop, place);
      const lowered = this.best[index];
      if (lowered.call !== 'repeat') continue;
      if (lowered.times === 1) this.attempt(this.best.toSpliced(index, 1, ...lowered.steps));
      else this.removeFrom((steps) => place({ ...lowered, steps }), lowered.steps);
    }
  }

  /** The least number of rounds that does, by halving. */
  private lowerTimes(loop: Step & { call: 'repeat' }, place: (changed: Step) => readonly Step[]): void {
    let low = 0;
    let high = loop.times;
    while (high - low > 1) {
      const times = (low + high) >> 1;
      if (this.attempt(place({ ...loop, times }))) high = times;
      else low = times;
    }
  }
}

/** A shorter list for which `stillBreaks` holds as it does for `steps`. */
export function shrink(steps: readonly Step[], stillBreaks: StillBreaks): Step[] {
  return new Shrinker(steps, stillBreaks).run();
}
