// The therapies that load the processor most: 10 kHz on all 16 contacts, and what the latencies are measured in.

import type { AreaSettings, ElectrodeName, Therapy } from '../../../host/therapy/therapy.ts';

const CONTACTS = 16;

/** Cathodes and anodes in turn, an eighth of the amplitude each. */
const SIXTEEN = Object.fromEntries(
  Array.from({ length: CONTACTS }, (_, i) => [`E${i + 1}` as ElectrodeName, i % 2 === 0 ? -125 : 125]),
);

function therapy(name: string, area: AreaSettings): Therapy {
  return { name, profile: 'percutaneous-16', areas: [area] };
}

const TEN_KHZ = { amplitudeUa: 2400, phaseUs: 30, recharge: 'symmetric', rateHz: 10_000 } as const;

export const TEN_KHZ_ON_16 = therapy('10 kHz on 16 contacts', { ...TEN_KHZ, electrodes: SIXTEEN });
/** What the processor can keep up with. */
export const FOUR_KHZ_ON_16 = therapy('4 kHz on 16 contacts', {
  ...TEN_KHZ,
  electrodes: SIXTEEN,
  rateHz: 4000,
});
export const TEN_KHZ_ON_2 = therapy('10 kHz on 2 contacts', {
  ...TEN_KHZ,
  electrodes: { E1: -1000, E3: 1000 },
});
/** The closest pulses that the device accepts, µs from one to the next: a test holds them to it. */
export const FASTEST_US = { on2: 132, on16: 191 } as const;

function every(us: number, of: Therapy, name: string): Therapy {
  return therapy(name, { ...of.areas[0], rateHz: Math.floor(1e9 / us) / 1000 });
}
export const FASTEST_ON_2 = every(FASTEST_US.on2, TEN_KHZ_ON_2, 'fastest on 2 contacts, 7.6 kHz');
export const FASTEST_ON_16 = every(FASTEST_US.on16, TEN_KHZ_ON_16, 'fastest on 16 contacts, 5.2 kHz');
export const TONIC_ON_16 = therapy('130 Hz on 16 contacts', {
  electrodes: SIXTEEN,
  amplitudeUa: 4000,
  phaseUs: 300,
  interphaseGapUs: 50,
  recharge: 'symmetric',
  rateHz: 130,
});

/** What takes longest to judge: four areas on all contacts, whose amplitude a refusal has to look for. */
export const FOUR_AREAS_ON_16: Therapy = {
  name: 'four areas on 16 contacts',
  profile: 'percutaneous-16',
  areas: Array.from({ length: 4 }, () => ({
    electrodes: SIXTEEN,
    amplitudeUa: 20_000,
    phaseUs: 400,
    recharge: 'passive' as const,
    rateHz: 120,
  })),
};
