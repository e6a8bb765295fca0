// Whether a mutant's call does what the shipped interlock's does. Ends that are the same by their very terms need nothing; of
// the others every path, word, argument and answer that is shown to be the same is put back into the shipped call's terms, so
// that what is left is what differs.

import { PARITY_WORD, wordName } from '../proof/model/block.ts';
import { type Call, type End, isIntact } from '../proof/model/calls.ts';
import type { Claim } from '../proof/symbolic/execute.ts';
import type { Release } from '../proof/symbolic/state.ts';
import { conjoin, FALSE, isRefuted, TRUE } from '../proof/term/boolean.ts';
import type { Term } from '../proof/term/term.ts';
import type { Equality } from './equality.ts';

/** The same to the board in kind and number, so that what is left to compare are words. */
function doesSame({ effects: x }: End, { effects: y }: End): boolean {
  return (
    x.hasSwitchedOff === y.hasSwitchedOff &&
    x.heartbeats === y.heartbeats &&
    x.released.length === y.released.length
  );
}

/** The words of two ends that do the same to the board, by name: arguments, answer, state. */
function wordsOf(one: End, other: End): (readonly [string, Term, Term])[] {
  const segments = one.effects.released.flatMap(({ args }, r) =>
    args.map((arg, k) => [`argument ${k} of the segment`, arg, other.effects.released[r].args[k]] as const),
  );
  const answer = one.result === null ? [] : [['the answer', one.result, other.result!] as const];
  const state = one.block.map((word, i) => [wordName(i), word, other.block[i]] as const);
  return [...segments, ...answer, ...state];
}

/** The very same terms, path included. What an end costs is no part of it: every binary has a bound of its own. */
function isSameEnd(one: End, other: End): boolean {
  return one.path === other.path && doesSame(one, other) && wordsOf(one, other).every(([, a, b]) => a === b);
}

const isSameClaim = (one: Claim, other: Claim): boolean => one.path === other.path && one.goal === other.goal;

/** What the mutated call claims and the shipped one does not. */
function newClaims(original: Call, mutated: Call): Claim[] {
  return mutated.claims.filter((claim) => !original.claims.some((one) => isSameClaim(one, claim)));
}

/** True where both calls end in the very same terms, in whatever order. */
export function isSameCall(original: Call, mutated: Call): boolean {
  return (
    original.ends.length === mutated.ends.length &&
    newClaims(original, mutated).length === 0 &&
    original.ends.every((end) => mutated.ends.some((twin) => isSameEnd(end, twin)))
  );
}

/** Where words are compared: at the end of a path. */
interface Place {
  readonly equality: Equality;
  readonly path: Term;
}

/** The shipped term where the mutated one is shown to be the same. */
async function put(a: Term, b: Term, { equality, path }: Place): Promise<Term> {
  return (await equality.holds(a, b, [path])) ? a : b;
}
async function putEach(a: readonly Term[], b: readonly Term[], place: Place): Promise<Term[]> {
  const words: Term[] = [];
  for (const [i, word] of a.entries()) words.push(await put(word, b[i], place));
  return words;
}

/** A block: of the same words the parity is the same, and is not compared for itself. */
async function putBlock(a: readonly Term[], b: readonly Term[], place: Place): Promise<Term[]> {
  const words = await putEach(a.slice(0, PARITY_WORD), b.slice(0, PARITY_WORD), place);
  const isSame = words.every((word, i) => word === a[i]);
  const isClosed =
    isSame && (a.every((word, i) => word === b[i]) || (await put(TRUE, isIntact(b), place)) === TRUE);
  return [...words, ...(isClosed ? a : b).slice(PARITY_WORD)];
}

async function putPath(a: Term, b: Term, equality: Equality): Promise<Term> {
  return (await equality.arePathsEqual(a, b)) ? a : b;
}

type Sensed = Release['sensed'];

async function putSensed(one: Sensed, other: Sensed, place: Place): Promise<Sensed> {
  const sensed = new Map<number, Term>();
  for (const [channel, value] of other)
    sensed.set(channel, await put(one.get(channel) ?? value, value, place));
  return sensed;
}

async function putRelease(one: Release, other: Release, equality: Equality): Promise<Release> {
  const path = await putPath(one.path, other.path, equality);
  const place = { equality, path };
  const args = await putEach(one.args, other.args, place);
  const block = await putEach(one.block, other.block, place);
  return { path, args, block, sensed: await putSensed(one.sensed, other.sensed, place) };
}

async function putEnd(one: End, other: End, equality: Equality): Promise<End> {
  if (!doesSame(one, other)) return other;
  const path = await putPath(one.path, other.path, equality);
  const place = { equality, path };
  const block = await putBlock(one.block, other.block, place);
  const result = one.result === null ? null : await put(one.result, other.result!, place);
  const released: Release[] = [];
  for (const [r, release] of one.effects.released.entries())
    released.push(await putRelease(release, other.effects.released[r], equality));
  const sensed = await putSensed(one.effects.sensed, other.effects.sensed, place);
  return { ...other, path, block, result, effects: { ...other.effects, sensed, released } };
}

/** The end of the shipped call that an end of the mutated one most likely is. */
function twinOf(original: Call, mutated: Call, at: number): End | undefined {
  const end = mutated.ends[at];
  if (original.ends.length === mutated.ends.length) return original.ends[at];
  return original.ends.find(({ path }) => path === end.path);
}

/**
 * The mutated call with all that is shown to be the same in the shipped call's terms. What `equality` assumes must hold of
 * every state that the call may meet.
 */
export async function aligned(original: Call, mutated: Call, equality: Equality): Promise<Call> {
  const ends: End[] = [];
  for (const [at, end] of mutated.ends.entries()) {
    const twin = twinOf(original, mutated, at);
    ends.push(twin === undefined ? end : await putEnd(twin, end, equality));
  }
  const claims: Claim[] = [];
  for (const claim of mutated.claims)
    if (!(await equality.holds(claim.goal, TRUE, [claim.path]))) claims.push(claim);
  return { ...mutated, ends, claims: [...claims] };
}

function differingWords(one: End, other: End): string[] {
  if (!doesSame(one, other)) return ['what the board is asked to do'];
  const words = wordsOf(one, other).filter(([, a, b]) => a !== b);
  return words.map(([name]) => name);
}

/** Words that differ where both ends are reached, and that are not shown to be the same there. */
async function differencesWhereBoth(one: End, other: End, equality: Equality): Promise<string[]> {
  if (one.path === other.path) return differingWords(one, other);
  const path = conjoin(one.path, other.path);
  if (path === FALSE || isRefuted(path) || (await equality.isEmpty(path))) return [];
  if (!doesSame(one, other)) return differingWords(one, other);
  return differingWords(one, await putEnd({ ...one, path }, { ...other, path }, equality));
}

/** In what an aligned call is not shown to be the shipped one; empty where it is equivalent. */
export async function differencesOf(original: Call, mutated: Call, equality: Equality): Promise<string[]> {
  const found = newClaims(original, mutated).map(({ what }) => `that it ${what}`);
  for (const other of mutated.ends) {
    // The shipped call's own ends exclude each other: an end with the path of one meets none of the others.
    const own = original.ends.filter((end) => end.path === other.path);
    for (const one of own.length > 0 ? own : original.ends)
      found.push(...(await differencesWhereBoth(one, other, equality)));
  }
  return [...new Set(found)];
}
