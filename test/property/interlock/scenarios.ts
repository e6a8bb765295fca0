// For every law, callers that try to break it as directly as they can. On the shipped interlock no law breaks; on an
// interlock with that law's check removed, its scenario must find it (twins.test.ts).
import { Bench, CASE, HOLD, MEASURE, RECHARGE, STALE } from './bench.ts';

export type Scenario = (module?: WebAssembly.Module) => Bench;

const pair = (ua: number) => ({ 0: -ua, 1: ua });
/** One contact against four, so that only the one comes near its limits. */
const spread = (ua: number) => ({ 0: ua, 1: -ua / 4, 2: -ua / 4, 3: -ua / 4, 4: -ua / 4 });

/** Keeps asking for one segment after the other while the clock follows, polling as a board does. */
function drive(bench: Bench, rounds: number, ask: (round: number) => number): void {
  for (let round = 0; round < rounds; round++) {
    const durationUs = ask(round);
    bench.wait(durationUs);
    if (round % 4 === 3) bench.poll();
  }
}

/** Asks; waits for as long as the segment lasts only when it was accepted. */
function ask(bench: Bench, durationUs: number, flags: number, levelsUa: Record<number, number> = {}): number {
  return bench.request(durationUs, flags, levelsUa) === 0 ? durationUs : 0;
}

/** A row of recharge segments ahead of the clock, so that a scenario may take its time. */
function cushion(bench: Bench): void {
  for (let i = 0; i < 3; i++) bench.request(5000, RECHARGE);
}

/** Plays a biphasic pulse train on contacts 0 and 1 with everything as it should be. */
function train(bench: Bench, pulses: number, levelUa = 2000): void {
  cushion(bench);
  for (let i = 0; i < pulses; i++) {
    bench.request(200, 0, pair(levelUa));
    bench.request(200, 0, pair(-levelUa));
    bench.request(4600, RECHARGE);
    bench.wait(5000);
    bench.poll();
  }
}

