// The query files: complete, checkable on their own, and no one else's file is touched.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type IndexEntry, queryFiles, writeQueries } from './queries.ts';
import type { Query } from './query.ts';

const query = (name: string, expected: Query['expected'] = 'unsat', script = `(echo "${name}")`): Query => ({
  name,
  script,
  expected,
});

describe('query files', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stimgate-queries-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const text = (file: string): string => readFileSync(join(folder, file), 'utf8');
  const index = (): IndexEntry[] => JSON.parse(text('queries.json'));

  it('REQ-INT-003: a query is one file by its law, with its expected status and its script as it was solved', () => {
    const script = '(set-logic QF_LIA)\n(declare-const x Int)\n(assert (> x x))\n(check-sat)';
    writeQueries(folder, [query('L5-request-12', 'unsat', script), query('base', 'sat')]);
    expect(queryFiles(folder)).toEqual(['L5/L5-request-12.smt2', 'base/base.smt2']);
    const lines = text('L5/L5-request-12.smt2').split('\n');
    expect(lines.slice(0, 2).every((line) => line.startsWith('; '))).toBe(true);
    expect(lines[2]).toBe('(set-info :status unsat)');
    expect(lines.slice(3).join('\n')).toBe(`${script}\n`);
    expect(text('base/base.smt2')).toContain('(set-info :status sat)\n');
  });

  it('REQ-INT-003: the index names every query, and the sums are those of the files', () => {
    writeQueries(folder, [query('L1-a'), query('L2-b', 'sat')]);
    expect(index().map(({ file, expected }) => [file, expected])).toEqual([
      ['L1/L1-a.smt2', 'unsat'],
      ['L2/L2-b.smt2', 'sat'],
    ]);
    for (const { file, sha256 } of index()) {
      expect(
        createHash('sha256')
          .update(readFileSync(join(folder, file)))
          .digest('hex'),
      ).toBe(sha256);
    }
  });

  it('REQ-INT-003: equal scripts are one file that the index gives all names', () => {
    writeQueries(folder, [
      query('L1-a', 'unsat', '(x)'),
      query('L2-b', 'unsat', '(x)'),
      query('L2-c', 'sat', '(x)'),
    ]);
    expect(queryFiles(folder)).toEqual(['L1/L1-a.smt2', 'L2/L2-c.smt2']);
    expect(index().map(({ names }) => names)).toEqual([['L1-a', 'L2-b'], ['L2-c']]);
  });

  it('REQ-INT-003: the last run’s files make way, other files stay', () => {
    writeQueries(folder, [query('L1-old'), query('L3-old')]);
    writeFileSync(join(folder, 'L1', 'mine.smt2'), '(check-sat)\n');
    mkdirSync(join(folder, 'other'));
    writeFileSync(join(folder, 'other', 'L1-old.txt'), '; Stimgate query L1-old\n');
    writeQueries(folder, [query('L2-new')]);
    expect(queryFiles(folder)).toEqual(['L1/mine.smt2', 'L2/L2-new.smt2']);
    expect(existsSync(join(folder, 'L3'))).toBe(false);
    expect(existsSync(join(folder, 'other', 'L1-old.txt'))).toBe(true);
  });

  it('REQ-INT-003: names that are no file names or come twice are refused, and nothing is written', () => {
    expect(() => writeQueries(folder, [query('../L1-a')])).toThrow('no name for a query file');
    expect(() => writeQueries(folder, [query('L1-a'), query('L1-a', 'sat')])).toThrow('Two queries');
    expect(existsSync(join(folder, 'queries.json'))).toBe(false);
  });
});
