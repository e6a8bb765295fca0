// Groups a capture's stretches into pulses: first phase, interphase gap, driven second phase, and the rest before it.

import { ELECTRODES, type Stretch, type StretchState } from './capture.ts';
import type { AreaPlan } from './plan.ts';

/** A pulse as it was seen. Objects are pooled: a pulse is valid until it is released. */
export class SeenPulse {
  onsetNs = 0;
  firstEndNs = 0;
  readonly firstUa = new Int32Array(ELECTRODES);
  /** Zero time between the phases, and what the stage did in it. */
  gapNs = 0;
  gapState: StretchState = 'open';
  hasSecond = false;
  secondStartNs = 0;
  secondEndNs = 0;
  readonly secondUa = new Int32Array(ELECTRODES);
  /** End of everything that belongs to the pulse, an open gap without a second phase included. */
  endNs = 0;
  /** Zero time before the onset. */
  restBeforeNs = 0;
  /** The capture, or what is seen of it, ends in the middle of it. */
  cut = false;
  /** What is seen begins in the middle of it. */
  begunUnseen = false;

  /** Sum over the cathodes of the first phase, µA. */
  amplitudeUa(): number {
    let sumUa = 0;
    for (let e = 0; e < ELECTRODES; e++) if (this.firstUa[e] < 0) sumUa -= this.firstUa[e];
    return sumUa;
  }
}

/** Whether the stretch carries current. */
export function drives(levelsUa: Int32Array): boolean {
  for (let e = 0; e < ELECTRODES; e++) if (levelsUa[e] !== 0) return true;
  return false;
}

function opposite(a: Int32Array, b: Int32Array): boolean {
  for (let e = 0; e < ELECTRODES; e++) if (Math.sign(a[e]) !== -Math.sign(b[e])) return false;
  return true;
}

/** Whether the levels have the polarity of the area's first phase. Electrodes of a small share may still be at zero. */
export function hasPolarity(levelsUa: Int32Array, area: AreaPlan): boolean {
  for (let e = 0; e < ELECTRODES; e++) {
    if (levelsUa[e] !== 0 && Math.sign(levelsUa[e]) !== Math.sign(area.fractions[e])) return false;
  }
  return true;
}

/** State machine over stretches. `push` gives the pulse that the stretch completes, if any. */
export class PulseReader {
  /** Called for a stretch with open electrodes that is not the gap after a first phase. */
  onIdleOpen: (startNs: number, endNs: number) => void = () => {};
  readonly #all: readonly AreaPlan[];
  /** Those whose pulses have a gap between two phases. */
  readonly #areas: readonly AreaPlan[];
  readonly #resolutionNs: number;
  readonly #pool: SeenPulse[] = [];
  #pulse: SeenPulse | null = null;
  #zeroSinceNs = 0;
  /** Nothing was seen before the next stretch. */
  #first = true;
  /** The last stretch is a zero before which nothing was seen, and which may be the rest of an interphase gap. */
  #mayBeGap = false;

  constructor(areas: readonly AreaPlan[], resolutionNs: number) {
    this.#all = areas;
    this.#areas = areas.filter((area) => area.secondUs > 0 && area.gapUs > 0);
    this.#resolutionNs = resolutionNs;
  }

  push(stretch: Stretch): SeenPulse | null {
    if (stretch.state === 'unseen') return this.#gap(stretch);
    const first = this.#first;
    const mayBeGap = this.#mayBeGap;
    if (first) this.#zeroSinceNs = stretch.startNs;
    this.#first = this.#mayBeGap = false;
    if (!drives(stretch.levelsUa)) {
      this.#mayBeGap = first && stretch.state !== 'recharge';
      return this.#zero(stretch);
    }
    const pulse = this.#pulse;
    if (pulse && this.#isSecond(pulse, stretch)) {
      pulse.hasSecond = true;
      pulse.gapNs = stretch.startNs - pulse.firstEndNs;
      pulse.secondStartNs = stretch.startNs;
      pulse.secondEndNs = pulse.endNs = stretch.endNs;
      pulse.secondUa.set(stretch.levelsUa);
      return null;
    }
    this.#pulse = this.#begin(stretch);
    this.#pulse.begunUnseen = first || (mayBeGap && this.#isSecondAlone(this.#pulse));
    return pulse;
  }

