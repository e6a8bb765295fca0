// The replays: for each law a broken twin is shown to break it in the simulator, by a sequence that the shipped interlock
// gets through with nothing broken. And the judges blame the shipped interlock for nothing that any hostile caller tries.
import { describe, expect, it } from 'vitest';
import { FLAG_CASE, FLAG_HOLD, FLAG_MEASURE, FLAG_RECHARGE } from '../../../firmware/board.ts';
import { loadModule } from '../../../sim/machine/wasm-modules.ts';
import { compileTwin } from '../../property/interlock/compile-twin.ts';
import { describe as inWords } from './describe.ts';
import { driversOf } from './drivers.ts';
import { randomSteps } from './random.ts';
import { recordScenarios } from './record.ts';
import { findReplay } from './search.ts';
import { replayInSimulator } from './simulate.ts';
import { levelsOf, type Step } from './steps.ts';
import { lawTwins } from './twins.ts';

const LAWS = Array.from({ length: 16 }, (_, index) => `L${index + 1}`);
const RANDOM_SEQUENCES = 60;
const over: Step = {
  call: 'request',
  durationUs: 20,
  flags: 0,
  levelsUa: levelsOf({ 2: -25_501, 3: 25_501 }),
};

describe('broken twins, replayed', () => {
  it('REQ-INT-003: there is a twin of every law', () => {
    expect(lawTwins.map(({ law }) => law)).toEqual(LAWS);
  });
  for (const twin of lawTwins) {
    it(`REQ-INT-003: ${twin.law} is broken where ${twin.title}, and holds on what ships`, async () => {
      const binary = await compileTwin(twin);
      const steps = findReplay(binary, twin.law);
      expect(steps, 'a sequence is found').not.toBeNull();
      const onTwin = replayInSimulator(binary, steps!);
      const judges = onTwin.findings.filter(({ law }) => law === twin.law).map(({ judge }) => judge);
      expect(judges).toContain(twin.seenBy);
      expect(steps![0].call).toBe('boot');
      expect(onTwin.results().length, 'it is short enough to read').toBeLessThan(20);
      const onShipped = replayInSimulator(loadModule('interlock'), steps!);
      expect(onShipped.broken).toEqual([]);
      expect(onShipped.isComplete).toBe(true);
    });
  }
});

describe('the search', () => {
  const twin = lawTwins[0];
  it('REQ-INT-003: the calls of a counterexample are replayed as they are', async () => {
    const steps = findReplay(await compileTwin(twin), 'L1', [over]);
    expect(steps).toEqual([{ call: 'boot' }, { call: 'wait', us: 64_800 }, { call: 'arm' }, over]);
    const { results, broken } = replayInSimulator(await compileTwin(twin), steps!);
    expect(results()).toEqual([
      'power on, boot',
      'wait 64,800 µs',
      'arm → OK',
      'request 20 µs: E3 −25,501 µA, E4 +25,501 µA → OK',
    ]);
    expect(broken[0]).toBe('L1: −25,501 µA on E3 (at the output, 65,821 µs after power-on)');
  });
  it('REQ-INT-003: a state that takes many calls is reached by repeating them', async () => {
    const phase: Step = { call: 'request', durationUs: 900, flags: 0, levelsUa: levelsOf({ 0: -10, 1: 10 }) };
    const binary = await compileTwin(lawTwins[2]);
    const steps = findReplay(binary, 'L3', [phase]);
    expect(steps?.at(-1)).toMatchObject({ call: 'repeat', times: 12 });
    expect(replayInSimulator(binary, steps!).findings.map(({ law }) => law)).toContain('L3');
  });
  it('REQ-INT-003: the same interlock gives the same sequence', async () => {
    const binary = await compileTwin(lawTwins[4]);
    expect(findReplay(binary, 'L5')).toEqual(findReplay(binary, 'L5'));
  });
  it('REQ-INT-003: nothing is found on what ships', () => {
    expect(findReplay(loadModule('interlock'), 'L1', [over])).toBeNull();
  });
});

describe('what ships, under every caller here', () => {
  const shipped = loadModule('interlock');
  for (const law of LAWS) {
    it(`REQ-INT-003: all that goes at ${law} breaks nothing`, () => {
      for (const steps of [...driversOf(law), ...recordScenarios(law, shipped)]) {
        const { broken, isComplete } = replayInSimulator(shipped, steps);
        expect(broken).toEqual([]);
        expect(isComplete).toBe(true);
      }
    });
  }
  it('REQ-INT-003: hostile sequences drawn from a seed break nothing', () => {
    let outputs = 0;
    for (let seed = 0; seed < RANDOM_SEQUENCES; seed++) {
      const { broken, trace } = replayInSimulator(shipped, randomSteps(seed));
      expect(broken, `seed ${seed}`).toEqual([]);
      outputs += trace.outputs.length;
    }
    expect(outputs, 'current flowed').toBeGreaterThan(500);
  });
});

describe('steps in words', () => {
  const request = (flags: number, levelsUa: Record<number, number>): Step => {
    return { call: 'request', durationUs: 1000, flags, levelsUa: levelsOf(levelsUa) };
  };
  const words: readonly (readonly [Step, number | undefined, string])[] = [
    [request(FLAG_RECHARGE, {}), 0, 'request 1,000 µs recharge → OK'],
    [request(FLAG_HOLD | 0x40, {}), 1, 'request 1,000 µs hold flags 0x40 → BAD_ARGUMENT'],
    [
      request(FLAG_CASE | FLAG_MEASURE, { 15: -7 }),
      2,
      'request 1,000 µs case measure: E16 −7 µA, case +7 µA → NOT_ARMED',
    ],
    [{ call: 'wait', us: 64_800 }, undefined, 'wait 64,800 µs'],
    [{ call: 'spin', us: 50_001 }, undefined, 'busy for 50,001 µs'],
    [
      { call: 'lower_limit', electrode: 2, amplitudeUa: 3000, phasePc: 2_004_000 },
      0,
      'lower_limit E3 to 3,000 µA, 2,004,000 pC → OK',
    ],
    [
      { call: 'raise_limit', electrode: -1, amplitudeUa: -1, phasePc: 0 },
      1,
      'raise_limit electrode −1 to −1 µA, 0 pC → BAD_ARGUMENT',
    ],
    [{ call: 'status' }, 3 | (4 << 4), 'status → TRIPPED, trip BATTERY'],
    [{ call: 'reading', channel: 8 }, 64_800, 'reading(8) → 64,800'],
    [
      { call: 'sensors', temperatureMc: 39_001, magnet: true },
      undefined,
      'magnet arrives, surface 39.001 °C',
    ],
    [{ call: 'boot', by: 'watchdog' }, undefined, 'reset by the watchdog'],
  ];
  for (const [step, result, text] of words) {
    it(`REQ-INT-003: "${text}"`, () => {
      expect(inWords(step, result)).toBe(text);
    });
  }
});
