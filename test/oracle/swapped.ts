// Whether a capture that does not hold would, had its contacts other places or all its currents been turned round: then the
// leads, the probes or the mapping are wrong and not the stimulator.

import type { Therapy } from '../../host/therapy/therapy.ts';
import { type Capture, ELECTRODES, type Stretch, withStretches } from './capture.ts';
import { electrodeName } from './finding.ts';
import { judge, type Verdict } from './judge.ts';
import { type JudgeOptions, termsOf } from './options.ts';
import {
  alikeOf,
  askedPatterns,
  distance,
  type Pattern,
  seenPatterns,
  sharesByElectrode,
} from './patterns.ts';
import { IN_PLACE, type Places, placesOf } from './places.ts';
import { planTherapy } from './plan.ts';

/** A contact whose current is in the column of another. */
export interface Move {
  /** The electrode that the column is called, or mapped to. */
  readonly column: number;
  /** The electrode that it really is. */
  readonly contact: number;
}

/** What the contacts of a capture look like. */
export interface Swap {
  /** Driven contacts that are in other columns; none where all currents are turned round and no more. */
  readonly moves: readonly Move[];
  /** Whether all currents have the opposite sign. */
  readonly isTurned: boolean;
  /** Groups of contacts, with one that has moved in each, that carry the same: which of them is which is open. */
  readonly alike: readonly (readonly number[])[];
  /** One sentence: what is wrong and what to look at. */
  readonly message: string;
}

/** Stretches that are looked at. */
const STRETCHES_MAX = 3000;
/** The findings that are left of so many are few: the capture may have faults of its own. */
const LEFT_SHARE_MAX = 0.1;
/**
 * The mix-up of contacts that explains a capture's findings; null where none does. `columnName` names the column of an electrode.
 * Throws as `judge` does.
 */
export function findSwap(
  capture: Capture,
  therapy: Therapy,
  options: JudgeOptions = {},
  columnName: (electrode: number) => string = electrodeName,
): Swap | null {
  const part = beginning(capture);
  const { holds, findings, more } = judge(part, therapy, options);
  if (holds) return null;
  const leftMax = (findings.length + more) * LEFT_SHARE_MAX;
  const explains = (places: Places, sign: number) =>
    fits(judge(rearranged(part, places, sign), therapy, options), leftMax);
  const isTurned = explains(IN_PLACE, -1);
  const terms = termsOf(part, options);
  const areas = planTherapy(therapy);
  const asked = askedPatterns(areas, terms);
  const alike = alikeOf(areas, terms);
  const candidates = placesOf(asked, seenPatterns(part, areas, terms), terms, alike);
  const told = (places: Places, turned: boolean): Swap => {
    const { moves, groups } = movesOf(places, asked, alike);
    const what =
      isPair(places) && !turned ? pairText(places, isTurned) : movesText(moves, turned, columnName);
    return { moves, isTurned: turned, alike: groups, message: `${what}${openText(groups)}${CHECK}` };
  };
  const straight = candidates.find((places) => explains(places, 1));
  if (straight !== undefined && (!isTurned || isPair(straight))) return told(straight, false);
  if (isTurned) return { moves: [], isTurned, alike: [], message: TURNED };
  const turned = candidates.find((places) => explains(places, -1));
  return turned === undefined ? null : told(turned, true);
}

const TURNED =
  'all currents look turned round: with opposite signs it fits the therapy; check the probes, and the signs of uaPerVolt';
const CHECK = '; check the leads, the probes and the mapping';

/** Driven contacts that are elsewhere, and groups of contacts that could have changed places with one of them unseen. */
function movesOf(
  places: Places,
  asked: readonly Pattern[],
  slack: number,
): { moves: Move[]; groups: number[][] } {
  const shares = sharesByElectrode(asked);
  const driven = IN_PLACE.filter((e) => shares[e].some((share) => share !== 0));
  const moves = driven
    .filter((contact) => places[contact] !== contact)
    .map((contact) => ({ column: places[contact], contact }));
  const groups = groupsOf(driven, (a, b) => distance(shares[a], shares[b]) <= slack);
  const isOpen = (group: number[]) =>
    group.length > 1 && moves.some(({ contact }) => group.includes(contact));
  return { moves, groups: groups.filter(isOpen) };
}

function openText(groups: readonly (readonly number[])[]): string {
  if (groups.length === 0) return '';
  const told = groups.map((group) => group.map(electrodeName).join(' or ')).join(', ');
  return `; open, as they carry the same: ${told}`;
}

/** Whether two electrodes have changed places and no more. */
function isPair(places: Places): boolean {
  return places.filter((column, contact) => column !== contact).length === 2;
}

function pairText(places: Places, orTurned: boolean): string {
  const pair = IN_PLACE.filter((contact) => places[contact] !== contact).map(electrodeName);
  const either = orTurned ? ', or all currents are turned round' : '';
  return `${listText(pair)} look swapped${either}: with them exchanged it fits the therapy`;
}

function movesText(
  moves: readonly Move[],
  isTurned: boolean,
  columnName: (electrode: number) => string,
): string {
  const told = moves.map(
    ({ column, contact }) => `${columnName(column)} is really ${electrodeName(contact)}`,
  );
  const also = isTurned ? ', and all currents are turned round' : '';
  return `the contacts look mixed up: ${told.join(', ')}${also}: put right, it fits the therapy`;
}

function listText(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function groupsOf(items: readonly number[], isAlike: (a: number, b: number) => boolean): number[][] {
  const groups: number[][] = [];
  for (const item of items) {
    const group = groups.find(([first]) => isAlike(first, item));
    if (group === undefined) groups.push([item]);
    else group.push(item);
  }
  return groups;
}

function beginning(capture: Capture): Capture {
  const kept: Stretch[] = [];
  for (const stretch of capture.stretches()) {
    if (kept.length >= STRETCHES_MAX) break;
    kept.push({ ...stretch, levelsUa: stretch.levelsUa.slice() });
  }
  return withStretches(capture, () => kept);
}

/** Whether few findings are left, and not because what was seen is no longer taken for the therapy's. */
function fits({ findings, more, areas, totals }: Verdict, leftMax: number): boolean {
  const matched = areas.reduce((sum, { pulses }) => sum + pulses, 0);
  return findings.length + more <= leftMax && matched > 0 && matched >= totals.pulses * (1 - LEFT_SHARE_MAX);
}

function rearranged(capture: Capture, places: Places, sign: number): Capture {
  return withStretches(capture, function* () {
    const levelsUa = new Int32Array(ELECTRODES);
    for (const stretch of capture.stretches()) {
      places.forEach((from, e) => {
        levelsUa[e] = sign * stretch.levelsUa[from];
      });
      yield { ...stretch, levelsUa };
    }
  });
}
