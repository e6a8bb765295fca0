// The scheduler: which area is next, its onset, its levels and the segments that are asked for. Both fill the queue of the
// same seeded programs; the interlock is a stand-in.

import { Message } from '../../../../firmware/wire.ts';
import type { AreaSettings, ElectrodeName } from '../../../../host/therapy/therapy.ts';
import { RandomStream } from '../../../../sim/index.ts';
import type { PicoImage } from '../../../../sim/machine/pico/index.ts';
import { type Pair, share, sum } from './agree.ts';
import { Session } from './session.ts';

const PROGRAMS = 12;
const AGREED_TURNS = 150;
const MEASURED_TURNS = 300;

/** An area that validation accepts beside three of its like. */
function randomArea(random: RandomStream, number: number): AreaSettings {
  const [minus, plus] = [2 * number, 2 * number + 1].map((contact) => `E${contact + 1}` as ElectrodeName);
  const recharges: AreaSettings['recharge'][] = ['symmetric', 'passive', { asymmetric: 2 }];
  return {
    electrodes: { [minus]: -1000, [plus]: 600, E16: 400 },
    amplitudeUa: 200 + 10 * random.below(30),
    phaseUs: 30 + random.below(70),
    interphaseGapUs: random.chance(500_000) ? 0 : 10 + random.below(40),
    recharge: recharges[random.below(recharges.length)],
    rateHz: 2 + random.below(60),
    rampUpMs: random.below(300),
    rampDownMs: random.below(300),
    cycle: random.chance(300_000) ? { onMs: 400, offMs: 100 } : undefined,
  };
}

/** So many turns. Throws where the two differ. */
function run(session: Session, where: string, turns: number): { cycles: Pair; segments: number } {
  const { both } = session;
  const pairs: Pair[] = [];
  let segments = 0;
  for (let turn = 0; turn < turns; turn++) {
    pairs.push(both.poll(`${where}, turn ${turn}`));
    segments += both.last.requests.length;
    both.world.nowUs += Math.max(both.last.wishUs, 1);
  }
  return { cycles: sum(pairs), segments };
}

/** Throws where the two ask for other segments in any of many programs, or tell the host other pulses. */
function agreeOnPrograms(reference: PicoImage): void {
  const random = new RandomStream(2, 'programs');
  for (let n = 0; n < PROGRAMS; n++) {
    const session = new Session(reference);
    session.both.world.isLater = (request) => request % 17 === 16;
    session.start(Array.from({ length: 1 + (n % 4) }, (_, number) => randomArea(random, number)));
    const { segments } = run(session, `program ${n}`, AGREED_TURNS);
    session.both.receive(session.frame(Message.STOP));
    run(session, `program ${n}, stopped`, AGREED_TURNS);
    if (segments < AGREED_TURNS / 10) throw new Error(`program ${n} of the bench was not started`);
  }
}

const FOUR_AREAS: readonly AreaSettings[] = [90, 100, 110, 120].map((rateHz, number) => ({
  electrodes: { [`E${2 * number + 1}`]: -1000, [`E${2 * number + 2}`]: 1000 },
  amplitudeUa: 1000,
  phaseUs: 100,
  interphaseGapUs: 20,
  recharge: 'symmetric',
  rateHz,
}));

/** Cycles a segment that is asked for, all that a turn of the stimulator does included. */
export function compareSchedulers(reference: PicoImage): Pair {
  agreeOnPrograms(reference);
  const session = new Session(reference);
  session.start(FOUR_AREAS);
  run(session, 'four areas', 20);
  const { cycles, segments } = run(session, 'four areas', MEASURED_TURNS);
  return share(cycles, segments);
}
