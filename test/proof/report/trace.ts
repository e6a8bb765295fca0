// Ties hazards, requirements, laws and tests together, both ways, and names every link that is missing. It may never fill a
// gap: what is not in the data is reported as not there.

import type { LawResult, ProofResult, Verdict } from '../result.ts';
import type { Hazard } from './hazard.ts';
import type { Requirement, TestTitle } from './requirements.ts';
import type { Sources } from './sources.ts';

/** Every law that a full run gives, in the order of the page. */
export const LAW_IDS: readonly string[] = [
  ...Array.from({ length: 16 }, (_, index) => `L${index + 1}`),
  'base',
  'segregation',
];

export type Standing = Verdict | 'not run';

/** How a law stands in a run: a law that was not part of it is not run. */
export function standingOf(result: ProofResult, law: string): Standing {
  return result.laws.find(({ id }) => id === law)?.verdict ?? 'not run';
}

/** The law of a run that was asked for one law alone; null where a run gives more, as every whole one does. */
export function onlyLawOf({ laws }: ProofResult): LawResult | null {
  return laws.length === 1 ? laws[0] : null;
}

export interface HazardTrace {
  readonly hazard: Hazard;
  /** Tests of any of its requirements. */
  readonly tests: number;
  /** Missing links, a line each. */
  readonly gaps: readonly string[];
}

export interface RequirementTrace {
  readonly requirement: Requirement;
  readonly hazards: readonly string[];
  readonly laws: readonly string[];
  readonly tests: readonly TestTitle[];
  readonly gaps: readonly string[];
}

export interface Trace {
  readonly hazards: readonly HazardTrace[];
  readonly requirements: readonly RequirementTrace[];
  /** False where the sources of the tests are not at hand: then nothing is said of them. */
  readonly hasTests: boolean;
}

export function traceOf(result: ProofResult, hazards: readonly Hazard[], sources: Sources): Trace {
  const hasTests = sources.tests.length > 0;
  const requirements = sources.requirements.map((one) =>
    traceRequirement(one, result, hazards, sources, hasTests),
  );
  const byId = new Map(requirements.map((one) => [one.requirement.id, one]));
  return {
    hasTests,
    requirements,
    hazards: hazards.map((hazard) => traceHazard(hazard, result, byId, hasTests)),
  };
}

function traceRequirement(
  requirement: Requirement,
  result: ProofResult,
  hazards: readonly Hazard[],
  sources: Sources,
  hasTests: boolean,
): RequirementTrace {
  const { id } = requirement;
  const from = hazards.filter((hazard) => hazard.requirements.includes(id)).map((hazard) => hazard.id);
  const laws = result.laws.filter((law) => law.requirements.includes(id)).map((law) => law.id);
  const tests = sources.tests.filter((test) => test.requirements.includes(id));
  const gaps = [
    ...(from.length === 0 ? ['no hazard'] : []),
    ...(hasTests && tests.length === 0 ? ['no test'] : []),
  ];
  return { requirement, hazards: from, laws, tests, gaps };
}

function traceHazard(
  hazard: Hazard,
  result: ProofResult,
  byId: ReadonlyMap<string, RequirementTrace>,
  hasTests: boolean,
): HazardTrace {
  const known = hazard.requirements.flatMap((id) => byId.get(id) ?? []);
  const tests = new Set(known.flatMap((one) => one.tests)).size;
  const gaps = [
    ...(hazard.requirements.length === 0 ? ['no risk control measure in the firmware'] : []),
    ...hazard.requirements.filter((id) => !byId.has(id)).map((id) => `${id} is not a requirement`),
    ...(hasTests ? known.filter((one) => one.tests.length === 0) : []).map(
      (one) => `${one.requirement.id} has no test`,
    ),
    ...hazard.laws
      .map((law) => [law, standingOf(result, law)] as const)
      .filter(([, standing]) => standing !== 'proven')
      .map(([law, standing]) => `${law} ${standing}`),
  ];
  return { hazard, tests, gaps };
}
