// The pool of Z3 processes: right answers with models, and "unknown" with a reason for everything that goes wrong.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SolverPool, startSolver } from './pool.ts';

const LIMIT_MS = 60_000;
/** Of the tests in which the time must run out. */
const SHORT_LIMIT_MS = 400;
/** The product of two primes of 61 and 64 bits: no SAT solver finds them in an hour. */
const PRODUCT = (2n ** 61n - 1n) * (2n ** 64n - 59n);

const HARD = `(set-logic QF_BV)
(declare-const a (_ BitVec 128))
(declare-const b (_ BitVec 128))
(assert (bvult #x00000000000000000000000000000001 a))
(assert (bvult a #x00000000000000010000000000000000))
(assert (bvult #x00000000000000000000000000000001 b))
(assert (bvult b #x00000000000000010000000000000000))
(assert (= (bvmul a b) #x${PRODUCT.toString(16).padStart(32, '0')}))
(check-sat)`;

/** Unsat for odd sums: twice x is even. */
const twice = (sum: number): string =>
  `(set-logic QF_LIA)(declare-const x Int)(assert (= (* 2 x) ${sum}))(check-sat)`;

const runs = (processId: number): boolean => {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
};

describe('the solver', () => {
  let solver: SolverPool;
  beforeAll(async () => {
    solver = await startSolver({ processes: 2, timeoutMs: LIMIT_MS });
  });
  afterAll(() => solver.close());

  it('REQ-INT-003: a satisfiable script comes with the value of every constant', async () => {
    const answer = await solver.solve(`(set-logic ALL)
(declare-const isArmed Bool)(declare-const chargePc Int)(declare-fun level () Real)
(declare-const |state word| (_ BitVec 33))(declare-fun unused () Int)(declare-fun f (Int) Int)
(assert isArmed)(assert (= (+ chargePc 7) (- 9000000000000000000000)))(assert (= (* 6.0 level) (- 4.0)))
(assert (= |state word| (bvnot (_ bv0 33))))(assert (= (f chargePc) 1))(check-sat)`);
    expect(answer).toMatchObject({ verdict: 'sat', reason: '' });
    expect(Object.fromEntries(answer.model)).toEqual({
      isArmed: true,
      chargePc: -9000000000000000000007n,
      level: '-2/3',
      'state word': 2n ** 33n - 1n,
      unused: expect.any(BigInt),
    });
  });

  it('REQ-INT-003: an unsatisfiable script is unsat in integers, reals and words', async () => {
    const scripts = [
      '(set-logic QF_LIA)(declare-const x Int)(assert (< x (* 3 (div x 3))))(check-sat)',
      '(set-logic QF_NIRA)(declare-const r Real)(assert (< (* r r) 0.0))(check-sat)',
      '(set-logic QF_BV)(declare-const w (_ BitVec 32))(assert (bvult #xffffffff w))(check-sat)',
    ];
    for (const script of scripts) {
      expect(await solver.solve(script)).toMatchObject({ verdict: 'unsat', reason: '', model: new Map() });
    }
  });

  it('REQ-INT-003: a script that Z3 cannot read is unknown, even where Z3 says sat of what is left of it', async () => {
    const answer = await solver.solve('(declare-const x Int)(assert (> y 3))(check-sat)');
    expect(answer.verdict).toBe('unknown');
    expect(answer.reason).toContain('unknown constant y');
    expect((await solver.solve('(assert')).verdict).toBe('unknown');
    const silent = await solver.solve('(declare-const x Int)');
    expect(silent).toMatchObject({ verdict: 'unknown', reason: 'Z3 printed ""' });
  });

  it('REQ-INT-003: an equal script is solved once', async () => {
    const script = '(set-logic QF_LIA)(declare-const once Int)(assert (> once 41))(check-sat)';
    const answers = await Promise.all([solver.solve(script), solver.solve(script)]);
    const again = await solver.solve(script);
    expect(answers[0].ms).toBeGreaterThan(0);
    expect([answers[1].ms, again.ms]).toEqual([0, 0]);
    expect(again.model).toEqual(answers[0].model);
  });

  it('REQ-INT-003: 500 quick scripts at once get their own answers', async () => {
    const sums = Array.from({ length: 500 }, (_, index) => index);
    const answers = await Promise.all(sums.map((sum) => solver.solve(twice(sum))));
    const seen = answers.map(({ verdict, model }) => (verdict === 'sat' ? model.get('x') : verdict));
    expect(seen).toEqual(sums.map((sum) => (sum % 2 === 0 ? BigInt(sum / 2) : 'unsat')));
  });
});

