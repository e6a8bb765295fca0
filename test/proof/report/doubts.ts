// What speaks for the proofs besides themselves: second solvers, and mutants that the proofs had to find. Where none was
// run the page says so.

import { grouped } from '../../../host/report/format.ts';
import type { MutationResult, ProofResult, SecondOpinion } from '../result.ts';
import { mutationScore, secondsText } from './head.ts';
import { badge, type Html, list, paragraph, section, table, text } from './markup.ts';

export function opinionsSection({ opinions }: ProofResult): Html {
  if (opinions.length === 0) {
    return section(
      'opinions',
      'Second opinions',
      paragraph(
        'Not run: no other solver was asked (`stimgate prove --cross-check` asks cvc5 and z3).',
        'gap',
      ),
    );
  }
  const columns = [
    { head: 'solver', kind: 'id' },
    { head: 'version' },
    { head: 'queries', kind: 'number' },
    { head: 'agreed', kind: 'number' },
    { head: 'time', kind: 'number' },
    { head: 'verdict' },
  ] as const;
  return section(
    'opinions',
    'Second opinions',
    paragraph('The same query files, put to solvers that others have built.'),
    table(
      columns,
      opinions.map((one) => ({ cells: opinionCells(one) })),
      'fit',
    ),
    ...opinions.map(differing),
  );
}

/** The queries that a solver does not confirm, each with what it said. */
function differing({ solver, differing: lines }: SecondOpinion): Html {
  if (lines.length === 0) return '';
  return paragraph(`Not confirmed by ${solver}:`, 'gap') + list('ul', lines, 'steps');
}

function opinionCells(one: SecondOpinion): Html[] {
  const verdict =
    one.agreed === one.queries
      ? badge('agrees', 'good')
      : badge(`${grouped(one.queries - one.agreed)} not confirmed`, 'bad');
  return [
    text(one.solver),
    text(one.version),
    grouped(one.queries),
    grouped(one.agreed),
    secondsText(one.seconds),
    verdict,
  ];
}

const MUTANTS =
  'A mutant is the binary with one change: a comparison, a constant, an operand, a branch, a store or a call. One that is not ' +
  'equivalent must be found; the score leaves equivalent ones out.';

export function mutationSection({ mutation, binary }: ProofResult): Html {
  if (mutation === null) {
    return section('mutants', 'Mutants', paragraph(MUTANTS), paragraph('Not run for this binary.', 'gap'));
  }
  const notes = mutationNotes(mutation, binary.sha256).map((note) => paragraph(note, 'gap'));
  const columns = [
    { head: 'mutants', kind: 'number' },
    { head: 'found by quick runs in V8', kind: 'number' },
    { head: 'found by proofs', kind: 'number' },
    { head: 'equivalent', kind: 'number' },
    { head: 'listed', kind: 'number' },
    { head: 'of them not decided', kind: 'number' },
    { head: 'score', kind: 'number' },
    { head: 'time', kind: 'number' },
  ] as const;
  const cells = [
    grouped(mutation.mutants),
    grouped(mutation.killedByRuns),
    grouped(mutation.killedByProofs),
    grouped(mutation.equivalent),
    grouped(mutation.listed.length),
    grouped(mutation.undecided),
    mutationScore(mutation),
    secondsText(mutation.seconds),
  ];
  return section(
    'mutants',
    'Mutants',
    paragraph(MUTANTS),
    ...notes,
    table(columns, [{ cells }], 'fit'),
    byKind(mutation),
    listed(mutation),
  );
}

/** What a reader must know before believing the score. */
function mutationNotes(mutation: MutationResult, sha256: string): string[] {
  const { mutants, killedByRuns, killedByProofs, equivalent } = mutation;
  const missing = mutants - killedByRuns - killedByProofs - equivalent - mutation.listed.length;
  return [
    ...(mutation.isComplete ? [] : ['A sample of all mutants only.']),
    ...(mutation.sha256 === sha256 ? [] : [`Of another binary: \`${mutation.sha256}\`.`]),
    ...(missing === 0 ? [] : [`Neither found, equivalent nor listed: ${grouped(missing)}.`]),
  ];
}

function byKind({ byKind: kinds }: MutationResult): Html {
  if (kinds.length === 0) return '';
  const number = (head: string) => ({ head, kind: 'number' }) as const;
  const heads = ['mutants', 'by runs', 'by proofs', 'not decided', 'equivalent'];
  const rows = kinds.map(({ kind, mutants, killedByRuns, killedByProofs, undecided, equivalent }) => ({
    cells: [
      text(kind),
      ...[mutants, killedByRuns, killedByProofs, undecided, equivalent].map((value) => grouped(value)),
    ],
  }));
  return table([{ head: 'kind', kind: 'id' }, ...heads.map(number)], rows, 'fit');
}

function listed(mutation: MutationResult): Html {
  if (mutation.listed.length === 0) return '';
  return (
    paragraph('Listed: neither found nor shown to be equivalent, each with its reason.') +
    table(
      [{ head: 'mutant', kind: 'id' }, { head: 'reason' }],
      mutation.listed.map(({ mutant, reason }) => ({ cells: [text(mutant), text(reason)] })),
    )
  );
}
