// Which column each contact is in, for the kinds of pulses that a capture shows to be those that a therapy asks for.

import { ELECTRODES } from './capture.ts';
import type { Terms } from './options.ts';
import { distance, isRearranged, type Pattern, sharesByElectrode } from './patterns.ts';

/** A column may be off a contact's share by so much: gain and noise. What is left is for the judge. */
const SHARE_ERROR_MAX = 0.1;

/** For each electrode the one in whose column its current is. */
export type Places = readonly number[];

export const IN_PLACE: Places = Array.from({ length: ELECTRODES }, (_, e) => e);

/** Places that make the kinds of pulses seen those that are asked for, or those with opposite signs: each once. */
export function placesOf(
  asked: readonly Pattern[],
  seen: readonly Pattern[],
  terms: Terms,
  alike: number,
): Places[] {
  const slack = terms.hasLevels ? SHARE_ERROR_MAX : 0;
  const found = new Map<string, Places>();
  for (const sign of [1, -1]) {
    const kinds = seen.map(({ shares, widthNs }) => ({
      shares: shares.map((share) => sign * share),
      widthNs,
    }));
    for (const paired of pairings(asked, kinds, (one, other) => isRearranged(one, other, terms, slack))) {
      const places = matched(sharesByElectrode(asked), sharesByElectrode(paired), slack, alike);
      if (places?.some((column, contact) => column !== contact)) found.set(places.join(), places);
    }
  }
  return [...found.values()];
}

/** Every way to give each pattern that is asked for a kind of its own. */
function* pairings(
  asked: readonly Pattern[],
  kinds: readonly Pattern[],
  isFit: (one: Pattern, other: Pattern) => boolean,
): Iterable<Pattern[]> {
  const [first, ...rest] = asked;
  if (first === undefined) {
    yield [];
    return;
  }
  for (const kind of kinds.filter((one) => isFit(first, one))) {
    const others = kinds.filter((one) => one !== kind);
    for (const more of pairings(rest, others, isFit)) yield [kind, ...more];
  }
}

/** For each contact the column that carries what is nearest to its own, itself where that is as near; null where none is near. */
function matched(
  contacts: readonly number[][],
  columns: readonly number[][],
  slack: number,
  alike: number,
): Places | null {
  const pairs = IN_PLACE.flatMap((contact) =>
    IN_PLACE.map((column) => {
      const error = distance(contacts[contact], columns[column]);
      return { contact, column, error, rank: column === contact ? error - alike : error };
    }),
  ).sort((a, b) => a.rank - b.rank || Number(a.column !== a.contact) - Number(b.column !== b.contact));
  const places: number[] = [];
  const taken = new Set<number>();
  for (const { contact, column, error } of pairs) {
    if (places[contact] !== undefined || taken.has(column)) continue;
    if (error > slack) return null;
    places[contact] = column;
    taken.add(column);
  }
  return places;
}
