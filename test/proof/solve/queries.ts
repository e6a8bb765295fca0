// Writes the queries of a run for a second solver: one SMT-LIB 2 file for each distinct script, and an index of them all.
// Never removes a file that it did not write itself, and never changes a script: what is solved is what is written.

import { createHash } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Query } from './query.ts';

/** The first line of every file begins with this; files that do not begin with it are left alone. */
const HEADER = '; Stimgate query ';
const INDEX = 'queries.json';
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

export interface IndexEntry {
  /** Below the folder: "L5/L5-request-12.smt2". */
  readonly file: string;
  /** Of the file's bytes. */
  readonly sha256: string;
  readonly expected: 'unsat' | 'sat';
  /** All the queries that ask this very script. */
  readonly names: readonly string[];
}

const MEANING = {
  unsat: 'Expected unsat: the negated obligation has no model, so the obligation holds.',
  sat: 'Expected sat: the assumptions can be met, so what is proven from them is not empty.',
};

const fileText = ({ name, script, expected }: Query): string =>
  `${HEADER}${name}\n; ${MEANING[expected]}\n(set-info :status ${expected})\n${script.trimEnd()}\n`;

/** "L5" of "L5-request-12". */
const lawOf = (name: string): string => name.split('-', 1)[0];

/** The .smt2 files below a folder, sorted, as "L5/L5-request-12.smt2". A folder that is not there has none. */
export function queryFiles(folder: string): readonly string[] {
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (!isFolder) return [];
  const laws = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const files = laws.flatMap(({ name: law }) =>
    readdirSync(join(folder, law)).map((file) => `${law}/${file}`),
  );
  return files.filter((file) => file.endsWith('.smt2')).sort();
}

function clear(folder: string): void {
  const emptied = new Set<string>();
  for (const file of queryFiles(folder)) {
    const path = join(folder, file);
    if (!readFileSync(path, 'latin1').startsWith(HEADER)) continue;
    unlinkSync(path);
    emptied.add(join(folder, file.split('/', 1)[0]));
  }
  for (const law of emptied) if (readdirSync(law).length === 0) rmdirSync(law);
}

/** One entry for each distinct question, under the name that asked it first. */
function distinct(queries: readonly Query[]): ReadonlyMap<string, { first: Query; names: string[] }> {
  const found = new Map<string, { first: Query; names: string[] }>();
  const names = new Set<string>();
  for (const query of queries) {
    if (!NAME.test(query.name)) throw new RangeError(`"${query.name}" is no name for a query file.`);
    if (names.has(query.name)) throw new RangeError(`Two queries are named "${query.name}".`);
    names.add(query.name);
    const key = `${query.expected} ${query.script}`;
    const same = found.get(key);
    if (same === undefined) found.set(key, { first: query, names: [query.name] });
    else same.names.push(query.name);
  }
  return found;
}

/** Pre: the names are distinct and fit for files. Post: the folder holds exactly these queries, and what others put there. */
export function writeQueries(folder: string, queries: readonly Query[]): void {
  const questions = distinct(queries);
  clear(folder);
  mkdirSync(folder, { recursive: true });
  const laws = new Set([...questions.values()].map(({ first }) => lawOf(first.name)));
  for (const law of laws) mkdirSync(join(folder, law), { recursive: true });
  const index: IndexEntry[] = [];
  for (const { first, names } of questions.values()) {
    const text = fileText(first);
    const file = `${lawOf(first.name)}/${first.name}.smt2`;
    writeFileSync(join(folder, file), text);
    const sha256 = createHash('sha256').update(text).digest('hex');
    index.push({ file, sha256, expected: first.expected, names });
  }
  writeFileSync(join(folder, INDEX), `${JSON.stringify(index, null, 1)}\n`);
}
