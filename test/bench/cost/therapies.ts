// A therapy that asks for as many segments as a pulse can have, in the shortest time.

import type { Therapy } from '../../../host/therapy/therapy.ts';

export const SHORTEST_PULSES: Therapy = {
  name: 'shortest pulses with gaps on 4 contacts',
  profile: 'percutaneous-16',
  areas: [
    {
      electrodes: { E1: -500, E2: -500, E3: 500, E4: 500 },
      amplitudeUa: 2000,
      phaseUs: 10,
      interphaseGapUs: 10,
      recharge: 'symmetric',
      rateHz: 3000,
    },
  ],
};
