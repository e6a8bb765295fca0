// Draws what the host does during a run: a plain session, live amplitudes, restarts, ESTOP, the magnet, frames that must not
// be taken, a host that falls silent.

import fc from 'fast-check';
import { type CampaignCase, FOREIGN_MESSAGES, type Step } from './case.ts';
import { type Weights, weightOf } from './faults.ts';
import { STREAM_NAMES, type StreamName } from './names.ts';

/** The part of a case that a command stream decides. */
export type Stream = Pick<CampaignCase, 'stream' | 'end' | 'steps'> & {
  /** The therapy is no shorter than this, ms. */
  readonly leastMs: number;
};

/** The host that has fallen silent is waited for so long: 2 s of link loss, and room. */
const SILENCE_MS = 2100;
/** How long a magnet stays: no hand takes it away within a millisecond. */
const MAGNET_MS_MIN = 1;
const MAGNET_MS_MAX = 150;
const STEPS_MAX = 6;

/** Command streams with a weight; `forMs`: the time that the steps are spread over. */
export function drawnStream(weights: Weights<StreamName> | undefined, forMs: number): fc.Arbitrary<Stream> {
  const asked = weights ?? { plain: 1 };
  const names = STREAM_NAMES.filter((name) => (asked[name] ?? 0) > 0);
  const made = streams(forMs);
  return fc.oneof(...names.map((name) => ({ weight: weightOf(asked[name]), arbitrary: made[name] })));
}

function streams(forMs: number): Readonly<Record<StreamName, fc.Arbitrary<Stream>>> {
  const atMs = fc.integer({ min: 0, max: forMs });
  const early = fc.integer({ min: 0, max: Math.ceil(forMs / 3) });
  const constant = (stream: StreamName, end: CampaignCase['end'] = 'stop', leastMs = 0) =>
    fc.constant<Stream>({ stream, end, steps: [], leastMs });
  const withSteps = (stream: StreamName, step: fc.Arbitrary<Step>, most: number) =>
    fc
      .tuple(fc.array(step, { minLength: 1, maxLength: most }), fc.integer({ min: 0, max: 3 }))
      .map(([steps, end]): Stream => ({ stream, end: end === 0 ? 'estop' : 'stop', steps, leastMs: 0 }));
  const amplitude = fc.record({
    kind: fc.constant('amplitude' as const),
    atMs,
    area: fc.nat(3),
    permille: fc.integer({ min: 0, max: 1000 }),
  });
  const restart = fc.record({ kind: fc.constant('restart' as const), atMs: early });
  const magnet = fc.record({
    kind: fc.constant('magnet' as const),
    atMs: early,
    forMs: fc.integer({ min: MAGNET_MS_MIN, max: MAGNET_MS_MAX }),
  });
  return {
    plain: constant('plain'),
    estop: constant('estop', 'estop'),
    impedance: constant('impedance'),
    silence: constant('silence', 'link-loss', SILENCE_MS),
    amplitude: withSteps('amplitude', amplitude, STEPS_MAX),
    restart: withSteps('restart', restart, 2),
    magnet: withSteps('magnet', magnet, 2),
    injection: withSteps('injection', injected(atMs), STEPS_MAX),
  };
}

/** Bytes and frames that a device has no reason to take: each of them undamaged or not, none of them its host's. */
function injected(atMs: fc.Arbitrary<number>): fc.Arbitrary<Step> {
  return fc.oneof(
    fc.record({
      kind: fc.constant('noise' as const),
      atMs,
      bytes: fc.array(fc.nat(255), { minLength: 1, maxLength: 200 }),
    }),
    fc.record({ kind: fc.constant('replay' as const), atMs, back: fc.integer({ min: 1, max: 12 }) }),
    fc.record({
      kind: fc.constant('foreign' as const),
      atMs,
      message: fc.constantFrom(...FOREIGN_MESSAGES),
      salt: fc.integer({ min: 1, max: 0xffff_ffff }),
    }),
  );
}
