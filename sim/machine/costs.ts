// What calls cost in processor cycles. Flat figures for now: assumptions of the size that an M0+ at 125 MHz needs, not
// measurements. A calibrated table or a metered build takes their place.

export interface Costs {
  /** From reset to the first instruction of the main loop. */
  readonly reset: number;
  readonly interlockBoot: number;
  readonly stimulatorBoot: number;
  readonly interlockPoll: number;
  readonly stimulatorPoll: number;
  /** One segment, with the request that let it pass: 10 µs. */
  readonly segment: number;
  /** Any other call of the HAL. */
  readonly hal: number;
}

export const FLAT_COSTS: Costs = {
  reset: 125_000,
  interlockBoot: 1250,
  stimulatorBoot: 1250,
  interlockPoll: 1250,
  stimulatorPoll: 625,
  segment: 1250,
  hal: 6,
};
