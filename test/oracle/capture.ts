// What the oracle looks at: the output of a stimulator as a row of stretches of constant output, wherever it was captured.

/** Electrodes in a capture: E1 … E16 at 0–15, the case at 16. */
export const ELECTRODES = 17;

/**
 * What the output stage does in a stretch. `unknown`: the capture cannot tell (a logic or current capture at zero); `unseen`: it
 * has a gap there, and the output may be anything.
 */
export type StretchState = 'drive' | 'recharge' | 'open' | 'unknown' | 'unseen';

export interface Stretch {
  /** ns from the start of the capture. */
  startNs: number;
  endNs: number;
  state: StretchState;
  /** µA on each of the 17 electrodes; positive is anodic (current out of the electrode into the tissue). */
  levelsUa: Int32Array;
}

/** Sampling, noise and threshold of a capture of an instrument. */
export interface Measured {
  /** Time between samples, ns. */
  readonly samplingNs?: number;
  /** Largest distance of a sample from its level that is taken for noise, µA. */
  readonly noiseUa?: number;
  /** Currents up to this are taken for zero, µA. */
  readonly zeroUa?: number;
  /** The largest step that a converter of readings without noise can have, µA; 0 where there is none. */
  readonly converterUa?: number;
}

export interface Capture {
  /** Where it comes from, for messages: "simulator", a file's name. */
  readonly origin: string;
  /** Time between samples or ticks, ns; an edge is known to within one of them. */
  readonly resolutionNs: number;
  /** False for a logic capture: levels are then only −1, 0 or 1 for polarity. */
  readonly hasLevels: boolean;
  /** Electrodes that it shows. Default: all. */
  readonly electrodes?: ReadonlySet<number>;
  /** Error of a level that noise, threshold and converter leave, µA. Default 0. */
  readonly levelToleranceUa?: number;
  /** What was found out about the instrument. */
  readonly measured?: Measured;
  /** Stretches in order and without gaps; neighbours differ. The yielded object and its levels may be reused: copy what you keep. */
  stretches(): Iterable<Stretch>;
}

/** Other stretches of the same instrument: a part of a capture, say. */
export function withStretches(capture: Capture, stretches: () => Iterable<Stretch>): Capture {
  const { origin, resolutionNs, hasLevels, electrodes, levelToleranceUa, measured } = capture;
  return { origin, resolutionNs, hasLevels, electrodes, levelToleranceUa, measured, stretches };
}
