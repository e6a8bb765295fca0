// A trace as the oracle reads it: a row of stretches of constant output. The shape is test/oracle's, declared here again
// because nothing here may import a test.

import { CYCLE_NS } from '../clock/cycles.ts';
import { ROW_OPEN, ROW_RECHARGE } from './palette.ts';
import type { Trace } from './trace.ts';

/** What the output stage does in a stretch. */
export type StretchState = 'drive' | 'recharge' | 'open' | 'unknown';

export interface Stretch {
  /** ns from the start of the capture. */
  startNs: number;
  endNs: number;
  state: StretchState;
  /** µA on each of the 17 electrodes; positive is anodic. */
  levelsUa: Int32Array;
}

export interface Capture {
  /** Where it comes from, for messages. */
  readonly origin: string;
  /** An edge is known to within this many ns. */
  readonly resolutionNs: number;
  /** Always true here: levels are µA. */
  readonly hasLevels: boolean;
  /** Stretches in order and without gaps; neighbours differ. The yielded object is used again: copy what you keep. */
  stretches(): Iterable<Stretch>;
}

/** The state of a palette's row. */
export function stateOfRow(row: number): StretchState {
  if (row === ROW_RECHARGE) return 'recharge';
  return row === ROW_OPEN ? 'open' : 'drive';
}

/**
 * The output of a trace up to `endCycle`; what was announced for later is left out.
 * It reads the trace when it is iterated: later output may be added in between, but none may be cut or released.
 */
export function captureOf(trace: Trace, endCycle: number): Capture {
  return {
    origin: 'simulator',
    resolutionNs: CYCLE_NS,
    hasLevels: true,
    *stretches() {
      trace.settle();
      const { cycles, values } = trace.outputs;
      const count = trace.outputs.countBefore(endCycle);
      const stretch: Stretch = { startNs: 0, endNs: 0, state: 'recharge', levelsUa: trace.palette.rows[0] };
      for (let i = 0; i < count; i++) {
        stretch.startNs = cycles[i] * CYCLE_NS;
        stretch.endNs = (i + 1 < count ? cycles[i + 1] : endCycle) * CYCLE_NS;
        stretch.state = stateOfRow(values[i]);
        stretch.levelsUa = trace.palette.rows[values[i]];
        yield stretch;
      }
    },
  };
}
