// `stimgate campaign` as its user sees it: results, replay, resume, and everything that it refuses.

import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadCase } from '../../host/campaign/case-file.ts';
import { caseOf } from '../../host/campaign/generate.ts';
import { findPlan, PLANS } from '../../host/campaign/plan.ts';
import { stimgate } from './fixtures/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'stimgate-campaign-'));
const inFolder = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

function planFile(name: string, plan: unknown): string {
  writeFileSync(inFolder(name), JSON.stringify(plan));
  return inFolder(name);
}

const PLAN = {
  name: 'small',
  seed: 11,
  runs: 40,
  durationMs: 150,
  faults: { none: 1, overheating: 1, 'byte-loss': 1 },
};
const small = planFile('small.json', PLAN);
/** A source that sticks so high that some run is hazardous, as nothing on the board stops it. */
const stuck = planFile('stuck.json', {
  ...PLAN,
  name: 'stuck',
  seed: 1,
  runs: 60,
  chargeGuard: false,
  faults: { 'stuck-dac': 1 },
});

/** The file of a case that a run was drawn as, with a change. */
function caseFile(change: object): string {
  return planFile('case.json', { ...caseOf(findPlan(small), 0), ...change });
}

/** Refused with lines that do not name the program's inside. */
async function refused(...argv: string[]): Promise<string> {
  const { exit, out, err } = await stimgate('campaign', ...argv);
  expect([exit, out]).toEqual([2, '']);
  expect(err).not.toMatch(/internal error|undefined|\n {4}at /);
  return err.trimEnd();
}

