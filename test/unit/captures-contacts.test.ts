// Contacts that a lead, a probe or a mapping has mixed up: any places of them are found and told.

import { describe, expect, test } from 'vitest';
import type { AreaSettings, Therapy } from '../../host/therapy/therapy.ts';
import {
  type Capture,
  ELECTRODES,
  electrodeName,
  findSwap,
  judge,
  readCsv,
  readVcd,
} from '../oracle/index.ts';
import { captureToVcd } from './fixtures/capture-files.ts';
import { captureOf, idealCapture, idealPulses } from './fixtures/ideal-waveform.ts';
import { sampled, uniform } from './fixtures/instrument-files.ts';
import { scopeText } from './fixtures/instrument-layouts.ts';
import { therapyOf } from './fixtures/oracle-therapies.ts';
import { AREA, PAIR, SCOPE } from './fixtures/scoped-pair.ts';

/** A level that one electrode has instead of its own in the first phases. */
function withLevel(therapy: Therapy, electrode: number, share: number): Capture {
  const pulses = idealPulses(therapy, 300_000);
  for (const { pieces } of pulses) pieces[0].levelsUa[electrode] *= share;
  return captureOf(pulses, 300_000);
}

describe('contacts', () => {
  const output = idealCapture(PAIR, 300_000);
  const on = (electrodes: AreaSettings['electrodes']) => therapyOf({ ...AREA, electrodes });
  const three = on({ E3: -1000, E4: 700, E5: 300 });
  const swapOf = (electrodes: AreaSettings['electrodes'], therapy: Therapy) =>
    findSwap(idealCapture(on(electrodes), 300_000), therapy);

  test('REQ-ORC-012: two that are swapped are named, and so are currents that are turned round', () => {
    const swapped = swapOf({ E3: -1000, E5: 700, E4: 300 }, three);
    expect(swapped).toMatchObject({
      moves: [
        { column: 4, contact: 3 },
        { column: 3, contact: 4 },
      ],
      alike: [],
    });
    expect(swapped?.message).toMatch(/^E4 and E5 look swapped: /);
    expect(swapOf({ E9: -1000, E4: 700, E5: 300 }, three)?.message).toMatch(/^E3 and E9 look swapped: /);
    const turned = swapOf({ E3: 1000, E4: -700, E5: -300 }, three);
    expect(turned).toMatchObject({ moves: [], isTurned: true });
    expect(turned?.message).toMatch(/^all currents look turned round: /);
    expect(swapOf({ E3: 1000, E4: -1000 }, PAIR)?.message).toMatch(
      /^E3 and E4 look swapped, or all currents are turned round/,
    );
  });

  test('REQ-ORC-012: a lead that is plugged in one contact further is told contact by contact', () => {
    const shifted = swapOf({ E4: -1000, E5: 700, E6: 300 }, three);
    expect(shifted?.message).toBe(
      'the contacts look mixed up: E4 is really E3, E5 is really E4, E6 is really E5: put right, it fits the therapy; check the leads, the probes and the mapping',
    );
    const both = swapOf({ E4: 1000, E5: -700, E6: -300 }, three);
    expect(both).toMatchObject({ isTurned: true, moves: shifted?.moves });
    expect(both?.message).toContain('E6 is really E5, and all currents are turned round: put right');
  });

  test('REQ-ORC-012: whatever the places of 17 contacts, each of them is found', () => {
    const shares = [-5, -10, -15, -20, -30, -60, -120, -240, -500, 35, 45, 55, 65, 100, 200, 200, 300];
    const names = Array.from({ length: ELECTRODES }, (_, e) => electrodeName(e));
    const therapyWith = (order: readonly number[]) =>
      on(Object.fromEntries(order.map((from, e) => [names[e], shares[from]])));
    const asked = therapyWith([...names.keys()]);
    for (const seed of [1, 2, 3]) {
      const random = uniform(seed);
      const order = [...names.keys()];
      for (let i = order.length - 1; i > 0; i--) {
        const j = Math.floor(random() * (i + 1));
        [order[i], order[j]] = [order[j], order[i]];
      }
      const swap = findSwap(idealCapture(therapyWith(order), 300_000), asked);
      // Contacts 14 and 15 have the same share.
      expect(swap?.alike, `seed ${seed}`).toEqual([[14, 15]]);
      for (const { column, contact } of swap!.moves) expect(shares[order[column]]).toBe(shares[contact]);
      expect(swap!.moves.length).toBeGreaterThan(10);
    }
  });

  test('REQ-ORC-012: with noise, and in areas that share an amplitude and a width, contacts are told apart', () => {
    const area = { ...AREA, rateHz: 40, recharge: 'passive', interphaseGapUs: 0 } as const;
    const areasOn = (...contacts: AreaSettings['electrodes'][]) =>
      therapyOf(...contacts.map((electrodes) => ({ ...area, electrodes })));
    const asked = areasOn({ E1: -1000, E2: 1000 }, { E2: -1000, E3: 1000 });
    const mixed = areasOn({ E2: -1000, E3: 1000 }, { E3: -1000, E1: 1000 });
    expect(findSwap(idealCapture(mixed, 300_000), asked)?.message).toContain(
      'E2 is really E1, E3 is really E2, E1 is really E3',
    );
    const cycle = on({ E5: -1000, E3: 700, E4: 300 });
    const channels = [2, 3, 4].map((electrode) => ({ electrode, uaPerVolt: 1000 }));
    const samples = sampled(idealCapture(cycle, 300_000), { ...SCOPE, channels });
    const contacts = Object.fromEntries(
      ['E3', 'E4', 'E5'].map((name, i) => [name, { column: `${i + 1}`, uaPerVolt: 1000 }]),
    );
    expect(findSwap(readCsv(scopeText(samples, 'keysight'), { contacts }), three)?.message).toContain(
      'E5 is really E3, E3 is really E4, E4 is really E5',
    );
  });

  test('REQ-ORC-012: by polarity alone it is said which contacts stay open', () => {
    const four = on({ E1: -600, E2: -400, E3: 700, E4: 300 });
    const logic = (therapy: Therapy) => readVcd(captureToVcd(idealCapture(therapy, 300_000), true));
    const swap = findSwap(logic(on({ E7: -600, E2: -400, E1: 700, E4: 300 })), four);
    expect(swap).toMatchObject({
      moves: [
        { column: 6, contact: 0 },
        { column: 0, contact: 2 },
      ],
      alike: [
        [0, 1],
        [2, 3],
      ],
    });
    expect(swap?.message).toContain(
      'E7 is really E1, E1 is really E3: put right, it fits the therapy; open, as they carry the same: E1 or E2, E3 or E4; check',
    );
    // Places that polarity cannot show are no finding.
    expect(judge(logic(on({ E2: -600, E1: -400, E3: 700, E4: 300 })), four).holds).toBe(true);
    expect(findSwap(logic(on({ E9: -1000, E4: 700, E5: 300 })), three)).toMatchObject({ alike: [] });
  });

  test('REQ-ORC-012: nothing is called swapped that is not', () => {
    expect(findSwap(output, PAIR)).toBeNull();
    for (const changed of [
      withLevel(PAIR, 2, 1.1),
      idealCapture(therapyOf({ ...AREA, phaseUs: 320 }), 300_000),
      idealCapture(therapyOf({ ...AREA, rateHz: 60 }), 300_000),
    ]) {
      expect(judge(changed, PAIR).holds).toBe(false);
      expect(findSwap(changed, PAIR)).toBeNull();
    }
    expect(swapOf({ E3: -1000, E4: 500, E5: 500 }, three)).toBeNull();
    expect(swapOf({ E3: -1000, E4: 1000 }, three)).toBeNull();
    expect(swapOf({ E3: -600, E8: -400, E4: 700, E5: 300 }, three)).toBeNull();
  });
});
