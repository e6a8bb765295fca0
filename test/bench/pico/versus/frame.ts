// A frame on the line: received byte by byte, judged, answered; and a turn of the stimulator in which nothing happens.

import { Message } from '../../../../firmware/wire.ts';
import { RandomStream } from '../../../../sim/index.ts';
import type { PicoImage } from '../../../../sim/machine/pico/index.ts';
import { minus, type Pair, share } from './agree.ts';
import { Session } from './session.ts';

const FRAMES = 400;
const NOISE_BYTES = 60;
const SOME_US = 1500;

type Kind = (session: Session, random: RandomStream) => Uint8Array;

/** Frames as a line may bring them. */
const KINDS: readonly Kind[] = [
  (session) => session.frame(Message.STATUS),
  (session) => session.frame(Message.INFO),
  // Another session, a sequence that was used, a message that there is not, a length that is wrong.
  (session) => session.frame(Message.STATUS, [], session.session ^ 1, 1),
  (session) => session.frame(Message.INFO, [], session.session, 0),
  (session) => session.frame(60),
  (session) => session.frame(Message.STATUS, [1, 2, 3]),
  (session, random) => {
    const damaged = session.frame(Message.STATUS);
    damaged[random.below(damaged.length - 1)] ^= 1 << random.below(8);
    return damaged;
  },
  (_, random) => Uint8Array.from([...Array.from({ length: random.below(150) }, () => random.below(256)), 0]),
];

/** Hundreds of frames, sound and not: throws where the two differ in a byte that they send. */
function agreeOnFrames(session: Session): void {
  const random = new RandomStream(1, 'frames');
  for (let n = 0; n < FRAMES; n++) {
    const bytes = KINDS[random.below(KINDS.length)](session, random);
    session.both.receive(bytes);
    if (random.chance(100_000)) session.both.receive(bytes);
    session.both.world.nowUs += random.below(SOME_US);
    // Each turn takes 64 bytes at most, and one frame.
    for (let turn = 0; turn < 8; turn++) session.both.poll(`frame ${n}`);
  }
}

export interface FramePairs {
  /** A turn with nothing to do. */
  readonly idle: Pair;
  /** A byte of a frame. */
  readonly byte: Pair;
  /** STATUS, received and answered. */
  readonly status: Pair;
}

export function compareFrames(reference: PicoImage): FramePairs {
  const session = new Session(reference);
  const { both } = session;
  agreeOnFrames(session);
  const idle = both.poll('an idle turn');
  both.receive(session.frame(Message.STATUS));
  const status = minus(both.poll('STATUS'), idle);
  both.receive(Uint8Array.from({ length: NOISE_BYTES }, (_, n) => (n === 0 ? NOISE_BYTES : 1 + n)));
  const byte = share(minus(both.poll('bytes of a frame'), idle), NOISE_BYTES);
  return { idle, byte, status };
}
