// Points of damage and of none that the plot of limits shows. Data only: nothing decides by it.

/** Where the figures come from, and how far they can be relied on. */
export const MCCREERY_SOURCE =
  'McCreery et al. 1990, Table I (cat cortex, 400 µs a phase, 50 Hz, 7 h), as transcribed in a public ' +
  'repository; check against the paper. k is recomputed from charge and density.';

export interface McCreeryPoint {
  readonly areaCm2: number;
  readonly densityUcPerCm2: number;
  readonly chargeUc: number;
  /** Sites at which damage was seen, of `sites`. */
  readonly damaged: number;
  readonly sites: number;
  readonly note: string;
}

type Row = readonly [
  areaCm2: number,
  densityUcPerCm2: number,
  chargeUc: number,
  damaged: number,
  sites: number,
  note?: string,
];

const ROWS: readonly Row[] = [
  [6.5e-5, 800, 0.05, 0, 6, 'microelectrode: outside the range in which Shannon holds'],
  [6.5e-5, 1600, 0.1, 0, 4, 'microelectrode: outside the range in which Shannon holds'],
  [0.01, 100, 1, 3, 4],
  [0.02, 50, 1, 1, 6],
  [0.1, 10, 1, 0, 9],
  [0.5, 10, 5, 0, 3],
  [0.5, 12, 6, 2, 3, 'minimal damage'],
  [0.5, 16, 8, 2, 2],
  [0.5, 20, 10, 1, 1],
  [0.5, 25, 12.5, 1, 1],
  [0.5, 30, 15, 1, 1],
  [0.5, 36, 18, 1, 1],
];

export const MCCREERY: readonly McCreeryPoint[] = ROWS.map(
  ([areaCm2, densityUcPerCm2, chargeUc, damaged, sites, note = '']) => ({
    areaCm2,
    densityUcPerCm2,
    chargeUc,
    damaged,
    sites,
    note,
  }),
);
