// The second opinion: agreement is counted, and a wrong verdict, an error and a time-out are each told.
// Without a solver its tests are left out and say so; with STIMGATE_REQUIRE_TOOLS=1 a missing solver fails.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { crossCheck, type OtherSolver } from './cross-check.ts';
import { writeQueries } from './queries.ts';
import type { Query } from './query.ts';

const parent = mkdtempSync(join(tmpdir(), 'stimgate-cross-'));
afterAll(() => rmSync(parent, { recursive: true }));

const required = process.env.STIMGATE_REQUIRE_TOOLS === '1';
const has = (tool: string): boolean => spawnSync(tool, ['--version']).error === undefined;

/** A test that needs solvers: run where they are there or required, else named with the packages that it lacks. */
function itWith(solvers: readonly OtherSolver[], title: string, body: () => Promise<void> | void): void {
  const missing = required ? [] : solvers.filter((solver) => !has(solver));
  if (missing.length === 0) it(title, body);
  else it.skipIf(true)(`${title} (left out: install the Debian packages ${missing.join(' ')})`, body);
}

const LINEAR = '(set-logic QF_LIA)\n(declare-const x Int)\n';
const UNSAT = `${LINEAR}(assert (< (mod x 7) (- (mod x 7) 0)))\n(check-sat)`;
const SAT = `${LINEAR}(assert (= (ite (< x 5) 3 (div x 4)) 9))\n(check-sat)`;
/** RSA-100: nobody factors a product of two primes of 50 digits by bits. */
const RSA_100 =
  '1522605027922533360535618378132637429718068114961380688657908494580122963258952897654000350692006139';
const HARD = `(set-logic QF_BV)
(declare-const a (_ BitVec 340))
(declare-const b (_ BitVec 340))
(assert (bvult (_ bv1 340) a))
(assert (bvult a (_ bv${2n ** 168n} 340)))
(assert (bvult (_ bv1 340) b))
(assert (bvult b (_ bv${2n ** 168n} 340)))
(assert (= (bvmul a b) (_ bv${RSA_100} 340)))
(check-sat)`;

let count = 0;
function written(queries: readonly Query[]): string {
  const folder = join(parent, String(count++));
  writeQueries(folder, queries);
  return folder;
}
const script = (folder: string, seconds = 60): { status: number | null; lines: string[] } => {
  const { status, stdout } = spawnSync('sh', ['test/proof/cross-check.sh', folder, String(seconds)], {
    encoding: 'utf8',
  });
  return { status, lines: stdout.trim().split('\n') };
};

const good: readonly Query[] = [
  { name: 'L1-a', script: UNSAT, expected: 'unsat' },
  { name: 'L2-b', script: SAT, expected: 'sat' },
];
const wrong: Query = { name: 'L3-wrong', script: `${SAT}; wrong`, expected: 'unsat' };
const broken: Query = { name: 'L4-broken', script: '(assert (> y 3))', expected: 'unsat' };
const hard: Query = { name: 'L5-hard', script: HARD, expected: 'sat' };

describe('a second opinion', () => {
  itWith(['cvc5', 'z3'], 'REQ-INT-003: both solvers agree on right verdicts', async () => {
    const seen: string[] = [];
    const opinions = await crossCheck(written(good), {
      onProgress: ({ solver, done, total }) => seen.push(`${solver} ${done}/${total}`),
    });
    expect(opinions).toEqual(
      ['cvc5', 'z3'].map((solver) => ({
        solver,
        version: expect.stringMatching(/^\d+\.\d+/),
        queries: 2,
        agreed: 2,
        seconds: expect.any(Number),
        differing: [],
      })),
    );
    expect(seen).toEqual(['cvc5 1/2', 'cvc5 2/2', 'z3 1/2', 'z3 2/2']);
  });

  itWith(['cvc5', 'z3'], 'REQ-INT-003: another verdict and an error are each listed', async () => {
    for (const { agreed, differing } of await crossCheck(written([...good, wrong, broken]))) {
      expect(agreed).toBe(2);
      expect(differing).toHaveLength(2);
      expect(differing[0]).toMatch(/^L3\/L3-wrong\.smt2: .*sat.*, expected unsat$/);
      expect(differing[1]).toMatch(/^L4\/L4-broken\.smt2: .*error.*, expected unsat$/);
    }
  });

  itWith(['cvc5'], 'REQ-INT-003: a query beyond its time is listed', async () => {
    const [opinion] = await crossCheck(written([hard]), { solvers: ['cvc5'], timeoutMs: 300 });
    expect(opinion.differing).toEqual(['L5/L5-hard.smt2: no answer within 300 ms, expected sat']);
  });

  itWith(['cvc5', 'z3'], 'REQ-INT-003: the shell script counts alike and fails on any difference', () => {
    expect(script(written(good))).toEqual({
      status: 0,
      lines: ['cvc5: 2 of 2 queries as expected', 'z3: 2 of 2 queries as expected'],
    });
    const { status, lines } = script(written([...good, wrong]));
    expect(status).toBe(1);
    expect(lines.filter((line) => line.endsWith('2 of 3 queries as expected'))).toHaveLength(2);
    const late = script(written([hard]), 1);
    expect(late.status).toBe(1);
    expect(late.lines.filter((line) => line.includes('no answer within 1 s'))).toHaveLength(2);
  });

  it('REQ-INT-003: a missing solver is one line with its package', async () => {
    const folder = written(good);
    vi.stubEnv('PATH', parent);
    const failed = crossCheck(folder, { solvers: ['cvc5'] });
    await expect(failed).rejects.toThrow(/^cvc5 is not installed: install the Debian package cvc5\.$/);
    vi.unstubAllEnvs();
  });

  itWith(['z3'], 'REQ-INT-003: a folder without queries is no agreement', async () => {
    writeFileSync(join(parent, 'note.txt'), '');
    await expect(crossCheck(join(parent, 'none'), { solvers: ['z3'] })).rejects.toThrow(
      'There are no queries',
    );
    expect(script(join(parent, 'none')).status).toBe(2);
  });
});
