// `stimgate prove`: the proofs of the interlock's laws over the binaries that ship. The prover is loaded when it is asked for, so
// that no other command pays for it; here is only what the user sees of it.

import { join } from 'node:path';
import type { Command } from 'commander';
import type { ProofFiles, ProofProgress } from '../../test/proof/prove.ts';
import type { LawResult, ProofResult, SecondOpinion } from '../../test/proof/result.ts';
import { counted, grouped, short } from '../report/format.ts';
import { packagePath } from '../therapy/package-files.ts';
import { Exit, UsageError } from './exit.ts';
import { requireWritable } from './outputs.ts';
import { Progress, paintFor, say, sayJson, shownPath } from './terminal.ts';

interface ProveOptions {
  readonly law?: string;
  readonly interlock?: string;
  readonly stimulator?: string;
  readonly out: string;
  readonly report: boolean;
  readonly crossCheck?: boolean;
  readonly json?: boolean;
}

type Prover = typeof import('../../test/proof/prove.ts');
type Opinions = typeof import('../../test/proof/second-opinions.ts');

/** What is not decided of a law: no more lines than this. */
const UNDECIDED_SHOWN = 12;

export function addProve(program: Command): void {
  program
    .command('prove')
    .description("prove the interlock's laws over the binary; report and queries go to out/")
    .option('--law <name>', 'one law alone, such as L4: the invariant is then assumed')
    .option('--interlock <file>', 'another interlock than build/interlock.wasm')
    .option('--stimulator <file>', 'another stimulator than build/stimulator.wasm')
    .option('--out <folder>', 'where the report and the queries go', 'out')
    .option('--no-report', 'write no files')
    .option(
      '--cross-check',
      'put every query to cvc5 and z3 as well; a query that one does not confirm fails',
    )
    .option('--json', 'print one JSON document')
    .action(async (options: ProveOptions) => {
      process.exitCode = await prove(options);
    });
}

/** The prover with its solver: parts of a development install. */
async function loadProver(): Promise<Prover> {
  return import('../../test/proof/prove.ts');
}

async function prove(options: ProveOptions): Promise<Exit> {
  const prover = await loadProver();
  const law = lawNamed(options.law, prover.LAW_NAMES);
  const opinions = options.crossCheck ? await loadOpinions(options) : null;
  requireNames(options);
  const files = options.report ? prover.filesOf(options.out, law) : null;
  if (files !== null) requireRoom(files);
  const progress = new Progress(options.json);
  const show = (text: string): void => progress.update(text);
  const work = async (): Promise<ProofResult> => {
    const proven = await prover.prove(
      {
        interlock: options.interlock ?? packagePath('build/interlock.wasm'),
        stimulator: options.stimulator ?? packagePath('build/stimulator.wasm'),
        law,
        out: options.report ? options.out : null,
      },
      (at) => show(progressText(at)),
    );
    if (opinions === null || files === null) return proven;
    return opinions.withSecondOpinions(proven, files, ({ solver, done, total }) =>
      show(bar('asking', done, total, `queries  ${solver}`)),
    );
  };
  const result = await running(prover, work).finally(() => progress.clear());
  if (options.json) sayJson(result);
  else tell(result, files, law);
  const isConfirmed = opinions === null || result.opinions.every(opinions.confirms);
  const isProven = result.laws.every(({ verdict }) => verdict === 'proven');
  return isProven && isConfirmed ? Exit.HOLDS : Exit.FAILED;
}

/** @throws UsageError where a path that is given is empty. */
function requireNames(options: ProveOptions): void {
  for (const name of ['interlock', 'stimulator', 'out'] as const)
    if (options[name]?.trim() === '') throw new UsageError(`--${name}: the path is empty`);
}

/** That the report and the queries can be written, before the long proof. @throws UsageError where they cannot. */
function requireRoom({ report, queries }: ProofFiles): void {
  requireWritable(report);
  requireWritable(join(queries, 'queries.json'));
}

/** The other solvers, before the long proof. @throws UsageError where one is missing, or nothing would be written to ask. */
async function loadOpinions({ report }: ProveOptions): Promise<Opinions> {
  if (!report) throw new UsageError('--cross-check asks of the query files: leave out --no-report');
  const opinions = await import('../../test/proof/second-opinions.ts');
  try {
    opinions.requireOtherSolvers();
  } catch (error) {
    throw error instanceof opinions.MissingSolver ? new UsageError(error.message) : error;
  }
  return opinions;
}

/** A law's id as the laws write it. @throws UsageError with their list. */
function lawNamed(wanted: string | undefined, names: readonly string[]): string | undefined {
  if (wanted === undefined) return undefined;
  const law = names.find((name) => name.toLowerCase() === wanted.trim().toLowerCase());
  if (law !== undefined) return law;
  throw new UsageError(`there is no law "${wanted}"; there are ${names.join(', ')}`);
}

