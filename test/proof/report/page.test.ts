// The page of proofs over a made-up run: that it shows what the run found, gaps and failures first of all, and that it
// stands on its own.

import { describe, expect, it } from 'vitest';
import { unclosedTag } from '../../unit/report-markup.ts';
import type { LawResult, ProofResult } from '../result.ts';
import { proofPage } from './page.ts';
import { readSources, type Sources } from './sources.ts';
import { LAW_IDS } from './trace.ts';

const SHA256 = '0123456789abcdef'.repeat(4);

function law(id: string, changes: Partial<LawResult> = {}): LawResult {
  return {
    id,
    title: `title of ${id}`,
    statement: `statement of ${id}`,
    numbers: [{ value: '1234 nC', meaning: `number of ${id}`, source: `source of ${id}` }],
    requirements: ['REQ-CHG-001'],
    assumptions: ['a common assumption', `an assumption of ${id}`],
    verdict: 'proven',
    obligations: 3000,
    immediate: 2900,
    queries: 17,
    solverMs: 4200,
    witness: { steps: [`witness of ${id}`], isReplayed: true },
    counterexample: null,
    undecided: [],
    ...changes,
  };
}

function result(changes: Partial<ProofResult> = {}): ProofResult {
  return {
    binary: { file: 'build/interlock.wasm', bytes: 7421, sha256: SHA256, instructions: 2874 },
    stimulator: { file: 'build/stimulator.wasm', bytes: 24_112, sha256: 'fedcba9876543210'.repeat(4) },
    solver: { name: 'z3-solver', version: '5.2.0' },
    laws: LAW_IDS.map((id) => law(id)),
    bounds: [
      { call: 'request', instructions: 9876, isReached: true },
      { call: 'poll', instructions: 4321, isReached: false },
    ],
    seconds: 51.4,
    opinions: [{ solver: 'cvc5', version: '1.0.3', queries: 306, agreed: 306, seconds: 388, differing: [] }],
    mutation: {
      sha256: SHA256,
      mutants: 1000,
      killedByRuns: 700,
      killedByProofs: 190,
      undecided: 0,
      equivalent: 109,
      byKind: [],
      listed: [{ mutant: 'request +312', reason: 'stricter than the law' }],
      seconds: 600,
      isComplete: true,
    },
    ...changes,
  };
}

const SOURCES = readSources();
const pageOf = (changes: Partial<ProofResult> = {}, sources: Sources = SOURCES) =>
  proofPage(result(changes), sources);

/** The text of a section, without its tags. */
function sectionOf(page: string, id: string): string {
  const from = page.indexOf(`<section id="${id}">`);
  return page.slice(from, page.indexOf('</section>', from)).replace(/<[^>]*>/g, ' ');
}

describe('the page', () => {
  it('REQ-INT-003: the page is well formed and loads nothing', () => {
    const page = pageOf();
    expect(unclosedTag(page.replace(/<style>[^<]*<\/style>/, ''))).toBe('');
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|src=/);
    expect(page.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|\/\/[a-z]/);
  });

  it('REQ-INT-003: every link leads to a place on the page', () => {
    for (const page of [pageOf(), pageOf({ laws: [law('L4')] })]) {
      const places = new Set([...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id));
      const targets = [...page.matchAll(/href="([^"]*)"/g)].map(([, target]) => target);
      expect(targets.filter((target) => !places.has(target.slice(1)) || !target.startsWith('#'))).toEqual([]);
    }
  });

  it('REQ-INT-003: the head says what was proven of which binary, and that this is no medical device', () => {
    const page = pageOf();
    expect(page).toContain('a research platform, not a medical device');
    expect(page).toContain('All laws, the base case and segregation are proven.');
    for (const shown of [SHA256, '7,421', '24,112', 'z3-solver 5.2.0', '51.4 s', '54,000', '18 of 18']) {
      expect(page).toContain(shown);
    }
  });

  it('REQ-INT-003: a law has its statement, numbers, assumptions, witness and requirements', () => {
    const laws = sectionOf(pageOf(), 'laws');
    for (const id of LAW_IDS) {
      for (const part of ['title', 'statement', 'number', 'source', 'an assumption', 'witness']) {
        expect(laws).toMatch(new RegExp(`${part} of ${id}\\b`));
      }
    }
    expect(laws.match(/a common assumption/g)?.length).toBe(1);
    expect(laws).toContain('9,876');
    expect(laws).toContain('yes: a run from power-on takes as many');
  });

  it('REQ-INT-003: a law leads to its requirements and to the hazards that it controls', () => {
    const page = pageOf();
    const from = page.indexOf('<article id="L14">');
    const article = page.slice(from, page.indexOf('</article>', from));
    for (const id of ['REQ-CHG-001', 'HAZ-21', 'HAZ-22']) expect(article).toContain(`href="#${id}"`);
    expect(article).not.toContain('HAZ-03');
  });

  it('REQ-INT-003: the page of one law says that it is alone and shows no table of the others', () => {
    const page = pageOf({ laws: [law('L4')] });
    expect(page).toContain('Only L4 was asked for: it is proven under the assumptions below.');
    expect(page).toContain('The other 17 were not part of this run.');
    expect(page).toContain('<code>proof-L4</code>');
    expect(page).not.toMatch(/All laws|HAZ-|id="(hazards|requirements|mutants)"/);
    const failed = pageOf({ laws: [law('L4', { verdict: 'failed' })] });
    expect(failed).toContain('Only L4 was asked for: it does not hold.');
  });

  it('REQ-INT-003: what a run says is text, never markup', () => {
    const evil = '<script>alert(1)</script>`<script>`';
    const laws = [law('L1', { title: evil, statement: evil, undecided: [evil], assumptions: [evil] })];
    const page = pageOf({ laws, solver: { name: evil, version: evil } });
    expect(page).not.toContain('<script');
    expect(page).toContain('&#60;script&#62;');
  });
});

