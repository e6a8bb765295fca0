// The limits that laws L1–L7 name, and what can be told to the judge of those laws.

/** Hard limits of the profile `percutaneous-16`, from the design's table. */
export const LIMITS = {
  amplitudeUa: 25_500,
  phasePc: 2_998_000,
  restUs: 800,
  unrecoveredPc: 5_080_000,
  recoveredPc: 1_587_000,
  recoveryUs: 100_000,
  halfLifeUs: 7200,
  segmentUsMin: 10,
  activeUsMax: 1000,
  idleUsMax: 5000,
  polarityRunUsMax: 10_000,
  meanUa: 4000,
  meanDepthPc: 100_000_000,
  meanTotalUa: 8000,
  meanTotalDepthPc: 200_000_000,
  /** Nine half-lives: after an `off` the output stays at zero for this long, and a cut stretch may be shorter than 10 µs. */
  dischargeUs: 64_800,
} as const;

export interface LawOptions {
  /** Set limits by electrode (index 0–16), where they are under the hard ones. */
  readonly amplitudeUa?: readonly number[];
  readonly phasePc?: readonly number[];
  /** What is fed are single segments: durations are judged by L3. Default false: merged stretches. */
  readonly segments?: boolean;
  /** Doubt at the beginning, pC. Default 10 nC: armed after nine half-lives. */
  readonly doubtPc?: number;
  /**
   * Room on L5 with its doubt and on L6, as a share of the limit. An integer credit takes no more than the exponential
   * share, so its account may be the smaller one where charges of both signs add up. Default 0.01.
   */
  readonly creditSlack?: number;
  /** Allowed error of an edge, ns. Default 0. */
  readonly toleranceNs?: number;
  readonly findingsMax?: number;
}

/** The greatest values seen, over all electrodes. */
export interface LawPeaks {
  readonly amplitudeUa: number;
  readonly phasePc: number;
  readonly accountPc: number;
  readonly unrecoveredPc: number;
  readonly recoveryUs: number;
  readonly polarityRunUs: number;
  readonly meanPc: number;
  readonly meanTotalPc: number;
}
