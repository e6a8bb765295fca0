// Generated therapies on the real binaries: every one that the device accepts is delivered exactly as it was set.

import { describe, expect, it } from 'vitest';
import type { AreaSettings, Therapy } from '../../host/therapy/therapy.ts';
import type { Verdict } from '../oracle/index.ts';
import { faultsOf, forTherapies, type Tally } from './rig/check.ts';
import type { Device } from './rig/device.ts';
import { pulseOnsetsUs, pulsesOf } from './rig/pulses.ts';
import { showUs, therapies, type Wishes } from './rig/therapies.ts';

const SEED = 20_261_123;

/** Delivers generated therapies, has them judged, and looks at each capture once more with `look`. */
function deliver(
  wishes: Wishes,
  runs: number,
  look: (device: Device, therapy: Therapy, verdict: Verdict) => void = () => {},
): Tally {
  const tally = forTherapies(therapies(wishes), { seed: SEED, runs }, (device, therapy) => {
    device.stimulate();
    device.run(showUs(therapy));
    const { verdict, faults } = faultsOf(device, therapy);
    expect(faults).toEqual([]);
    look(device, therapy, verdict);
    return verdict;
  });
  // A property over nothing would hold as well.
  expect(tally.accepted).toBeGreaterThan(0.6 * runs);
  expect(tally.pulses).toBeGreaterThan(50 * runs);
  return tally;
}

function occupancyUs({ phaseUs, interphaseGapUs, recharge }: AreaSettings): number {
  const secondUs =
    recharge === 'passive' ? 0 : recharge === 'symmetric' ? phaseUs : recharge.asymmetric * phaseUs;
  return phaseUs + (interphaseGapUs ?? 0) + secondUs + 10;
}

describe('generated therapies', () => {
  it('REQ-SCH-001: onsets are exact, none is missing, and the device counts what the capture shows', () => {
    deliver({}, 300, (device, _, { totals, areas }) => {
      for (const area of areas) expect(area.onsetErrorNsMax).toBe(0);
      const onsets = pulseOnsetsUs(device.sim.capture()).length;
      expect(totals.pulses).toBe(onsets);
      const counted = device.status().pulses;
      const since = pulseOnsetsUs(device.sim.capture()).length;
      expect(counted).toBeGreaterThanOrEqual(onsets - 1);
      expect(counted).toBeLessThanOrEqual(since);
    });
  });

  it('REQ-THR-002: widths and gaps are exact', () => {
    deliver({ intervalUs: [400, 20_000] }, 200, (_device, therapy, { areas }) => {
      for (const { pulses, measured, programmed, area } of areas) {
        if (pulses === 0) continue;
        expect(measured.phaseUs).toBe(therapy.areas[area].phaseUs);
        if (measured.gapUs !== null) expect(measured.gapUs).toBe(programmed.gapUs);
      }
    });
  });

  it('REQ-THR-001 REQ-CUR-002: levels are exact and the currents sum to zero at every edge', () => {
    deliver({ intervalUs: [100, 5000], withCase: true }, 200, (device) => {
      let unbalanced = 0;
      for (const { levelsUa } of device.sim.capture().stretches()) {
        if (levelsUa.reduce((sum, levelUa) => sum + levelUa, 0) !== 0) unbalanced++;
      }
      expect(unbalanced).toBe(0);
    });
  });

  it('REQ-THR-003: an actively balanced pulse leaves a net charge of exactly 0 pC on every electrode', () => {
    deliver({ recharge: 'active' }, 200, (device) => {
      const pulses = [...pulsesOf(device.sim.capture())];
      expect(pulses.filter(({ netPc }) => netPc.some((pc) => pc !== 0))).toEqual([]);
    });
  });

  it('REQ-SCH-003: bursts have exactly their pulses', () => {
    deliver({ bursts: true, intervalUs: [200, 10_000] }, 200, (_device, _therapy, { counts }) => {
      expect(counts['burst-count']).toBeUndefined();
    });
  });

  it('REQ-SCH-006: a soft start rises monotonically to the set amplitude and never above it', () => {
    const wishes: Wishes = { areas: [1, 1], ramps: true, cycling: false, intervalUs: [500, 20_000] };
    deliver(wishes, 150, (device, { areas: [{ amplitudeUa }] }, { areas: [measured] }) => {
      const seenUa = [...pulsesOf(device.sim.capture())].map((pulse) => pulse.amplitudeUa);
      expect(seenUa).toEqual(seenUa.toSorted((a, b) => a - b));
      expect(seenUa.at(-1)).toBeLessThanOrEqual(amplitudeUa);
      expect(measured.measured.amplitudeUa).toBe(seenUa.at(-1));
    });
  });

  it('REQ-SCH-004: cycling starts each on-window anew, with its ramps', () => {
    deliver({ cycling: true, intervalUs: [200, 20_000] }, 200);
  });

  it('REQ-SCH-002: areas never overlap, and no onset waits longer than the pulses of the other areas take', () => {
    let delayed = 0;
    deliver({ areas: [2, 4], intervalUs: [200, 20_000] }, 250, (_device, therapy, { areas }) => {
      const allUs = therapy.areas.reduce((sum, area) => sum + occupancyUs(area), 0);
      for (const { area, delayUsMax } of areas) {
        expect(delayUsMax).toBeLessThanOrEqual(allUs - occupancyUs(therapy.areas[area]));
        if (delayUsMax > 0) delayed++;
      }
    });
    expect(delayed).toBeGreaterThan(200);
  });
});