describe('the solver in trouble', () => {
  it('REQ-INT-003: a script beyond its time is unknown, and another process takes the next one', async () => {
    const solver = await startSolver({ processes: 1, timeoutMs: SHORT_LIMIT_MS });
    const [before] = solver.processIds();
    const hard = await solver.solve(HARD);
    expect(hard).toMatchObject({ verdict: 'unknown', reason: `no answer within ${SHORT_LIMIT_MS} ms` });
    // Whether it meets so short a limit depends on the machine: what counts is that another process is there to answer.
    await solver.solve(twice(3));
    expect(solver.processIds()).not.toContain(before);
    await solver.close();
  });

  it('REQ-INT-003: a process that dies leaves its script unknown and is started anew', async () => {
    const solver = await startSolver({ processes: 1, timeoutMs: LIMIT_MS });
    const [first] = solver.processIds();
    const hard = solver.solve(HARD);
    const next = solver.solve(twice(4));
    process.kill(first, 'SIGKILL');
    expect(await hard).toMatchObject({ verdict: 'unknown', reason: 'the Z3 process ended (SIGKILL)' });
    expect((await next).model.get('x')).toBe(2n);
    expect(solver.processIds()).not.toContain(first);
    await solver.close();
  });

  it('REQ-INT-003: a script that takes too much memory is unknown, and another process takes the next one', async () => {
    const solver = await startSolver({ processes: 1, timeoutMs: LIMIT_MS, memoryMb: 64 });
    const words = ['a', 'b', 'c'].map((name) => `(declare-const ${name} (_ BitVec 512))`).join('');
    const large = `(set-logic QF_BV)${words}(assert (= (bvmul a b c) (bvudiv c (bvurem a b))))(check-sat)`;
    expect(await solver.solve(large)).toMatchObject({
      verdict: 'unknown',
      reason: 'more than 64 MB of memory',
    });
    expect((await solver.solve(twice(8))).model.get('x')).toBe(4n);
    await solver.close();
  });

  it('REQ-INT-003: closing answers what waits and leaves no process', async () => {
    const solver = await startSolver({ processes: 1, timeoutMs: LIMIT_MS });
    const processIds = solver.processIds();
    expect(processIds.map(runs)).toEqual([true]);
    const pending = [solver.solve(HARD), solver.solve(twice(1))];
    await solver.close();
    const answers = await Promise.all([...pending, solver.solve(twice(2))]);
    expect(answers.map(({ verdict }) => verdict)).toEqual(['unknown', 'unknown', 'unknown']);
    expect(answers[2].reason).toBe('the solver was closed');
    expect(processIds.map(runs)).toEqual([false]);
    expect(solver.processIds()).toEqual([]);
  });

  it('REQ-INT-003: a script that nobody waits for any more ends, and may be asked again', async () => {
    const solver = await startSolver({ processes: 1, timeoutMs: LIMIT_MS });
    const [one, other] = [new AbortController(), new AbortController()];
    const hard = solver.solve(HARD, { signal: one.signal });
    const waiting = solver.solve(twice(1), { signal: other.signal });
    const shared = solver.solve(twice(2), { signal: other.signal });
    const kept = solver.solve(twice(2));
    other.abort();
    expect(await waiting).toMatchObject({ verdict: 'unknown', reason: 'nobody waits for it any more' });
    one.abort();
    expect((await hard).verdict).toBe('unknown');
    // Asked for by someone else as well, it is solved; given up, it is asked anew.
    expect((await kept).model.get('x')).toBe(1n);
    expect((await shared).model.get('x')).toBe(1n);
    expect((await solver.solve(twice(1))).verdict).toBe('unsat');
    expect((await solver.solve(twice(6), { signal: other.signal })).verdict).toBe('unknown');
    await solver.close();
  });

  it('REQ-INT-003: a script that takes more than its effort is unknown, and is solved when it may take more', async () => {
    const solver = await startSolver({ processes: 1, timeoutMs: LIMIT_MS });
    expect((await solver.solve(HARD, { effort: 1000 })).verdict).toBe('unknown');
    expect((await solver.solve(twice(3), { effort: 1 })).verdict).toBe('unknown');
    expect((await solver.solve(twice(3))).verdict).toBe('unsat');
    expect(solver.processIds()).toHaveLength(1);
    await solver.close();
  });

  it('REQ-INT-003: no process at all is refused', async () => {
    await expect(startSolver({ processes: 0 })).rejects.toThrow(RangeError);
  });
});