export const scenarios: Record<string, Scenario> = {
  'REQ-CUR-001: L1 amplitude over the hard and the set limit': (module) => {
    const bench = new Bench(module).armed();
    for (const ua of [25_500, 25_501, 25_510, 32_767, -25_501]) ask(bench, 10, 0, pair(ua));
    bench.idle(80_000);
    bench.lowerLimit(0, 3000, 2_004_000);
    bench.arm();
    for (const ua of [3000, 3001, 5000]) ask(bench, 10, 0, pair(ua));
    for (const ua of [3001, -3001]) ask(bench, 10, CASE, { 0: ua });
    return bench;
  },
  'REQ-CUR-001: L1 amplitude of the case': (module) => {
    const bench = new Bench(module).armed();
    ask(bench, 10, CASE, { 2: 12_800, 3: 12_800 });
    ask(bench, 10, CASE, { 2: -20_000, 3: -20_000 });
    return bench;
  },
  'REQ-CUR-002 REQ-CUR-003: L2 unbalanced levels': (module) => {
    const bench = new Bench(module).armed();
    ask(bench, 100, 0, { 0: -1000, 1: 999 });
    ask(bench, 100, 0, { 4: 1 });
    ask(bench, 100, RECHARGE, pair(100));
    ask(bench, 100, HOLD, pair(100));
    ask(bench, 100, RECHARGE | HOLD);
    ask(bench, 100, 0);
    ask(bench, 100, RECHARGE | CASE, { 0: 5 });
    return bench;
  },
  'REQ-TIM-001: L3 durations': (module) => {
    const bench = new Bench(module).armed();
    for (const us of [0, 1, 9, 1001, 5001, -5, 2 ** 31 - 1, -(2 ** 31)]) {
      ask(bench, us, 0, pair(100));
      ask(bench, us, RECHARGE);
      ask(bench, us, HOLD);
    }
    return bench;
  },
  'REQ-TIM-002: L3 one polarity for more than 10 ms': (module) => {
    const bench = new Bench(module).armed();
    drive(bench, 14, () => ask(bench, 1000, 0, pair(20)));
    return bench;
  },
  'REQ-CHG-001: L4 phase charge in one segment and in many': (module) => {
    const bench = new Bench(module).armed();
    ask(bench, 1000, 0, pair(2005));
    drive(bench, 30, () => ask(bench, 100, 0, pair(2000)));
    return bench;
  },
  'REQ-CHG-001: L4 a short gap or a tiny reversal does not restart the count': (module) => {
    const bench = new Bench(module).armed();
    drive(bench, 30, (round) =>
      round % 2 ? ask(bench, 790, RECHARGE) : ask(bench, 500, 0, pair(1000)) || ask(bench, 790, RECHARGE),
    );
    bench.stop();
    bench.idle(70_000);
    bench.arm();
    drive(bench, 40, (round) => ask(bench, round % 2 ? 10 : 500, 0, pair(round % 2 ? -10 : 900)));
    return bench;
  },
  'REQ-CHG-001: L4 raised to the hard limit': (module) => {
    const bench = new Bench(module);
    bench.boot();
    for (const electrode of [0, 1]) {
      for (const pc of [2_998_001, 3_100_000, 2_998_000]) bench.raiseLimit(electrode, 25_500, pc);
    }
    bench.idle(70_000);
    bench.arm();
    drive(bench, 10, () => ask(bench, 150, 0, pair(3000)));
    return bench;
  },
  'REQ-CHG-002: L5 unrecovered charge, one way': (module) => {
    const bench = new Bench(module);
    bench.boot();
    for (const electrode of [0, 1, 16]) bench.raiseLimit(electrode, 25_500, 2_998_000);
    bench.idle(70_000);
    bench.arm();
    for (const ua of [2800, -2800]) {
      drive(bench, 12, (round) =>
        round % 2 ? ask(bench, 800, RECHARGE) : ask(bench, 1000, 0, spread(ua)) || ask(bench, 800, RECHARGE),
      );
      bench.stop();
      bench.idle(70_000);
      bench.arm();
    }
    return bench;
  },
  'REQ-CHG-002: L5 a reversal after a recharge': (module) => {
    const bench = new Bench(module);
    bench.boot();
    for (const electrode of [0, 1]) bench.raiseLimit(electrode, 25_500, 2_998_000);
    bench.idle(70_000);
    bench.arm();
    for (const ua of [2800, -2800]) {
      // Filled up one way, rested for a little, and reversed by nearly twice as much.
      for (const [levelUa, rounds] of [
        [ua, 3],
        [-ua, 8],
      ]) {
        drive(bench, rounds, (round) =>
          round % 2
            ? ask(bench, 900, RECHARGE)
            : ask(bench, 1000, 0, spread(levelUa)) || ask(bench, 900, RECHARGE),
        );
      }
      bench.stop();
      bench.idle(70_000);
      bench.arm();
    }
    return bench;
  },
  'REQ-CHG-002: L5 doubt of fast biphasic pulses': (module) => {
    const bench = new Bench(module).armed();
    drive(bench, 1800, (round) => {
      if (round % 3 === 2) return ask(bench, 20, RECHARGE);
      const ua = round % 3 === 0 ? 7000 : -7000;
      return ask(bench, 30, 0, pair(ua)) || ask(bench, 20, RECHARGE);
    });
    return bench;
  },
  'REQ-CHG-002: L5 doubt of the case': (module) => {
    const bench = new Bench(module).armed();
    drive(bench, 2400, (round) => {
      if (round % 3 === 2) return ask(bench, 15, RECHARGE);
      const ua = round % 3 === 0 ? 3400 : -3400;
      return (
        ask(bench, 50, CASE, { 0: ua, 1: ua, 2: -ua, 3: ua / 2, 4: -ua / 2 }) || ask(bench, 15, RECHARGE)
      );
    });
    return bench;
  },
  'REQ-CHG-003: L5 no credit while held open': (module) => {
    const bench = new Bench(module);
    bench.boot();
    for (const electrode of [0, 1]) bench.raiseLimit(electrode, 25_500, 2_998_000);
    bench.idle(70_000);
    bench.arm();
    drive(bench, 40, (round) => (round % 2 ? ask(bench, 5000, HOLD) : ask(bench, 900, 0, pair(3000))));
    return bench;
  },
  'REQ-CHG-005: L6 a charge that is not recovered': (module) => {
    const bench = new Bench(module).armed();
    ask(bench, 1000, 0, pair(2000));
    bench.wait(1000);
    drive(bench, 40, () => ask(bench, 5000, HOLD));
    return bench;
  },
  'REQ-CHG-004: L7 mean current of a contact': (module) => {
    const bench = new Bench(module).armed();
    drive(bench, 6000, (round) => {
      if (round % 3 === 2) return ask(bench, 200, RECHARGE);
      return ask(bench, 100, 0, pair(round % 3 ? 10_000 : -10_000)) || ask(bench, 200, RECHARGE);
    });
    return bench;
  },
  'REQ-CHG-004: L7 mean current of all electrodes': (module) => {
    const bench = new Bench(module).armed();
    drive(bench, 3000, (round) => {
      if (round % 3 === 2) return ask(bench, 100, RECHARGE);
      const ua = round % 3 ? 3500 : -3500;
      const levelsUa = { 0: ua, 1: -ua, 2: ua, 3: -ua, 4: ua, 5: -ua, 6: ua, 7: -ua };
      return ask(bench, 100, 0, levelsUa) || ask(bench, 100, RECHARGE);
    });
    return bench;
  },
  'REQ-FLT-002: L8 nothing passes after a trip, and not too early': (module) => {
    const bench = new Bench(module).armed();
    train(bench, 5);
    bench.sensors.temperatureMc = 39_001;
    bench.poll();
    ask(bench, 100, 0, pair(1000));
    bench.sensors.temperatureMc = 37_000;
    bench.idle(200_000);
    bench.arm();
    ask(bench, 100, 0, pair(1000));
    bench.clear();
    bench.idle(795_000);
    bench.clear();
    bench.idle(10_000);
    bench.sensors.magnet = 2;
    bench.clear();
    bench.sensors.magnet = 0;
    bench.sensors.batteryMv = 2000;
    bench.clear();
    bench.sensors.batteryMv = 3800;
    bench.clear();
    bench.arm();
    ask(bench, 100, 0, pair(1000));
    return bench;
  },
  'REQ-FLT-003: L8 three trips in ten minutes lock': (module) => {
    const bench = new Bench(module).armed();
    for (let trips = 0; trips < 4; trips++) {
      bench.sensors.batteryMv = 2999;
      bench.poll();
      bench.sensors.batteryMv = 3800;
      bench.idle(1_100_000);
      bench.clear();
      bench.arm();
      train(bench, 3);
    }
    return bench;
  },
  'REQ-FLT-006: L8 a watchdog reset keeps trips and locks': (module) => {
    const bench = new Bench(module).armed();
    const expectState = (state: number, when: string) => {
      if ((bench.status() & 15) !== state) bench.book.broken.push(`L8: state ${bench.status() & 15} ${when}`);
    };
    const trip = () => {
      bench.sensors.batteryMv = 2999;
      bench.poll();
      bench.sensors.batteryMv = 3800;
    };
    const recover = () => {
      bench.idle(1_100_000);
      bench.clear();
      bench.arm();
    };
    trip();
    bench.boot(100, bench.status());
    expectState(3, 'after a reset while tripped');
    recover();
    trip();
    recover();
    bench.boot(100, bench.status());
    recover();
    trip();
    expectState(4, 'after three trips with a reset between them');
    bench.boot(100, bench.status());
    expectState(4, 'after a reset while locked');
    bench.boot(100, 0);
    expectState(1, 'after the power was off');
    bench.bytes[16] ^= 1;
    bench.book.flip();
    bench.poll();
    bench.boot(100, bench.status());
    expectState(1, 'after a reboot from an integrity trip');
    return bench;
  },
  'REQ-ARM-001 REQ-ARM-002 REQ-ARM-004: L9 nothing before arm, no arm before nine half-lives': (module) => {
    const bench = new Bench(module);
    bench.boot();
    ask(bench, 100, 0, pair(1000));
    ask(bench, 100, RECHARGE);
    bench.idle(64_000);
    bench.arm();
    ask(bench, 100, 0, pair(1000));
    bench.wait(799);
    bench.arm();
    ask(bench, 100, 0, pair(1000));
    bench.wait(1);
    bench.arm();
    train(bench, 3);
    bench.stop();
    bench.arm();
    ask(bench, 100, 0, pair(1000));
    return bench;
  },
  'REQ-ARM-003: L9 an underrun disarms': (module) => {
    const bench = new Bench(module).armed();
    train(bench, 3);
    bench.wait(20_000);
    ask(bench, 100, 0, pair(1000));
    bench.idle(70_000);
    bench.arm();
    train(bench, 3);
    bench.roomLie = 10;
    bench.wait(20_000);
    ask(bench, 100, 0, pair(1000));
    bench.roomLie = undefined;
    bench.idle(70_000);
    bench.arm();
    train(bench, 3);
    return bench;
  },
  'REQ-ARM-003: L9 an underrun by the word of the stage': (module) => {
    const bench = new Bench(module).armed();
    for (const look of [() => void ask(bench, 100, 0, pair(1000)), () => bench.poll()]) {
      cushion(bench);
      bench.wait(5000);
      bench.roomLie = 64;
      look();
      bench.roomLie = undefined;
      if (bench.status() % 16 === 2)
        bench.book.broken.push('L9: the stage said that it is empty, and output goes on');
      bench.idle(70_000);
      bench.arm();
    }
    return bench;
  },
  'REQ-ARM-005: L9 self-test and sensors': (module) => {
    const bench = new Bench(module);
    bench.boot();
    bench.idle(70_000);
    for (const selfTest of [0, 2, STALE]) {
      bench.sensors.selfTest = selfTest;
      bench.arm();
      ask(bench, 100, 0, pair(1000));
    }
    bench.sensors.selfTest = 1;
    bench.sensors.temperatureMc = STALE;
    bench.arm();
    return bench;
  },
  'REQ-FLT-004: L10 magnet': (module) => {
    const bench = new Bench(module).armed();
    train(bench, 3);
    bench.sensors.magnet = 1;
    ask(bench, 100, 0, pair(1000));
    bench.idle(70_000);
    bench.arm();
    bench.sensors.magnet = 0;
    ask(bench, 100, 0, pair(1000));
    return bench;
  },
  'REQ-FLT-005: L10 ESTOP': (module) => {
    const bench = new Bench(module).armed();
    for (const mode of [1, 0, 7, -1]) {
      train(bench, 3);
      bench.stop(mode);
      ask(bench, 100, 0, pair(1000));
      bench.idle(70_000);
      bench.arm();
    }
    return bench;
  },
  ...Object.fromEntries(
    (
      [
        ['REQ-SEN-001: L11', 'magnet', STALE],
        ['REQ-SEN-001: L11', 'magnet', 2],
        ['REQ-SEN-001: L11', 'batteryMv', STALE],
        ['REQ-SEN-007: L11', 'batteryMv', 2999],
        ['REQ-SEN-001: L11', 'batteryMv', 6001],
        ['REQ-SEN-001: L11', 'batteryMv', -1],
        ['REQ-SEN-001: L11', 'temperatureMc', STALE],
        ['REQ-SEN-006: L11', 'temperatureMc', 39_001],
        ['REQ-SEN-001: L11', 'temperatureMc', 90_000],
        ['REQ-SEN-001: L11', 'temperatureMc', -1],
      ] as const
    ).map(([title, sensor, value]) => [
      `${title} ${sensor} at ${value}`,
      (module?: WebAssembly.Module) => {
        const bench = new Bench(module).armed();
        train(bench, 3);
        bench.sensors[sensor] = value;
        bench.poll();
        ask(bench, 100, 0, pair(1000));
        return bench;
      },
    ]),
  ),
  'REQ-FLT-001: the heartbeat toggles in poll alone': (module) => {
    const bench = new Bench(module).armed();
    train(bench, 2);
    const calls: [string, () => void][] = [
      ['request', () => bench.request(100, RECHARGE)],
      ['status', () => bench.status()],
      ['reading', () => bench.reading(0)],
      ['lower_limit', () => bench.lowerLimit(0, 20_000, 2_000_000)],
      ['raise_limit', () => bench.raiseLimit(0, 21_000, 2_000_000)],
      ['stop', () => bench.stop()],
      ['clear', () => bench.clear()],
      ['arm', () => bench.arm()],
      ['boot', () => bench.boot()],
    ];
    for (const [name, call] of calls) {
      const before = bench.heartbeats;
      call();
      if (bench.heartbeats !== before) bench.book.broken.push(`heartbeat in ${name}`);
    }
    const before = bench.heartbeats;
    bench.poll();
    if (bench.heartbeats !== before + 1) bench.book.broken.push('no heartbeat in poll');
    return bench;
  },
  'REQ-SEN-004: L11 no poll for 100 ms': (module) => {
    const bench = new Bench(module).armed();
    for (let i = 0; i < 30; i++) {
      bench.request(5000, RECHARGE);
      bench.wait(4900);
    }
    return bench;
  },
  'REQ-SEN-003: L12 a driver that does not follow': (module) => {
    const bench = new Bench(module).armed();
    bench.readbackErrorUa[0] = 150;
    train(bench, 40);
    return bench;
  },
  'REQ-SEN-003: L12 an idle contact that carries current': (module) => {
    const bench = new Bench(module).armed();
    bench.readbackErrorUa[9] = -101;
    train(bench, 500);
    return bench;
  },
  'REQ-SEN-002: L12 a read-back of another electrode than was asked for': (module) => {
    const bench = new Bench(module).armed();
    bench.readbackShift = 1;
    train(bench, 8);
    if ((bench.status() & 15) === 2)
      bench.book.broken.push('L11: an impossible read-back, and output goes on');
    return bench;
  },
  'REQ-SEN-009: L12 the case may be off by what its contacts are, and no more': (module) => {
    // Contacts of 7900 µA in sum: ±2 % of them is 158 µA beside the board's 100 µA.
    const bench = new Bench(module).armed();
    for (const [errorUa, expected] of [
      [258, 2],
      [300, 3],
    ]) {
      bench.readbackErrorUa[16] = errorUa;
      cushion(bench);
      for (let i = 0; i < 200; i++) {
        bench.request(200, CASE, { 0: -4000, 1: 3900 });
        bench.request(200, CASE, { 0: 4000, 1: -3900 });
        bench.request(4600, RECHARGE);
        bench.wait(5000);
        bench.poll();
      }
      if ((bench.status() & 15) !== expected) bench.book.broken.push(`L12: ${errorUa} µA on the case`);
      bench.stop();
      bench.idle(70_000);
      bench.arm();
    }
    return bench;
  },
  'REQ-SEN-005: L12 no fresh sample': (module) => {
    const bench = new Bench(module).armed();
    bench.readbackWorks = false;
    train(bench, 300);
    return bench;
  },
  'REQ-SEN-008: L12 measuring segments': (module) => {
    const bench = new Bench(module).armed();
    ask(bench, 100, MEASURE, pair(1001));
    ask(bench, 501, MEASURE, pair(1000));
    drive(bench, 6, (round) => ask(bench, 100, MEASURE, pair(round % 2 ? 900 : -900)));
    ask(bench, 100, 0, pair(900));
    ask(bench, 799, RECHARGE);
    ask(bench, 100, 0, pair(900));
    return bench;
  },
  'REQ-INT-001: L14 a flipped bit': (module) => {
    let bench = new Bench(module);
    for (let bit = 0; bit < 688 * 8; bit += 29) {
      bench = new Bench(module).armed();
      train(bench, 2);
      const { bytes } = bench;
      bytes[16 + (bit >> 3)] ^= 1 << (bit & 7);
      bench.book.flip();
      if (bit % 3 === 0) ask(bench, 100, RECHARGE);
      else if (bit % 3 === 1) bench.poll();
      else bench.reading(9);
      bench.idle(70_000);
      bench.clear();
      bench.arm();
      if (bench.book.broken.length > 0) break;
    }
    return bench;
  },
  'REQ-CUR-004 REQ-CUR-005: L15 limits': (module) => {
    const bench = new Bench(module);
    bench.boot();
    for (const electrode of [-1, -(2 ** 20), 17, 2 ** 30]) bench.lowerLimit(electrode, 1, 1);
    bench.lowerLimit(0, 5000, 1_000_000);
    bench.lowerLimit(0, -1, 5);
    bench.raiseLimit(0, 25_501, 2_004_000);
    bench.raiseLimit(0, 6000, 1_500_000);
    bench.idle(70_000);
    bench.arm();
    train(bench, 3, 3000);
    bench.raiseLimit(0, 7000, 1_600_000);
    bench.lowerLimit(0, 3000, 1_500_000);
    train(bench, 3, 3000);
    bench.lowerLimit(1, 2999, 1_500_000);
    return bench;
  },
  'REQ-TIM-003 REQ-TIM-004: L16 horizon and FIFO': (module) => {
    const bench = new Bench(module).armed();
    for (let i = 0; i < 6; i++) bench.request(4990, RECHARGE);
    for (let i = 0; i < 200; i++) bench.request(10, RECHARGE);
    bench.stop();
    bench.idle(70_000);
    bench.arm();
    for (let i = 0; i < 100; i++) bench.request(10, i % 2 ? RECHARGE : HOLD);
    return bench;
  },
};
