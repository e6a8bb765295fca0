// Long trains on the real binaries: no drift after an hour, and the large count of judged pulses.

import { afterAll, describe, expect, it } from 'vitest';
import type { AreaSettings, Therapy } from '../../host/therapy/therapy.ts';
import { faultsOf } from './rig/check.ts';
import { Device } from './rig/device.ts';
import { enough, PICO, RIG_MACHINE } from './rig/machine.ts';
import { pulseOnsetsUs } from './rig/pulses.ts';

/** No train is shorter than this, but for those that always are. */
const SHORTEST_US = 2e6;
const PULSES_MIN = 200_000;
/** The chip takes hundreds of times longer than the modules: of a train's time it gets a sixtieth, and no rate that it refuses. */
const SHARE = RIG_MACHINE === PICO ? 60 : 1;
const FAST_HZ = RIG_MACHINE === PICO ? 5000 : 10_000;
const HOUR_US = 3600e6;

function therapyOf(settings: Partial<AreaSettings>): Therapy {
  const area: AreaSettings = {
    electrodes: { E3: -600, E4: -400, E5: 1000 },
    amplitudeUa: 2000,
    phaseUs: 200,
    recharge: 'symmetric',
    rateHz: 130,
    ...settings,
  };
  return { name: 'train', profile: 'percutaneous-16', areas: [area] };
}

let judged = 0;
afterAll(() => {
  expect(judged).toBeGreaterThanOrEqual(SHARE === 1 ? PULSES_MIN : enough(PULSES_MIN));
  console.log(`long trains: ${judged} pulses judged`);
});

describe('long trains', () => {
  it.each<[string, Partial<AreaSettings>, number]>([
    ['an hour at 130 Hz', {}, HOUR_US],
    ['ten minutes at 1200 / 7 Hz, 171.429 Hz as the wire has it', { rateHz: 171.429, phaseUs: 90 }, 600e6],
    ['ten minutes at 33.333 Hz with a gap and a weak second phase', gapped(), 600e6],
    [`five seconds at ${FAST_HZ} Hz`, { rateHz: FAST_HZ, phaseUs: 30 }, 5e6],
    ['five seconds just below', { rateHz: FAST_HZ - 0.001, phaseUs: 20, interphaseGapUs: 10 }, 5e6],
    ['two minutes of bursts of seven at 43.211 Hz', bursts(), 120e6],
  ])(
    'REQ-SCH-001: %s: every onset at floor(k·10⁹ / rate) µs, none missing, to the last one',
    (_, settings, us) => {
      const therapy = therapyOf(settings);
      const device = new Device();
      expect(device.accepts(therapy)).toBe(true);
      device.stimulate();
      device.run(Math.max(us / SHARE, Math.min(us, SHORTEST_US)));
      const { verdict, faults } = faultsOf(device, therapy);
      expect(faults).toEqual([]);
      const [area] = verdict.areas;
      expect(area.onsetErrorNsMax).toBe(0);
      judged += area.pulses;

      const onsetsUs = pulseOnsetsUs(device.sim.capture());
      expect(onsetsUs.length).toBe(area.pulses);
      const last = onsetsUs.length - 1;
      expect(onsetsUs[last] - onsetsUs[0]).toBe(idealUs(therapy.areas[0], last));
    },
  );
});

function gapped(): Partial<AreaSettings> {
  return {
    rateHz: 33.333,
    phaseUs: 333,
    interphaseGapUs: 77,
    recharge: { asymmetric: 5 },
    electrodes: { E1: -1000, E16: 1000 },
  };
}

function bursts(): Partial<AreaSettings> {
  return { rateHz: 43.211, burst: { pulses: 7, intraRateHz: 487.013 }, phaseUs: 120 };
}

/** Ideal onset of a pulse in big integers, from the design's words alone. */
function idealUs({ rateHz, burst }: AreaSettings, pulse: number): number {
  const floor = (periods: number, hz: number) =>
    Number((BigInt(periods) * 1_000_000_000n) / BigInt(Math.round(hz * 1000)));
  if (burst === undefined) return floor(pulse, rateHz);
  const inBurst = pulse % burst.pulses;
  return floor((pulse - inBurst) / burst.pulses, rateHz) + floor(inBurst, burst.intraRateHz);
}
