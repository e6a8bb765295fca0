// The head of the page: what it is, what it stands for, and the sum of the verdicts. A run that left something out is told
// of as such; it may never look like a whole one.

import { grouped, short } from '../../../host/report/format.ts';
import { NOTICE } from '../../../host/report/record.ts';
import { element, escapeText } from '../../../host/report/svg.ts';
import type { MutationResult, ProofResult } from '../result.ts';
import { type Html, paragraph, section, table, text } from './markup.ts';
import { LAW_IDS, onlyLawOf, standingOf } from './trace.ts';

const WHAT =
  'Which laws the shipped interlock of a spinal cord stimulator keeps for every reachable state, sequence of calls, argument, ' +
  'clock and sensor reading; what that rests on; and what is not shown.';

/** A share in percent, rounded down: 100 % is said only where nothing is missing. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '–';
  return `${short(Math.floor((part / whole) * 1000) / 10, 1)} %`;
}

export function secondsText(seconds: number): string {
  return seconds < 120 ? `${short(seconds, 1)} s` : `${short(seconds / 60, 1)} min`;
}

/** Found mutants of those that were not equivalent. */
export function mutationScore(mutation: MutationResult): string {
  const killed = mutation.killedByRuns + mutation.killedByProofs;
  return percent(killed, mutation.mutants - mutation.equivalent);
}

const WHAT_OF_ONE =
  'Whether the shipped interlock of a spinal cord stimulator keeps one law for every reachable state, sequence of calls, argument, ' +
  'clock and sensor reading, and what that rests on. Hazards, single faults and mutants are on the page of a whole run.';

export function headOf(result: ProofResult): Html {
  const only = onlyLawOf(result);
  const title = only === null ? 'the interlock’s laws' : `law ${only.id}`;
  return (
    element('h1', {}, escapeText(`Stimgate: ${title} over the shipped binary`)) +
    paragraph(only === null ? WHAT : WHAT_OF_ONE) +
    paragraph(`${NOTICE} Nothing here has been certified, and no tool used here is qualified.`, 'notice') +
    verdictSentence(result) +
    tally(result)
  );
}

const VERDICTS = { failed: 'it does not hold', undecided: 'it is undecided' } as const;

function verdictSentence(result: ProofResult): Html {
  const only = onlyLawOf(result);
  if (only !== null) {
    const { id, verdict } = only;
    const others = `The other ${LAW_IDS.length - 1} were not part of this run.`;
    const said = verdict === 'proven' ? 'it is proven under the assumptions below' : VERDICTS[verdict];
    const words = `Only ${id} was asked for: ${said}. ${others}`;
    return element('p', { class: verdict === 'proven' ? 'good' : 'bad' }, escapeText(words));
  }
  const standings = LAW_IDS.map((id) => [id, standingOf(result, id)] as const);
  const named = (wanted: string) => standings.filter(([, standing]) => standing === wanted).map(([id]) => id);
  const parts = (['failed', 'undecided', 'not run'] as const)
    .map((wanted) => [wanted, named(wanted)] as const)
    .filter(([, ids]) => ids.length > 0)
    .map(([wanted, ids]) => `${ids.join(', ')} ${wanted}`);
  if (parts.length === 0)
    return element('p', { class: 'good' }, 'All laws, the base case and segregation are proven.');
  return element('p', { class: 'bad' }, escapeText(`Not everything is proven: ${parts.join('; ')}.`));
}

function tile(value: string, name: string, tone: 'good' | 'bad' | 'none' | '' = ''): Html {
  return element(
    'div',
    { class: tone === '' ? undefined : tone },
    element('b', {}, text(value)),
    element('span', {}, text(name)),
  );
}

function tally(result: ProofResult): Html {
  const sum = (of: (law: ProofResult['laws'][number]) => number) =>
    grouped(result.laws.reduce((total, law) => total + of(law), 0));
  const { mutation, opinions } = result;
  const doubted = opinions.some((one) => one.agreed < one.queries);
  return element(
    'div',
    { class: 'tally' },
    verdictTile(result),
    tile(
      sum((law) => law.obligations),
      'obligations',
    ),
    tile(
      sum((law) => law.queries),
      'queries to the solver',
    ),
    tile(secondsText(result.seconds), 'in all'),
    opinions.length === 0
      ? tile('not run', 'second opinion', 'none')
      : tile(
          doubted ? 'differs' : 'agrees',
          `second opinion: ${opinions.map((one) => one.solver).join(', ')}`,
          doubted ? 'bad' : 'good',
        ),
    onlyLawOf(result) === null ? mutationTile(mutation) : '',
  );
}

function verdictTile(result: ProofResult): Html {
  const only = onlyLawOf(result);
  if (only !== null)
    return tile(only.verdict, `${only.id}, asked for alone`, only.verdict === 'proven' ? 'good' : 'bad');
  const proven = LAW_IDS.filter((id) => standingOf(result, id) === 'proven').length;
  const tone = proven === LAW_IDS.length ? 'good' : 'bad';
  return tile(`${proven} of ${LAW_IDS.length}`, 'laws, base case and segregation proven', tone);
}

function mutationTile(mutation: MutationResult | null): Html {
  if (mutation === null) return tile('not run', 'mutants of this binary', 'none');
  const apart = `equivalent ones apart${mutation.isComplete ? '' : ' (a sample)'}`;
  return tile(mutationScore(mutation), `of ${grouped(mutation.mutants)} mutants found, ${apart}`);
}

/** What was proven, by its hash, and with what. */
export function subjectSection(result: ProofResult): Html {
  const { binary, stimulator, solver } = result;
  const hash = (sha256: string) => element('span', { class: 'hash' }, text(sha256));
  const binaries = table(
    [
      { head: 'binary', kind: 'id' },
      { head: 'bytes', kind: 'number' },
      { head: 'SHA-256' },
      { head: 'what the proofs look at' },
    ],
    [
      {
        cells: [
          text(binary.file),
          grouped(binary.bytes),
          hash(binary.sha256),
          text(`all of its ${grouped(binary.instructions)} instructions`),
        ],
      },
      {
        cells: [
          text(stimulator.file),
          grouped(stimulator.bytes),
          hash(stimulator.sha256),
          text('what it imports and exports (segregation)'),
        ],
      },
    ],
  );
  const only = onlyLawOf(result);
  const folder = only === null ? 'proof' : `proof-${only.id}`;
  const means = paragraph(
    `Solver: ${solver.name} ${solver.version}. Every query is written as SMT-LIB 2 in the folder \`${folder}\` beside this page, for a solver of your own. ` +
      'Compare the hash with that of the file on your device: the proofs speak of no other.',
  );
  return section('subject', 'What was proven', binaries, means);
}
