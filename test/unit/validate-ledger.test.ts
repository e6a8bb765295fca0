// No program that validation accepts breaks the interlock’s accounting, whatever the alignment of its areas.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { PHASE_PC_MAX, PHASE_PC_SET_DEFAULT } from '../../firmware/profile.ts';
import { Status } from '../../firmware/status.ts';
import { Field } from '../../firmware/wire.ts';
import { occupancyUs, play } from './fixtures/player.ts';
import { type Case, closeWindows, programs } from './fixtures/program-arbitrary.ts';
import { type AreaRecord, Validation, type Verdict } from './fixtures/validation.ts';

let validation: Validation;
beforeAll(async () => {
  validation = await Validation.open();
});

const SEED = 20_261_129;
const CORRECTIONS = 12;
const NAMES: Record<number, keyof AreaRecord> = {
  [Field.AMPLITUDE]: 'amplitudeUa',
  [Field.RATE]: 'rateMhz',
  [Field.INTRA_RATE]: 'intraRateMhz',
  [Field.BURST_PULSES]: 'burstPulses',
  [Field.RAMP_UP]: 'rampUpMs',
  [Field.RAMP_DOWN]: 'rampDownMs',
  [Field.CYCLE_OFF]: 'cycleOffMs',
};

/** The program with the nearest value of a refusal; null where it names none. */
function corrected(areas: AreaRecord[], { field, area, low, high }: Verdict): AreaRecord[] | null {
  const name = NAMES[field];
  if (!name || area === 0 || (low === 0 && high === 0)) return null;
  const changed = { ...areas[area - 1], [name]: low };
  if (name === 'burstPulses' && low === 1) changed.intraRateMhz = 0;
  return areas.with(area - 1, changed);
}

/** Follows the nearest values until the program passes: that leads right up to a limit. */
function nearestAccepted(areas: AreaRecord[], judge = validation): AreaRecord[] | null {
  let now: AreaRecord[] | null = areas;
  for (let n = 0; n < CORRECTIONS && now !== null; n++) {
    const verdict = judge.checkProgram(now);
    if (verdict.status === Status.OK) return now;
    now = corrected(now, verdict);
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
    fc.assert(property, { seed: SEED, numRuns: Number(process.env.RUNS ?? 250), maxSkipsPerRun: 50 });
    expect(played).toBeGreaterThan(100);
  });

  /** Laws that the accounting finds broken by programs which `judge` accepts. */
  function brokenBy(judge: Validation): Set<string | null> {
    const broken = new Set<string | null>();
    judge.limitPc.fill(PHASE_PC_MAX);
    const property = fc.property(closeWindows, (area) => {
      const areas = nearestAccepted([area], judge);
      fc.pre(areas !== null);
      broken.add(play(areas, [0], judge.limitPc, lengthUs(areas)).ledger.broken);
    });
    fc.assert(property, { seed: SEED, numRuns: 250, maxSkipsPerRun: 50 });
    return broken;
  }

  it('REQ-VAL-024: holds where on-windows follow one another closely', () => {
    expect(brokenBy(validation)).toEqual(new Set([null]));
  });

  it.each([
    [
      'as if the last burst had its whole period',
      'const restUs = .*;',
      'const restUs = SECOND_MHZ_US / rateMhz;',
    ],
    ['counted from the start of the last burst', 'restUs \\+ offUs - burstOnsetUs\\(.*\\)', 'restUs + offUs'],
    ['as if there were none', 'if \\(onMs === 0\\) return;', 'if (onMs >= 0) return;'],
  ])('REQ-VAL-024: a wrong distance of on-windows is found: %s', async (_, find, wrong) => {
    const file = 'firmware/stimulator/therapy/validate-train.ts';
    const source = readFileSync(file, 'utf8');
    expect(source.match(new RegExp(find, 'g'))).toHaveLength(1);
    const twin = await Validation.open({ [file]: source.replace(new RegExp(find), wrong) });
    expect([...brokenBy(twin)].filter((law) => law !== null)).not.toEqual([]);
  });
});
