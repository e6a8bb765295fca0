// Every broken twin that the prover is tried on: for each law the one that is replayed, all of the interlock's own tests, and those
// that only a proof can see. The proof of each one's law must fail.

import { twins } from '../../property/interlock/twins.ts';
import { lawTwins } from '../replay/twins.ts';
import { bornIntact, handingOutputOn, reachingOutput, startingOnItsOwn } from './patches.ts';
import { edited, type ProofTwin, patched } from './twin.ts';

/** The first line of a piece of source, as far as it helps. */
function opening(source: string): string {
  const [first] = source.split('\n');
  return first.length > 60 ? `${first.slice(0, 60)}…` : first;
}

const replayed: readonly ProofTwin[] = lawTwins.map((twin) => edited(twin.law, twin.title, twin));

/** What the simulated board never does: a read-back that is off by 1 µA, of another electrode, or missing. */
const ON_NO_BOARD = /tolerances >> 16|READBACK_ELECTRODE_SHIFT|READBACK_MISSING_US/;

/**
 * Those of the scenarios that speak of a law, and are not in the list above. An index that nothing bounds leaves the memory
 * before it breaks what is said of limits.
 */
const scenarios: readonly ProofTwin[] = twins
  .filter(({ scenario }) => /^L\d+ /.test(scenario))
  .filter(({ find, replace }) => !lawTwins.some((twin) => twin.find === find && twin.replace === replace))
  .map((twin) => {
    const law = twin.find.includes('<u32>index') ? 'L13' : twin.scenario.split(' ')[0];
    const change =
      twin.replace === ''
        ? `without ${opening(twin.find)}`
        : `${opening(twin.find)} → ${opening(twin.replace)}`;
    return edited(law, change, twin, ON_NO_BOARD.test(twin.find) ? 'solver' : 'run');
  });

const proofsOwn: readonly ProofTwin[] = [
  edited('L3', 'time of one polarity is counted against the time of the other before it', {
    file: 'gate',
    find: 'max(runUs, 0) + durationUs',
    replace: 'runUs + durationUs',
  }),
  edited('L13', 'a division by a count that may be 0', {
    file: 'sensors',
    find: 'abs(levelUa) / profile.READBACK_DIVISOR',
    replace: 'abs(levelUa) / s.get(s.S_MEASURES)',
  }),
  edited(
    'L13',
    'a loop that need not end',
    {
      file: 'index',
      find: 'function recentTrips(): i32 {\n  let trips = 0;',
      replace:
        'function recentTrips(): i32 {\n  let trips = 0;\n  while (s.get(s.S_QUEUE) > trips) trips += 1;',
    },
    'solver',
  ),
  edited(
    'L11',
    'a heartbeat from a call of the stimulator',
    {
      file: 'index',
      find: 'export function status(): i32 {\n  enter();',
      replace: 'export function status(): i32 {\n  enter();\n  hal.heartbeat();',
    },
    'solver',
  ),
  edited(
    'L14',
    'a word beyond the state block is read and written',
    { file: 'state', find: 'export const S_WAIT = 25;', replace: 'export const S_WAIT = 172;' },
    'solver',
  ),
  edited('invariant', 'a boot sets an amplitude limit of 1 µA more than the hard one', {
    file: 'latch',
    find: 's.putLimits(e, profile.AMPLITUDE_UA_MAX, 0);',
    replace: 's.putLimits(e, profile.AMPLITUDE_UA_MAX + 1, 0);',
  }),
  edited(
    'lemmas',
    'a recharge is credited with more than the exponential',
    { file: 'gate', find: 'creditShare(durationUs)', replace: 'creditShare(durationUs) * 2' },
    'solver',
  ),
  patched('base', 'a start function runs before the first call', 'interlock', startingOnItsOwn),
  patched('base', 'the state block is intact before the first call', 'interlock', bornIntact),
  patched('segregation', 'the stimulator is linked to the output', 'stimulator', reachingOutput),
  patched('segregation', 'the interlock hands the output on', 'interlock', handingOutputOn),
];

export const proofTwins: readonly ProofTwin[] = [...replayed, ...scenarios, ...proofsOwn];

/** One for each law: the first in the table. */
export function firstOfEach(): ProofTwin[] {
  return proofTwins.filter(({ law }, i) => proofTwins.findIndex((twin) => twin.law === law) === i);
}
