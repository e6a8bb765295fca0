// Which calls tell most of what a law speaks of: one in which what the law fears is there. A witness of "after a trip nothing
// passes" should be a request after a trip, and not one on a device that never tripped.

import { SENSE_MAGNET, SENSE_TEMPERATURE_MC } from '../../../firmware/board.ts';
import { State, Status, Trip } from '../../../firmware/status.ts';
import { TEMPERATURE_MC_MAX } from '../limits.ts';
import { wordOf } from '../model/block.ts';
import type { Obligation } from './obligation.ts';
import { isDriving, type Played } from './play.ts';

const stateBefore = ({ play }: Played): State => play.before[wordOf('state')];
const isLatched = (state: State): boolean => state === State.TRIPPED || state === State.LOCKED;
const isAnswered = ({ call, play }: Played, name: RegExp, status: Status): boolean =>
  name.test(call.name) && play.result === status;

interface Telling {
  is(played: Played): boolean;
  /** Words of the obligation that says most. */
  readonly about: RegExp;
}

const TELLING: Readonly<Record<string, Telling>> = {
  L8: {
    is: (played) => played.call.name === 'request' && isLatched(stateBefore(played)),
    about: /a trip stays/,
  },
  L9: {
    is: (played) => isAnswered(played, /^arm$/, Status.OK) && stateBefore(played) === State.DISARMED,
    about: /half-lives/,
  },
  L10: {
    is: ({ call, play }) => call.name === 'request' && play.inputs.senses[SENSE_MAGNET] === 1,
    about: /magnet/,
  },
  L11: {
    is: ({ call, play }) =>
      call.name === 'poll' && play.inputs.senses[SENSE_TEMPERATURE_MC] > TEMPERATURE_MC_MAX,
    about: /temperature/,
  },
  L12: {
    is: ({ play }) => {
      const [before, after] = [play.before, play.after].map((words) => words[wordOf('trip')]);
      return after === Trip.READBACK && before !== after;
    },
    about: /mismatch/,
  },
  L15: {
    is: (played) =>
      isAnswered(played, /^(lower|raise)_limit$/, Status.OK) && stateBefore(played) === State.ARMED,
    about: /moves as it may/,
  },
};

const inRanks = <T>(all: readonly T[], rank: (one: T) => number): T[] =>
  [0, 1, 2].flatMap((wanted) => all.filter((one) => rank(one) === wanted));

/** The calls in the order in which a witness is looked for: what tells most, what drives, and all others. */
export function tellingCalls(law: string, plays: readonly Played[]): Played[] {
  return inRanks(plays, (played) => (TELLING[law]?.is(played) ? 0 : isDriving(played) ? 1 : 2));
}

/** The same of what is asked. */
export function tellingObligations(law: string, obligations: readonly Obligation[]): Obligation[] {
  return inRanks(obligations, ({ name }) => (TELLING[law]?.about.test(name) ? 0 : 1));
}
