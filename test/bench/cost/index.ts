// The bench of the cost model: `npm run bench -- cost`.

import type { Figure } from '../figure.ts';
import { benchBusy } from './busy.ts';
import { benchErrors } from './errors.ts';

/** Groups of figures, each measured when it is asked for. */
export const COST_BENCHES: readonly (readonly [string, () => Figure[]])[] = [
  [
    'Error of the metered cycles, a call of an export, against the Pico: the worst of held-out calls',
    benchErrors,
  ],
  ['Cycles in which the processor is busy, metered, against the Pico', benchBusy],
];
