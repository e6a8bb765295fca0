// The tables of hazards: that what they refer to exists, that a gap is found wherever there is one, and that both ways
// say the same.

import { describe, expect, it } from 'vitest';
import type { ProofResult } from '../result.ts';
import type { Hazard } from './hazard.ts';
import { HAZARDS } from './hazards.ts';
import { proofPage } from './page.ts';
import { parseRequirements, parseTitles } from './requirements.ts';
import { SINGLE_FAULTS } from './single-faults.ts';
import { readSources } from './sources.ts';
import { LAW_IDS, traceOf } from './trace.ts';

const SOURCES = readSources();
const KNOWN = new Set(SOURCES.requirements.map(({ id }) => id));
const FAULTS = SINGLE_FAULTS.flatMap(({ faults }) => faults);

const hazard = (requirements: readonly string[], laws: readonly string[] = []): Hazard => ({
  id: 'HAZ-99',
  hazard: 'made up',
  situation: '',
  harm: '',
  requirements,
  laws,
  gap: '',
});

const NOTHING: ProofResult = {
  binary: { file: '', bytes: 0, sha256: '', instructions: 0 },
  stimulator: { file: '', bytes: 0, sha256: '' },
  solver: { name: '', version: '' },
  laws: [],
  bounds: [],
  seconds: 0,
  opinions: [],
  mutation: null,
};

describe('the lists', () => {
  it('REQ-INT-003: every hazard and single fault names requirements and laws that exist', () => {
    for (const one of [...HAZARDS, ...FAULTS]) {
      expect(one.requirements.filter((id) => !KNOWN.has(id))).toEqual([]);
      expect(one.laws.filter((id) => !LAW_IDS.includes(id))).toEqual([]);
    }
  });

  it('REQ-INT-003: hazards have numbers of their own, and none is without measures and a word on it', () => {
    const ids = HAZARDS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^HAZ-\d\d$/.test(id))).toEqual([]);
    expect(HAZARDS.filter((one) => one.requirements.length === 0 && one.gap === '')).toEqual([]);
  });

  it('REQ-INT-003: a single fault says what catches it and how fast, and always what is left', () => {
    expect(FAULTS.filter((one) => (one.caughtBy === '') !== (one.within === ''))).toEqual([]);
    expect(FAULTS.filter((one) => one.left === '')).toEqual([]);
  });
});

describe('the links', () => {
  // Put together, so that no list of what is required or tested takes them for real.
  const madeUp = (number: number) => ['REQ', 'AAA', `00${number}`].join('-');
  const rows = [`| ${madeUp(1)} | shall | L1 | x |`, `| ${madeUp(2)} | shall too | L1 | x |`];
  const requirements = parseRequirements(`${rows.join('\n')}\n`);
  const id = madeUp(1);
  const tests = parseTitles('made-up.test.ts', `it('${id}: does \${it}', () => {})`);

  it('REQ-INT-003: requirements and titles are read from their texts', () => {
    expect(requirements.map((one) => one.sentence)).toEqual(['shall', 'shall too']);
    expect(tests).toEqual([{ file: 'made-up.test.ts', requirements: [id], text: 'does …' }]);
    expect(parseTitles('a.ts', `// ${id}: a comment\nconst text = 'of ${id}: no title';`)).toEqual([]);
  });

  it('REQ-INT-003: a hazard without measure, with an unknown one, an untested one or an open law has a gap', () => {
    const gaps = (one: Hazard) => traceOf(NOTHING, [one], { requirements, tests }).hazards[0].gaps;
    expect(gaps(hazard([]))).toEqual(['no risk control measure in the firmware']);
    expect(gaps(hazard([madeUp(9)]))).toEqual([`${madeUp(9)} is not a requirement`]);
    expect(gaps(hazard([madeUp(2)]))).toEqual([`${madeUp(2)} has no test`]);
    expect(gaps(hazard([id], ['L4']))).toEqual(['L4 not run']);
    expect(gaps(hazard([id]))).toEqual([]);
  });

  it('REQ-INT-003: a requirement without hazard or test has a gap, and the way back names its hazards', () => {
    const trace = traceOf(NOTHING, [hazard([id])], { requirements, tests }).requirements;
    expect(trace.map((one) => one.gaps)).toEqual([[], ['no hazard', 'no test']]);
    expect(trace.map((one) => one.hazards)).toEqual([['HAZ-99'], []]);
  });

  it('REQ-INT-003: without the sources of the tests nothing is said of them', () => {
    const trace = traceOf(NOTHING, [hazard([id])], { requirements, tests: [] });
    expect(trace.hasTests).toBe(false);
    expect(trace.requirements.map((one) => one.gaps)).toEqual([[], ['no hazard']]);
    expect(proofPage(NOTHING, { ...SOURCES, tests: [] })).toContain(
      'The sources of the tests were not at hand',
    );
  });

  it('REQ-INT-003: gaps of the real lists are shown on the page', () => {
    const page = proofPage(NOTHING, SOURCES);
    const open = HAZARDS.filter((one) => one.requirements.length === 0);
    expect(open.length).toBeGreaterThan(0);
    for (const one of open) {
      expect(page).toContain(`${one.id} ${one.hazard}: no risk control measure in the firmware`);
    }
    const more = { ...SOURCES, requirements: [...SOURCES.requirements, ...requirements] };
    expect(proofPage(NOTHING, more)).toContain(`${id}: no hazard, no test`);
  });
});
