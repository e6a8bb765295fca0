// Bursts as a trace shows them: counted and timed from onsets.

import { describe, expect, it } from 'vitest';
import { measureBursts, seenBurst } from '../../host/report/bursts.ts';
import { tableRows } from '../../host/report/rows.ts';
import { loadPreset } from '../../host/therapy/presets.ts';
import type { Therapy } from '../../host/therapy/therapy.ts';
import { syntheticCapture } from './report-synthetic.ts';

const therapy = loadPreset('burstdr');
const [area] = therapy.areas;

/** The therapy with a trace in which its bursts are as `burst` says. */
function seen(told: Therapy, burst = area.burst) {
  const capture = syntheticCapture({ ...area, burst }, 1e6, 501e6, 600e6);
  return { therapy: told, scope: { capture, startNs: 1e6, stopNs: 501e6, endNs: 600e6 } };
}

describe('REQ-HST-105: bursts', () => {
  it('are counted and timed from the onsets', () => {
    expect(seenBurst(seen(therapy), 0)).toEqual({ pulses: 5, intraRateHz: 500 });
  });

  it('are what the trace shows, not what was asked', () => {
    expect(seenBurst(seen(therapy, { pulses: 4, intraRateHz: 400 }), 0)).toEqual({
      pulses: 4,
      intraRateHz: 400,
    });
    expect(measureBursts([0, 2, 10, 12, 14, 20, 22, 30, 32], 5)).toEqual({ pulses: 2, intraRateHz: 5e8 });
  });

  it('are not told where nothing was captured, or where two areas look alike', () => {
    expect(seenBurst({ therapy }, 0)).toBeUndefined();
    expect(seenBurst(seen({ ...therapy, areas: [area, { ...area, rateHz: 20 }] }), 0)).toBeUndefined();
    const other = { ...area, electrodes: { E5: -1000, E6: 1000 } };
    expect(seenBurst(seen({ ...therapy, areas: [area, other] }), 0)?.pulses).toBe(5);
    expect(measureBursts([], 5)).toBeUndefined();
  });

  it('stand in the table beside what was asked', () => {
    const asked = {
      rateHz: 40,
      burst: area.burst,
      phaseUs: 1000,
      gapUs: 0,
      amplitudeUa: 600,
      chargePc: 600_000,
      rampDownMs: 0,
      passive: true,
    };
    const areas = [{ name: 'Area 1', asked, seen: { pulses: 100, rateHz: 40 } }];
    const run = { name: 'x', holds: true, interrupted: false, areas, stops: [], findingsInAll: 0 };
    const [row] = tableRows({ ...run, ...seen(therapy, { pulses: 4, intraRateHz: 400 }) });
    expect([row.asked.rate, row.seen.rate]).toEqual(['40 × 5 @ 500', '40 × 4 @ 400']);
    expect(tableRows(run)[0].seen.rate).toBe('40 × – @ –');
  });
});