describe('a campaign', () => {
  it('REQ-CMP-102 REQ-HST-103: two worker threads write the file that one thread writes', async () => {
    const one = await stimgate('campaign', small, '--out', inFolder('one'), '--jobs', '1', '--json');
    const two = await stimgate('campaign', small, '--out', inFolder('two'), '--jobs', '2', '--json');
    expect([one.exit, two.exit]).toEqual([0, 0]);
    const text = readFileSync(inFolder('one/runs.jsonl'), 'utf8');
    expect(text.trimEnd().split('\n')).toHaveLength(40);
    expect(readFileSync(inFolder('two/runs.jsonl'), 'utf8')).toBe(text);
    const { outcomes, runs, faulted, holds } = JSON.parse(one.out);
    expect([runs, holds]).toEqual([40, true]);
    expect(outcomes.pass).toBeGreaterThan(5);
    expect(outcomes.tripped).toBeGreaterThan(5);
    expect(faulted).toBeGreaterThan(15);
  }, 60_000);

  it('REQ-CMP-103: a file that was cut in the middle of a line is gone on with, to the same end', async () => {
    const whole = readFileSync(inFolder('one/runs.jsonl'), 'utf8');
    writeFileSync(inFolder('two/runs.jsonl'), whole.slice(0, Math.floor(whole.length / 2)));
    expect(await refused(small, '--out', inFolder('two'))).toMatch(
      /holds \d+ of 40 runs: --resume goes on, --anew throws them away/,
    );
    expect(
      (await stimgate('campaign', small, '--out', inFolder('two'), '--jobs', '1', '--resume')).exit,
    ).toBe(0);
    expect(readFileSync(inFolder('two/runs.jsonl'), 'utf8')).toBe(whole);
  }, 60_000);

  it('REQ-CMP-103: an interrupted campaign ends with 130, keeps its runs and says how to go on', async () => {
    const out = inFolder('cut');
    const ended = stimgate('campaign', small, '--out', out, '--jobs', '1', '--runs', '4000');
    // The campaign gives way between batches: the signal comes while it runs.
    await new Promise((resolve) => setTimeout(resolve, 700));
    process.emit('SIGINT', 'SIGINT');
    const { exit, out: said } = await ended;
    expect(exit).toBe(130);
    const [, kept] = /interrupted after (\d+) of 4000 runs, all of them kept/.exec(said) ?? [];
    expect(Number(kept)).toBeGreaterThan(0);
    expect(readFileSync(join(out, 'runs.jsonl'), 'utf8').trimEnd().split('\n')).toHaveLength(Number(kept));
    expect(said).toContain('--resume goes on');
  }, 60_000);

  it('REQ-CMP-106: failures come with seed, shrunk case, plot and a command that replays them', async () => {
    const out = inFolder('stuck');
    const { exit, out: said } = await stimgate('campaign', stuck, '--out', out, '--jobs', '1', '--json');
    expect(exit).toBe(1);
    const { failures } = JSON.parse(said);
    expect(failures.length).toBeGreaterThan(0);
    const [first] = failures;
    expect(first).toMatchObject({ outcome: 'hazardous', faults: [{ name: 'stuck-dac' }] });
    const page = readFileSync(join(out, 'report.html'), 'utf8');
    expect(page).toContain(`Run ${first.n}: `);
    expect(page).toContain(`Seed ${first.seed}.`);
    expect(page).toContain('has no charge guard');
    expect(page).toContain(`--replay ${join(out, 'cases', `${first.n}.json`)}`);
    expect(page).toMatch(/<svg [^>]*aria-label="From power-on to the end"/);
    expect(page).not.toMatch(/<script|<img|https?:\/\/(?!www\.w3\.org)/);
    const junit = readFileSync(join(out, 'junit.xml'), 'utf8');
    expect(junit).toMatch(/<testsuite name="stimgate campaign stuck" tests="\d+" failures="[1-9]/);
    expect(junit).toContain(`<failure message="run ${first.n}: hazardous`);

    const again = await stimgate('campaign', stuck, '--replay', String(first.n), '--out', out, '--json');
    const { record } = JSON.parse(again.out);
    const { replay: _, ...recorded } = first;
    expect([again.exit, record]).toEqual([1, recorded]);
    expect(existsSync(join(out, `replay-${first.n}.vcd`))).toBe(true);
    expect(readFileSync(join(out, `replay-${first.n}.svg`), 'utf8')).toMatch(/^<svg /);

    const shrunk = await stimgate(
      'campaign',
      stuck,
      '--replay',
      join(out, 'cases', `${first.n}.json`),
      '--out',
      out,
      '--json',
    );
    expect(shrunk.exit).toBe(1);
    expect(existsSync(join(out, `replay-${first.n}-case.vcd`))).toBe(true);
    expect(JSON.parse(shrunk.out).record.outcome).toBe('hazardous');
  }, 120_000);

  it('REQ-CMP-101 REQ-HST-103: a plan that cannot be used is refused in one line', async () => {
    const bad = (change: object): string => planFile('bad.json', { ...PLAN, ...change });
    expect(await refused(bad({ faults: { 'stuck-dak': 1 } }))).toMatch(
      /bad\.json: faults\.stuck-dak: unknown field; did you mean stuck-dac\?$/,
    );
    expect(await refused(bad({ seed: -1 }))).toMatch(/bad\.json: seed: -1 is below the limit of 0/);
    expect(await refused(bad({ seed: 1.5 }))).toMatch(/bad\.json: seed: 1\.5 is not a whole number/);
    expect(await refused(bad({ seed: 'one' }))).toMatch(/bad\.json: seed: "one" is not an integer/);
    expect(await refused(bad({ faults: { none: 0 } }))).toMatch(/bad\.json: faults: every weight is 0/);
    expect(await refused(bad({ flips: { module: 'interlock', address: 16, bytes: 1, moments: 1 } }))).toMatch(
      /faults: a plan has either faults or flips/,
    );
    const flips = { module: 'interlock', address: 16, bytes: 1, moments: 1 };
    expect(await refused(bad({ faults: undefined, runs: 8, machine: 'pico', flips }))).toMatch(
      /machine: calls of the interlock can be looked into on "wasm" alone/,
    );
    expect(await refused(bad({ faults: undefined, flips }))).toMatch(
      /runs: 40 are more than the 8 bits and moments that there are/,
    );
    expect(await refused(inFolder('nowhere.json'))).toMatch(/nowhere\.json: no such file$/);
    expect(await refused('nosuch')).toMatch(
      /^stimgate: nosuch: no such file, nor a plan that ships: quick, full, /,
    );
    expect(await refused(bad({ name: 'a/b' }))).toMatch(
      /bad\.json: name: "a\/b" is not allowed\. The letters A to Z and a to z, digits, /,
    );
    expect(await refused(small, '--replay', '1', '--redis', 'redis://127.0.0.1:1')).toMatch(
      /--replay makes its run here: leave out --redis$/,
    );
    writeFileSync(inFolder('cut.json'), '{"name": ');
    expect(await refused(inFolder('cut.json'))).toMatch(/cut\.json: .*line 1, column \d+/);
    expect(await refused(small, '--seed', 'many')).toContain('Give a seed: a whole number');
    expect(await refused(small, '--jobs', '0')).toContain('Give the number of workers');
    expect(await refused(small, '--out', inFolder('one'), '--replay', '40')).toMatch(
      /there is no run 40; the plan has 0 to 39/,
    );
    expect(await refused(small, '--resume', '--anew')).toMatch(/give one of them/);
  });

  it('REQ-CMP-101: a case with a fault that there is not is refused', async () => {
    const one = {
      seed: 1,
      stream: 'plain',
      end: 'stop',
      forMs: 100,
      steps: [],
      faults: [{ name: 'gremlin', phase: 'boot' }],
    };
    const said = await refused(small, '--replay', planFile('case.json', one), '--out', inFolder('one'));
    expect(said).toMatch(/case\.json: faults\[0\]\.name: is not one of none, byte-loss/);
    expect(said).toMatch(/case\.json: therapy: null is not an object/);
    const [name] = readdirSync(inFolder('stuck/cases'));
    const good = JSON.parse(readFileSync(inFolder(`stuck/cases/${name}`), 'utf8'));
    const stuckAt = (electrode: number) => {
      const [first] = good.faults;
      const faults = [{ ...first, fault: { ...first.fault, electrode } }];
      return planFile('case.json', { ...good, faults, steps: [] });
    };
    expect(await refused(stuck, '--replay', stuckAt(99), '--out', inFolder('one'))).toMatch(
      /case\.json: faults\[0\]\.fault\.electrode: is not a whole number from 0 to 16$/,
    );
    const steps = planFile('case.json', { ...good, steps: [{ kind: 'dance', atMs: 1 }] });
    expect(await refused(stuck, '--replay', steps, '--out', inFolder('one'))).toMatch(
      /steps\[0\]\.kind: is not one of amplitude, restart/,
    );
  });

  it.each([
    [{ kind: 'foo' }, 'kind: is not one of flip-between-calls'],
    [{ kind: 'constructor' }, 'kind: is not one of flip-between-calls'],
    ['hang', 'kind: is not one of flip-between-calls'],
    [
      { kind: 'stuck-dac', electrode: 1, levelUa: 51_001 },
      'levelUa: is not a whole number from -51000 to 51000',
    ],
    [{ kind: 'stuck-dac', electrode: 1, levelUa: '9' }, 'levelUa: is not a whole number'],
    [{ kind: 'brown-out', durationUs: -1 }, 'durationUs: is not a whole number from 0'],
    [{ kind: 'flip-in-call', address: 65_536, bit: 0, calls: 0 }, 'address: is not a whole number'],
    [{ kind: 'heartbeat', isCut: 'no' }, 'isCut: is neither true nor false'],
    [{ kind: 'hang', module: 'stimulator', forUs: 9 }, 'forUs: unknown field; known here: kind, module'],
  ])('REQ-CMP-101: a case with the fault %j is refused in one line', async (fault, line) => {
    const faults = [{ name: 'stuck-dac', phase: 'ramp', atPermille: 0, fault }];
    const said = await refused(small, '--replay', caseFile({ faults }), '--out', inFolder('one'));
    expect(said).toContain(`case.json: faults[0].fault.${line}`);
    expect(said.split('\n')).toHaveLength(1);
  });

  it.each([
    [{ gain: 2 }, 'gain: unknown field; known here: therapy, machine'],
    [{ seed: -1 }, 'seed: is not a whole number from 0'],
    [{ forMs: '100' }, 'forMs: is not a time from 1 to 60000 ms'],
    [{ machine: 'esp32' }, 'machine: is not one of wasm, pico'],
    [{ chargeGuard: 0 }, 'chargeGuard: is neither true nor false'],
    [{ steps: [{ kind: 'noise', atMs: 1, bytes: [256] }] }, 'steps[0].bytes: is not a list'],
    [{ steps: [{ kind: 'restart', atMs: -1 }] }, 'steps[0].atMs: is not a time from 0'],
  ])('REQ-CMP-101: a case with %j is refused in one line', async (change, line) => {
    const said = await refused(small, '--replay', caseFile(change), '--out', inFolder('one'));
    expect(said).toContain(`case.json: ${line}`);
    expect(said.split('\n')).toHaveLength(1);
  });

  it('REQ-CMP-101: every case that the plans that ship draw is one that a file may hold', () => {
    for (const plan of PLANS.map(findPlan)) {
      for (let n = 0; n < 100; n++) {
        const one = caseOf(plan, n);
        expect(loadCase(planFile('drawn.json', one))).toEqual(JSON.parse(JSON.stringify(one)));
      }
    }
  });

  it('REQ-CMP-106: a case holds its board, and ends on it whatever the plan that it is replayed under', async () => {
    const cases = inFolder('stuck/cases');
    const path = join(cases, readdirSync(cases)[0]);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ machine: 'wasm', chargeGuard: false });
    const out = inFolder('board');
    const { exit, out: said } = await stimgate('campaign', small, '--replay', path, '--out', out, '--json');
    expect([exit, JSON.parse(said).record.outcome]).toEqual([1, 'hazardous']);
    const { chargeGuard: _, ...unguarded } = JSON.parse(readFileSync(path, 'utf8'));
    const guarded = await stimgate(
      'campaign',
      small,
      '--replay',
      planFile('case.json', unguarded),
      '--out',
      out,
    );
    expect(guarded.exit).toBe(0);
  });

  it('REQ-HST-103: a folder of another campaign, a file that is none, and a full disk are one clear line', async () => {
    expect(await refused(small, '--out', inFolder('one'), '--seed', '12', '--resume')).toMatch(
      /holds runs of another plan, seed or build: nothing to resume/,
    );
    const kept = readFileSync(inFolder('one/runs.jsonl'), 'utf8');
    expect(await refused(small, '--out', inFolder('one'), '--seed', '12')).toMatch(
      /holds runs of another plan, seed or build; --anew throws them away$/,
    );
    expect(readFileSync(inFolder('one/runs.jsonl'), 'utf8')).toBe(kept);
    writeFileSync(inFolder('campaign.json'), '{}');
    expect(await refused(small, '--out', folder)).toMatch(/campaign\.json is not a campaign’s/);
    expect(await refused(small, '--out', small)).toMatch(
      /a part of the path is not a folder|is not a folder/,
    );
    const full = inFolder('full');
    await stimgate('campaign', small, '--out', full, '--runs', '1', '--jobs', '1');
    rmSync(join(full, 'runs.jsonl'));
    symlinkSync('/dev/full', join(full, 'runs.jsonl.part'));
    const said = await refused(small, '--out', full, '--anew', '--jobs', '1');
    expect(said).toMatch(/no space is left on the disk: 0 of 40 runs are kept, --resume goes on$/);
  });

  it('REQ-HST-103: --anew takes away what the old campaign and its replays wrote, and nothing else', async () => {
    const out = inFolder('stuck');
    for (const own of ['notes.txt', 'cases/notes.json']) writeFileSync(join(out, own), 'mine');
    expect(readdirSync(out).some((file) => file.startsWith('replay-'))).toBe(true);
    const one = [small, '--out', out, '--runs', '2', '--jobs', '1'];
    expect((await stimgate('campaign', ...one, '--anew')).exit).toBe(0);
    expect(readdirSync(out).sort()).toEqual([
      'campaign.json',
      'cases',
      'junit.xml',
      'notes.txt',
      'report.html',
      'runs.jsonl',
    ]);
    expect(readdirSync(join(out, 'cases'))).toEqual(['notes.json']);
    const again = await stimgate('campaign', ...one);
    expect([again.exit, again.out]).toEqual([
      0,
      expect.stringContaining('holds this campaign: its 2 runs are made again'),
    ]);
  }, 60_000);

  it.runIf(existsSync('/dev/full'))(
    'REQ-HST-103: a replay that meets a full disk says so in one line',
    async () => {
      for (const file of ['replay-3.vcd', 'replay-4.svg']) {
        const [, n] = /(\d)/.exec(file) ?? [];
        symlinkSync('/dev/full', inFolder(`one/${file}`));
        const said = await refused(small, '--replay', String(n), '--out', inFolder('one'));
        expect(said).toBe(`stimgate: ${inFolder(`one/${file}`)}: no space is left on the disk`);
      }
    },
  );
});