describe('what did not succeed', () => {
  const counterexample = {
    broken: 'E1 spans 2,004,010 pC',
    induction: ['the state before', 'the call'],
    replay: ['boot', 'request 1000 µs, E1 2004 µA'],
    oracle: 'L4 at 65.9 ms',
  };

  it('REQ-INT-003: a failed law shows its counterexample, in the head and among the hazards', () => {
    const laws = LAW_IDS.map((id) => law(id, id === 'L4' ? { verdict: 'failed', counterexample } : {}));
    const page = pageOf({ laws });
    expect(page).toContain('Not everything is proven: L4 failed.');
    expect(page).toContain('17 of 18');
    const shown = sectionOf(page, 'laws');
    for (const line of [counterexample.broken, ...counterexample.induction, ...counterexample.replay]) {
      expect(shown).toContain(line);
    }
    expect(shown).toContain('The oracle said of it: L4 at 65.9 ms');
    expect(sectionOf(page, 'gaps')).toContain('HAZ-03 Too much charge in a phase: L4 failed');
  });

  it('REQ-INT-003: an undecided law and one that was not run are no proofs', () => {
    const undecided = law('L1', { verdict: 'undecided', undecided: ['a query timed out'] });
    const page = pageOf({ laws: [undecided, ...LAW_IDS.slice(2).map((id) => law(id))] });
    expect(page).toContain('Not everything is proven: L1 undecided; L2 not run.');
    expect(sectionOf(page, 'laws')).toContain('a query timed out');
  });

  it('REQ-INT-003: what was not run is said to be so', () => {
    const page = pageOf({ opinions: [], mutation: null, bounds: [] });
    expect(sectionOf(page, 'opinions')).toContain('Not run');
    expect(sectionOf(page, 'mutants')).toContain('Not run for this binary.');
    expect(sectionOf(page, 'laws')).toContain('The bounds of the calls were not part of this run.');
  });

  it('REQ-INT-003: a second solver that does not confirm every query is told of, with the queries', () => {
    const differing = ['L5/L5-a-1.smt2: sat, expected unsat', 'L6/L6-b-2.smt2: unknown, expected unsat'];
    const page = pageOf({
      opinions: [{ solver: 'cvc5', version: '1', queries: 300, agreed: 298, seconds: 1, differing }],
    });
    const shown = sectionOf(page, 'opinions');
    for (const line of ['2 not confirmed', ...differing]) expect(shown).toContain(line);
    expect(page).toContain('<b>differs</b>');
  });

  it('REQ-INT-003: the score of mutants leaves equivalent ones out and hides no survivor', () => {
    expect(sectionOf(pageOf(), 'mutants')).toContain('99.8 %');
    const mutation = { ...result().mutation!, killedByRuns: 699, sha256: 'another', isComplete: false };
    const shown = sectionOf(pageOf({ mutation }), 'mutants');
    expect(shown).toContain('Neither found, equivalent nor listed: 1.');
    expect(shown).toContain('Of another binary');
    expect(shown).toContain('A sample of all mutants only.');
    const all = {
      ...result().mutation!,
      mutants: 100_000,
      killedByRuns: 99_999,
      killedByProofs: 0,
      equivalent: 0,
    };
    expect(sectionOf(pageOf({ mutation: all }), 'mutants')).not.toContain('100 %');
  });
});
