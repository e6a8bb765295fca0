// L1: no level above the hard limit or the electrode's set limit.

import { atRelease } from '../check/obligation.ts';
import { AMPLITUDE_UA_MAX } from '../limits.ts';
import { electrodeName, view } from '../model/block.ts';
import { segmentOf } from '../model/segment.ts';
import { and } from '../term/boolean.ts';
import * as n from '../term/number.ts';
import { type Law, releases } from './law.ts';

export const amplitude: Law = {
  id: 'L1',
  title: 'Amplitude',
  statement:
    'Every level that is released, on each of the 16 contacts and on the case, is at most 25,500 µA and at most the limit that is set for that electrode.',
  numbers: [
    {
      value: '25,500 µA',
      meaning: 'hard amplitude limit',
      source: 'the widest of the commercial devices',
    },
  ],
  requirements: ['REQ-CUR-001'],
  assumptions: [],
  obligations: (run) =>
    releases(run).flatMap(({ call, end, release }) => {
      const { electrodes } = view(call.before);
      return segmentOf(release).levels.map((level, i) => {
        const most = n.least(n.int(AMPLITUDE_UA_MAX), n.signed(electrodes[i].limitUa));
        const goal = and(n.le(level, most), n.le(n.minus(most), level));
        return atRelease('L1', call, end, release, `${electrodeName(i)} is within its limits`, goal);
      });
    }),
};
