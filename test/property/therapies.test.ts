// Generated therapies on the real binaries: every one that the device accepts is delivered exactly as it was set.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as board from '../../firmware/board.ts';
import { Status } from '../../firmware/status.ts';
import type { AreaSettings, Therapy } from '../../host/therapy/therapy.ts';
import type { Verdict } from '../oracle/index.ts';
import { faultsOf, forTherapies, type Tally } from './rig/check.ts';
import { Device } from './rig/device.ts';
import { enough, few, PICO, RIG_MACHINE } from './rig/machine.ts';
import { pulseOnsetsUs, pulsesOf } from './rig/pulses.ts';
import { showUs, therapies, type Wishes } from './rig/therapies.ts';

const SEED = 20_261_123;

/** What the shortest pulse of two electrodes takes of the processor with what is left for the line, µs. */
const SERVED_US = Math.ceil(
  ((board.PULSE_CYCLES + board.ZERO_CYCLES + 2 * (board.ACTIVE_CYCLES + 2 * board.DRIVEN_CYCLES)) * 100) /
    (board.CYCLES_A_US * board.SERVED_PERCENT_MAX * (RIG_MACHINE === PICO ? 1 : board.SIMULATOR_SPEED)),
);

/** Delivers generated therapies, has them judged, and looks at each capture once more with `look`. */
function deliver(
  wishes: Wishes,
  runs: number,
  look: (device: Device, therapy: Therapy, verdict: Verdict) => void = () => {},
): Tally {
  const tally = forTherapies(therapies(wishes), { seed: SEED, runs: few(runs) }, (device, therapy) => {
    device.stimulate();
    device.run(showUs(therapy));
    const { verdict, faults } = faultsOf(device, therapy);
    expect(faults).toEqual([]);
    look(device, therapy, verdict);
    return verdict;
  });
  // A property over nothing would hold as well.
  expect(tally.accepted).toBeGreaterThan(enough(0.6 * runs));
  expect(tally.pulses).toBeGreaterThan(enough(50 * runs));
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
    expect(delayed).toBeGreaterThan(enough(200));
  });

  it('REQ-THR-008: an amplitude that is set while stimulating acts on whole pulses alone, or is refused and changes nothing', () => {
    let changes = 0;
    const changing = fc.tuple(
      therapies({ intervalUs: [300, 20_000], ramps: true }),
      fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 0, max: 130 }), fc.integer({ min: 0, max: 60_000 })), {
        minLength: 1,
        maxLength: 12,
      }),
    );
    fc.assert(
      fc.property(changing, ([therapy, steps]) => {
        const device = new Device();
        if (!device.accepts(therapy)) return;
        device.stimulate();
        for (const [area, percent, us] of steps) {
          device.run(us);
          const settings = therapy.areas[area];
          if (settings === undefined) continue;
          const amplitudeUa = Math.floor((settings.amplitudeUa * percent) / 1000) * 10;
          const before = device.commands.length;
          device.note('amplitude', { area, amplitudeUa });
          if (device.setAmplitude(0, area, amplitudeUa).status === Status.OK) changes++;
          else device.commands.splice(before);
        }
        device.run(70_000);
        expect(device.stop()).toBe(Status.OK);
        device.run(460_000);
        const { faults } = faultsOf(device, therapy);
        expect(faults.filter((fault) => !fault.startsWith('no-output'))).toEqual([]);
      }),
      { seed: SEED, numRuns: few(150) },
    );
    expect(changes).toBeGreaterThan(enough(200));
  });

  it.each([1, 2, 3, 4])(
    'REQ-VAL-026 REQ-SCH-019 REQ-SCH-005: %i areas of the shortest pulses, as close as they are accepted: the queue never runs empty',
    (count) => {
      const periodUs = Math.max(100, count * SERVED_US);
      const every = (us: number): Therapy => ({
        name: 'load',
        profile: 'percutaneous-16',
        areas: Array.from(
          { length: count },
          (_, n): AreaSettings => ({
            electrodes: { [`E${2 * n + 1}`]: -1000, [`E${2 * n + 2}`]: 1000 },
            amplitudeUa: 300,
            phaseUs: 10,
            recharge: 'symmetric',
            rateHz: Math.floor(1e9 / us) / 1000,
          }),
        ),
      });
      if (periodUs > 100) expect(new Device().accepts(every(periodUs - 1))).toBe(false);
      const therapy = every(periodUs);
      const device = new Device();
      expect(device.accepts(therapy)).toBe(true);
      device.stimulate();
      device.run(500_000);
      expect(faultsOf(device, therapy).faults).toEqual([]);
    },
  );
});