  /** Nothing is seen for a while: what is in progress may have gone on. */
  #gap({ startNs, endNs }: Stretch): SeenPulse | null {
    const pulse = this.end(startNs);
    this.#first = true;
    this.#zeroSinceNs = endNs;
    return pulse;
  }

  /** The pulse in progress where the capture ends. */
  end(endNs: number): SeenPulse | null {
    const pulse = this.#pulse;
    // In an unknown gap the second phase may still have had to come.
    const amidGap = pulse?.gapState === 'unknown' && !pulse.hasSecond && this.#isInGap(pulse, endNs);
    if (pulse && (pulse.endNs >= endNs || amidGap)) pulse.cut = true;
    this.#pulse = null;
    return pulse;
  }

  release(pulse: SeenPulse): void {
    this.#pool.push(pulse);
  }

  #zero(stretch: Stretch): SeenPulse | null {
    const pulse = this.#pulse;
    const gap = pulse !== null && !pulse.hasSecond && pulse.endNs === pulse.firstEndNs;
    if (gap) pulse.gapState = stretch.state;
    if (stretch.state === 'open') {
      if (!gap) this.onIdleOpen(stretch.startNs, stretch.endNs);
      else {
        pulse.gapNs = stretch.endNs - stretch.startNs;
        pulse.endNs = stretch.endNs;
      }
      return null;
    }
    this.#zeroSinceNs = stretch.startNs;
    if (stretch.state === 'unknown' && gap && this.#areas.length > 0) return null;
    this.#pulse = null;
    return pulse;
  }

  #begin(stretch: Stretch): SeenPulse {
    const pulse = this.#pool.pop() ?? new SeenPulse();
    pulse.onsetNs = stretch.startNs;
    pulse.firstEndNs = pulse.endNs = stretch.endNs;
    pulse.firstUa.set(stretch.levelsUa);
    pulse.gapNs = 0;
    pulse.gapState = 'open';
    pulse.hasSecond = pulse.cut = pulse.begunUnseen = false;
    const previous = this.#pulse;
    const zeroSinceNs = previous && previous.endNs > this.#zeroSinceNs ? previous.endNs : this.#zeroSinceNs;
    pulse.restBeforeNs = stretch.startNs - zeroSinceNs;
    return pulse;
  }

  /** Whether a driven stretch is the second phase of the pulse in progress. */
  #isSecond(pulse: SeenPulse, stretch: Stretch): boolean {
    if (pulse.hasSecond) return false;
    if (pulse.firstEndNs === stretch.startNs) return opposite(pulse.firstUa, stretch.levelsUa);
    if (pulse.gapState === 'open') return true;
    // The capture cannot tell an open gap from recharge: the therapy's gap decides.
    return opposite(pulse.firstUa, stretch.levelsUa) && this.#isInGap(pulse, stretch.startNs);
  }

  /** Whether what begins after a short zero is the second phase of a pulse whose first was not seen. */
  #isSecondAlone({ firstUa, restBeforeNs }: SeenPulse): boolean {
    const isFirst = this.#all.some((area) => hasPolarity(firstUa, area));
    const turned = firstUa.map((levelUa) => -levelUa);
    return (
      !isFirst &&
      this.#areas.some(
        (area) => restBeforeNs <= area.gapUs * 1000 + this.#resolutionNs && hasPolarity(turned, area),
      )
    );
  }

  #isInGap(pulse: SeenPulse, atNs: number): boolean {
    const gapNs = atNs - pulse.firstEndNs;
    return this.#areas.some(
      (area) => gapNs <= area.gapUs * 1500 + this.#resolutionNs && hasPolarity(pulse.firstUa, area),
    );
  }
}