/** A binary that is refused, and a part that is not installed, in one line. */
async function running<T>(prover: Prover, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof prover.RefusedBinary) throw new UsageError(error.message);
    const { code, message } = (error ?? {}) as NodeJS.ErrnoException;
    if (code === 'ERR_MODULE_NOT_FOUND' || /^(Z3 did not start|The solver process)/.test(String(message)))
      throw new UsageError(
        `the prover cannot start: ${String(message).split('\n')[0].replace(/\.$/, '')}; it needs the development install (npm ci && npm run build)`,
      );
    throw error;
  }
}

function progressText({ at, done, known }: ProofProgress): string {
  return known === 0 ? `proving: ${at}` : bar('proving', done, known, `obligations  ${at}`);
}

function bar(what: string, done: number, known: number, rest: string): string {
  const width = 24;
  const full = Math.floor((done / known) * width);
  return `${what}  [${'#'.repeat(full)}${'.'.repeat(width - full)}]  ${grouped(done)} of ${grouped(known)} ${rest}`;
}

const COLUMNS = ['obligations', 'queries', 'solver ms'] as const;

function rowOf(law: LawResult): string[] {
  return [law.obligations, law.queries, law.solverMs].map((value) => grouped(value));
}

function tell(result: ProofResult, files: ProofFiles | null, only: string | undefined): void {
  const paint = paintFor(process.stdout);
  const { laws, binary, solver, seconds } = result;
  const [idWidth, titleWidth] = [
    Math.max(...laws.map(({ id }) => id.length)),
    Math.max(...laws.map(({ title }) => title.length)),
  ];
  const line = (id: string, title: string, verdict: string, cells: readonly string[]): string =>
    `${id.padEnd(idWidth)}  ${title.padEnd(titleWidth)}  ${verdict}  ${cells.map((cell, i) => cell.padStart(COLUMNS[i].length)).join('  ')}`;
  say(`${binary.file}, ${grouped(binary.bytes)} bytes, SHA-256 ${binary.sha256}`);
  say(paint('bold', line('law', '', 'verdict  ', COLUMNS)));
  for (const law of laws) {
    const tone = law.verdict === 'proven' ? 'green' : 'red';
    say(line(law.id, law.title, paint(tone, law.verdict.padEnd(9)), rowOf(law)));
  }
  for (const law of laws) tellTrouble(law);
  if (only?.startsWith('L')) say('Assumes the invariant and the lemmas, which `stimgate prove` shows.');
  const sum = (of: (law: LawResult) => number): string =>
    grouped(laws.reduce((total, law) => total + of(law), 0));
  const proven = laws.filter(({ verdict }) => verdict === 'proven').length;
  say(
    `${proven} of ${laws.length} proven: ${sum((law) => law.obligations)} obligations, ${sum((law) => law.queries)} queries, ${solver.name} ${solver.version}, ${short(seconds, 1)} s.`,
  );
  for (const opinion of result.opinions) tellOpinion(opinion);
  if (files !== null) say(`Report: ${shownPath(files.report)}; queries: ${shownPath(files.queries)}`);
}

/** What another solver said of the queries, with a line for each that it does not confirm. */
function tellOpinion({ solver, version, queries, agreed, seconds, differing }: SecondOpinion): void {
  const tone = agreed === queries ? 'green' : 'red';
  const count = paintFor(process.stdout)(tone, `${grouped(agreed)} of ${grouped(queries)}`);
  say(`${solver} ${version}: ${count} queries as expected, ${short(seconds, 1)} s.`);
  for (const line of differing) say(`  ${solver}: ${line}`);
}

/** What a law that is not proven fails on. */
function tellTrouble({ id, title, counterexample, undecided }: LawResult): void {
  if (undecided.length > 0) say(`${id} ${title}: ${counted(undecided.length, 'thing')} not decided`);
  for (const line of undecided.slice(0, UNDECIDED_SHOWN)) say(`  ${line}`);
  if (undecided.length > UNDECIDED_SHOWN) say(`  … and ${grouped(undecided.length - UNDECIDED_SHOWN)} more`);
  if (counterexample === null) return;
  const { broken, induction, replay, oracle } = counterexample;
  say(`${id} ${title} ${broken}`);
  for (const line of induction) say(`  ${line}`);
  if (replay.length === 0) say('  No sequence of calls from power-on was found that shows it.');
  else say('  From power-on, replayed in the simulator:');
  for (const line of replay) say(`    ${line}`);
  if (oracle !== '') say(`  The oracle: ${oracle}`);
}
