// Plans that flip bits of locals, registers and RAM: what each run flips, what is kept of it, and what is refused.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { caseOf } from '../../host/campaign/generate.ts';
import { failureText } from '../../host/campaign/junit.ts';
import { checkPlan, findPlan, type Plan } from '../../host/campaign/plan.ts';
import { flipResult } from '../../host/campaign/record.ts';
import { recordOf, runCase, runNumber } from '../../host/campaign/run-case.ts';
import { tallyOf } from '../../host/campaign/tally.ts';
import { REGISTER_BITS } from '../../sim/index.ts';
import { stimgate } from './fixtures/command.ts';
import { describePico } from './fixtures/tools.ts';

const folder = mkdtempSync(join(tmpdir(), 'stimgate-flips-'));
afterAll(() => rmSync(folder, { recursive: true }));

const LOCALS = findPlan('local-flips');
const PICO = findPlan('pico-flips');
const faultsOf = (plan: Plan, runs: number) =>
  Array.from({ length: runs }, (_, n) => caseOf(plan, n).faults[0]);

describe('a plan that flips bits of targets', () => {
  it('REQ-CMP-109: runs take the targets in turn, and bits of all of them come', () => {
    const names = faultsOf(LOCALS, 4).map(({ name }) => name);
    expect(names).toEqual(Array(2).fill(['interlock-local-flip', 'stimulator-local-flip']).flat());
    const seen = new Set<string>();
    let used = 0;
    let whole = 0;
    for (const { fault } of faultsOf(PICO, 4000)) {
      if (fault.kind === 'register-flip') {
        expect(REGISTER_BITS[fault.register]).toContain(fault.bit);
        seen.add(fault.register);
      }
      if (fault.kind !== 'ram-flip') continue;
      if (fault.offset < 24 * 1024) used++;
      else whole = Math.max(whole, fault.offset);
    }
    expect([...seen].filter((name) => name !== 'primask').length).toBe(Object.keys(REGISTER_BITS).length - 1);
    expect(used).toBeGreaterThan(1500);
    expect(whole).toBeGreaterThan(256 * 1024);
    expect(whole).toBeLessThan(264 * 1024);
  });

  it('REQ-CMP-109: registers that are named are the only ones', () => {
    const flips = { targets: ['registers'], registers: ['sp', 'primask'], moments: 5 };
    const plan = checkPlan({ name: 'two', seed: 4, runs: 500, machine: 'pico', flips }, 'two');
    const named = new Set(faultsOf(plan, 500).map(({ fault }) => 'register' in fault && fault.register));
    expect([...named].sort()).toEqual(['primask', 'sp']);
  });

  it('REQ-CMP-109: flips of locals are found, and each is named by its function and replayed from its case', async () => {
    const records = [];
    for (let n = 0; n < 120; n++) records.push(await runNumber(LOCALS, n));
    const struck = records.filter(({ faults }) => faults.length > 0);
    expect(struck.length).toBeGreaterThan(100);
    for (const { faults } of struck) expect(faults[0].place).toMatch(/^local \d+ of [a-z0-9-]+(\/[\w-]+)+$/);
    const results = new Set(struck.map(flipResult));
    for (const result of ['detected', 'masked', 'safe stop'] as const) expect(results).toContain(result);
    const { flips } = tallyOf(records);
    expect([...flips.keys()].sort()).toEqual(['interlock-local-flip', 'stimulator-local-flip']);
    const [first] = struck;
    expect(failureText({ ...first, outcome: 'hazardous', hazards: ['far too much'] })).toBe(
      `hazardous: far too much (${first.faults[0].place})`,
    );
    const tripped = struck.find(({ outcome }) => outcome === 'tripped');
    const one = caseOf(LOCALS, tripped?.n ?? -1);
    const again = JSON.parse(JSON.stringify(one));
    expect(recordOf(tripped?.n ?? -1, again, await runCase(again))).toEqual(tripped);
  });

  it('REQ-CMP-109 REQ-CMP-101: what cannot flip is refused in one line', async () => {
    const refused = async (change: object): Promise<string> => {
      const path = join(folder, 'bad.json');
      writeFileSync(path, JSON.stringify({ name: 'bad', seed: 1, runs: 4, ...change }));
      const { exit, out, err } = await stimgate('campaign', path, '--out', join(folder, 'out'));
      expect([exit, out, err.trimEnd().split('\n').length]).toEqual([2, '', 1]);
      return err.trimEnd();
    };
    const pico = { machine: 'pico' };
    const registers = { targets: ['registers'], moments: 1 };
    expect(await refused({ ...pico, flips: { ...registers, registers: ['r13'] } })).toMatch(
      /bad\.json: flips\.registers\[0\]: "r13" is not one of "r0", .*"primask"$/,
    );
    expect(await refused({ ...pico, flips: { targets: ['stack'], moments: 1 } })).toMatch(
      /flips\.targets\[0\]: "stack" is not one of "interlock-locals"/,
    );
    expect(await refused({ flips: registers })).toMatch(/machine: registers can flip on "pico" alone$/);
    expect(await refused({ ...pico, flips: { targets: ['ram', 'interlock-locals'], moments: 1 } })).toMatch(
      /machine: interlock-locals can flip on "wasm" alone$/,
    );
    expect(await refused({ ...pico, flips: { targets: ['ram'], registers: ['sp'], moments: 1 } })).toMatch(
      /flips\.registers: needs "registers" among flips\.targets$/,
    );
    expect(await refused({ flips: { moments: 1 } })).toMatch(/flips\.module: is missing$/);
    const memory = { module: 'interlock', address: 16, bytes: 1, moments: 1 };
    expect(await refused({ flips: { ...memory, targets: ['ram'] } })).toMatch(
      /flips\.module: is of memory, and flips\.targets are given$/,
    );
    expect(await refused({ flips: { ...memory, registers: ['sp'] } })).toMatch(/flips\.registers: needs/);
  });

  it('REQ-CMP-109 REQ-CMP-101: a case whose flip another machine has, or none, is refused in one line', async () => {
    const replayed = async (plan: string, fault: object): Promise<string> => {
      const one = caseOf(LOCALS, 0);
      const path = join(folder, 'case.json');
      writeFileSync(path, JSON.stringify({ ...one, faults: [{ ...one.faults[0], fault }] }));
      const { exit, out, err } = await stimgate('campaign', plan, '--replay', path, '--out', folder);
      expect([exit, out, err.trimEnd().split('\n').length]).toEqual([2, '', 1]);
      return err.trimEnd();
    };
    expect(await replayed('local-flips', { kind: 'ram-flip', offset: 0, bit: 0 })).toMatch(/has no RAM/);
    expect(
      await replayed('local-flips', { kind: 'local-flip', module: 'interlock', reads: 0, bit: 64 }),
    ).toMatch(/fault\.bit: is not a whole number from 0 to 63$/);
    const register = (name: string, bit: number) =>
      replayed('local-flips', { kind: 'register-flip', register: name, bit, busyCycles: 0 });
    expect(await register('r99', 0)).toMatch(/fault\.register: is not one of r0, r1, /);
    expect(await register('primask', 31)).toMatch(/a fault that cannot be: .*"primask"/);
    expect(await register('r0', 0)).toMatch(/the wasm machine has no registers/);
  });
});

