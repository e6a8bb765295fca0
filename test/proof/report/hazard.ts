// What a hazard of the list is: the words of ISO 14971 with links to requirements and laws. A list of ours, not one that a
// clinical team has agreed on; it may never give a severity or a probability, for which there are no data here.

export interface Hazard {
  /** HAZ-nn, never reused. */
  readonly id: string;
  /** The potential source of harm. */
  readonly hazard: string;
  /** How somebody comes to be exposed to it. */
  readonly situation: string;
  readonly harm: string;
  /** Risk control measures in the firmware, and in simulator, host and oracle where they are what is trusted. */
  readonly requirements: readonly string[];
  /** Laws that carry a measure: L1–L16, base, segregation. */
  readonly laws: readonly string[];
  /** What the measures leave open; empty where we know of nothing. */
  readonly gap: string;
}
