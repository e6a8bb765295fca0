// No program that validation accepts breaks the interlock’s accounting, whatever the alignment of its areas.

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { PHASE_PC_MAX, PHASE_PC_SET_DEFAULT } from '../../firmware/profile.ts';
import { Status } from '../../firmware/status.ts';
import { Field } from '../../firmware/wire.ts';
import { occupancyUs, play } from './fixtures/player.ts';
import { type Case, programs } from './fixtures/program-arbitrary.ts';
import { type AreaRecord, Validation, type Verdict } from './fixtures/validation.ts';

let validation: Validation;
beforeAll(async () => {
  validation = await Validation.open();
});

const CORRECTIONS = 12;
const NAMES: Record<number, (keyof AreaRecord)[]> = {
  [Field.AMPLITUDE]: ['amplitudeUa'],
  [Field.RATE]: ['rateMhz'],
  [Field.INTRA_RATE]: ['intraRateMhz'],
  [Field.BURST_PULSES]: ['burstPulses'],
  [Field.RAMP_UP]: ['rampUpMs'],
  [Field.RAMP_DOWN]: ['rampDownMs'],
  [Field.CYCLE_OFF]: ['cycleOffMs'],
};

/** Every program that a refusal's nearest values may mean: they name a field, but not the area. */
function corrected(areas: AreaRecord[], { field, low, high }: Verdict): AreaRecord[][] {
  const [name] = NAMES[field] ?? [];
  if (!name || (low === 0 && high === 0)) return [];
  return areas.map((area, number) => {
    const others = areas.map((each) => ({ ...each }));
    if (Number(area[name]) > low) others[number] = { ...area, [name]: low };
    if (name === 'burstPulses' && low === 1) others[number].intraRateMhz = 0;
    return others;
  });
}

/** Follows the nearest values until the program passes: that leads right up to a limit. */
function nearestAccepted(areas: AreaRecord[]): AreaRecord[] | null {
  let now = areas;
  for (let n = 0; n < CORRECTIONS; n++) {
    const verdict = validation.checkProgram(now);
    if (verdict.status === Status.OK) return now;
    const next = corrected(now, verdict);
    if (next.length === 0) return null;
    now = next.find((each) => validation.checkProgram(each).status === Status.OK) ?? next[n % next.length];
  }
  return null;
}

function playCase({ offsets, hard }: Case, areas: AreaRecord[], forUs: number) {
  validation.limitPc.fill(hard ? PHASE_PC_MAX : PHASE_PC_SET_DEFAULT);
  return play(areas, offsets, validation.limitPc, forUs);
}

/** How long until something has had the time to go wrong: shorter where pulses are many. */
function lengthUs(areas: AreaRecord[]): number {
  const perSecond = areas.reduce((sum, area) => sum + (area.rateMhz / 1000) * area.burstPulses, 0);
  return Math.max(300_000, Math.min(2_000_000, (2000 / perSecond) * 1e6));
}

describe('what is accepted', () => {
  it('REQ-VAL-024: never breaks a law of the interlock, however its areas lie, and waits no longer than the others take', () => {
    let played = 0;
    const property = fc.property(programs, (program) => {
      validation.limitPc.fill(program.hard ? PHASE_PC_MAX : PHASE_PC_SET_DEFAULT);
      const areas = nearestAccepted(program.areas);
      fc.pre(areas !== null);
      const { ledger, delayUs } = playCase(program, areas, lengthUs(areas));
      played += 1;
      expect(ledger.broken).toBeNull();
      const occupancies = areas.map(occupancyUs);
      const sumUs = occupancies.reduce((sum, us) => sum + us, 0);
      expect(delayUs).toBeLessThanOrEqual(sumUs - Math.min(...occupancies));
    });
    fc.assert(property, { numRuns: Number(process.env.RUNS ?? 250), maxSkipsPerRun: 50 });
    expect(played).toBeGreaterThan(100);
  });
});