describePico('a plan that flips bits of the Pico', () => {
  it('REQ-CMP-109: a trip of a device that drives nothing yet counts from where it is told, not from an older off', async () => {
    const one = caseOf(PICO, 0);
    const fault = { kind: 'bit-flip', module: 'interlock', address: 16, bit: 0 } as const;
    const faults = [{ name: 'interlock-bit-flip', fault, phase: 'arming', atPermille: 500 }] as const;
    const record = recordOf(0, one, await runCase({ ...one, faults }, PICO));
    expect(record).toMatchObject({ outcome: 'tripped', by: 'trip INTEGRITY', pulses: 0 });
  });

  it('REQ-CMP-109: registers and RAM are told apart, by outcome and place, on the page and on the terminal', async () => {
    const out = join(folder, 'pico');
    const runs = ['campaign', 'pico-flips', '--runs', '60', '--out', out];
    const { exit, out: said } = await stimgate(...runs, '--jobs', '2', '--json');
    expect([0, 1]).toContain(exit);
    const { flips } = JSON.parse(said);
    const sum = (name: string): number =>
      Object.values<number>(flips[name]).reduce((total, count) => total + count, 0);
    expect([sum('register-flip'), sum('ram-flip')]).toEqual([30, 30]);
    expect(flips['register-flip'].masked).toBeLessThan(30);
    const page = readFileSync(join(out, 'report.html'), 'utf8');
    expect(page).toMatch(/<td>register-flip<\/td>/);
    expect(page).toMatch(/<td>ram-flip<\/td>/);
    const records = readFileSync(join(out, 'runs.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const { faults } of records) expect(faults[0].place).toMatch(/^(\w+ at )?\w+(\.\w+)*\+0x[0-9a-f]+$/);
    const again = await stimgate(...runs, '--replay', '2', '--json');
    expect(JSON.parse(again.out).record).toEqual(records[2]);
  });
});
