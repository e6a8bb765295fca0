// What the calls are recorded in: devices that are programmed, started, asked, disturbed and stopped, and hostile callers of
// the interlock. Everything random follows from the scene's seed.

import { FLAG_CASE, FLAG_HOLD, FLAG_MEASURE, FLAG_RECHARGE } from '../../../firmware/board.ts';
import { Mode } from '../../../firmware/status.ts';
import * as wire from '../../../firmware/wire.ts';
import { encodeArea } from '../../../host/device/area-record.ts';
import { loadPreset, PRESETS } from '../../../host/therapy/presets.ts';
import type { AreaSettings, ElectrodeName, RechargeSetting } from '../../../host/therapy/therapy.ts';
import {
  type Costs,
  type Firmware,
  type InterlockCalls,
  NO_COSTS,
  type RandomStream,
  Simulator,
  type SimulatorOptions,
} from '../../../sim/index.ts';
import { BenchDevice } from '../device.ts';
import { FOUR_KHZ_ON_16, TEN_KHZ_ON_2, TEN_KHZ_ON_16, TONIC_ON_16 } from '../pico/therapies.ts';
import { SHORTEST_PULSES } from './therapies.ts';

/** Time passes, but not as it was fitted last: the recordings are the same whatever the weights are. */
const SCENE_COSTS: Costs = { ...NO_COSTS, board: { ...NO_COSTS.board, turn: 2000 } };
const BAUD = 921_600;
const CONTACTS = 16;

/** Where a scene runs: its firmware records, and `message` is told what the host waits for. */
export interface Stage {
  readonly firmware: Firmware;
  message(name: string | null): void;
}

/** A device whose host knows what it is waiting for. */
class SceneDevice extends BenchDevice {
  private readonly stage: Stage;

  constructor(stage: Stage, seed: number, options: SimulatorOptions = {}) {
    stage.message('HELLO');
    super({
      firmware: stage.firmware,
      costs: SCENE_COSTS,
      body: 'none',
      baud: BAUD,
      seed,
      trace: false,
      ...options,
    });
    this.stage = stage;
    stage.message(null);
  }

  override ask(type: wire.Message, payload?: Uint8Array): ReturnType<BenchDevice['ask']> {
    this.stage?.message(wire.Message[type]);
    const answer = super.ask(type, payload);
    this.stage?.message(null);
    return answer;
  }

  /** Starts what slot 0 has, whether or not it may. */
  tryStart(mode: Mode): void {
    this.ask(wire.Message.START, Uint8Array.of(0, mode));
  }
}

type Scene = (stage: Stage, seed: number, random: RandomStream) => void;

const SHORT_US = 150_000;
const DISCHARGE_US = 75_000;

function words(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}

function store(device: SceneDevice, areas: readonly AreaSettings[]): void {
  for (const [index, area] of areas.entries()) {
    device.ask(wire.Message.SET_AREA, Uint8Array.from([0, index, 0, 0, ...encodeArea(area)]));
    device.ask(wire.Message.SET_AMPLITUDE, Uint8Array.from([0, index, 0, 0, ...words(area.amplitudeUa)]));
  }
  device.ask(wire.Message.VALIDATE, Uint8Array.of(0));
}

/** Fractions that sum up as they must, on a random choice of electrodes. */
function fractions(random: RandomStream): AreaSettings['electrodes'] {
  const names = Array.from({ length: CONTACTS }, (_, i) => `E${i + 1}` as ElectrodeName);
  if (random.below(4) === 0) names.push('CASE');
  for (let i = names.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [names[i], names[j]] = [names[j], names[i]];
  }
  const electrodes: Partial<Record<ElectrodeName, number>> = {};
  for (const sign of [-1, 1]) {
    const count = 1 + random.below(random.below(2) === 0 ? 2 : CONTACTS / 2);
    const share = Math.floor(1000 / count);
    for (let i = 0; i < count; i++)
      electrodes[names.pop() as ElectrodeName] = sign * (i === 0 ? 1000 - share * (count - 1) : share);
  }
  return electrodes;
}

function recharge(random: RandomStream): RechargeSetting {
  const kind = random.below(4);
  return kind === 0 ? 'passive' : kind === 1 ? { asymmetric: 2 + random.below(9) } : 'symmetric';
}

function randomArea(random: RandomStream): AreaSettings {
  const rateHz = 2 + random.below(random.below(3) === 0 ? 3000 : 200);
  return {
    electrodes: fractions(random),
    amplitudeUa: 10 * random.below(random.below(4) === 0 ? 2600 : 600),
    phaseUs: 10 + random.below(random.below(3) === 0 ? 990 : 300),
    interphaseGapUs: random.below(2) === 0 ? 0 : 10 + random.below(200),
    recharge: recharge(random),
    rateHz,
    ...(random.below(4) === 0
      ? { burst: { pulses: 2 + random.below(8), intraRateHz: rateHz * (2 + random.below(20)) } }
      : {}),
    rampUpMs: random.below(2) * random.below(300),
    rampDownMs: random.below(2) * random.below(300),
    ...(random.below(5) === 0
      ? { cycle: { onMs: 50 + random.below(200), offMs: 20 + random.below(200) } }
      : {}),
  };
}

/** Every message with typical and with wrong payloads, while nothing runs and while something does. */
function askAll(device: SceneDevice, random: RandomStream, rounds: number): void {
  const any = (length: number): Uint8Array => Uint8Array.from({ length }, () => random.below(256));
  const messages: readonly (() => [wire.Message, Uint8Array?])[] = [
    () => [wire.Message.INFO],
    () => [wire.Message.STATUS],
    () => [wire.Message.IDENTITY],
    () => [
      wire.Message.SET_AREA,
      Uint8Array.from([random.below(16), random.below(4), 0, 0, ...encodeArea(randomArea(random))]),
    ],
    () => [wire.Message.SET_AREA, any(wire.SET_AREA_BYTES)],
    () => [wire.Message.GET_AREA, Uint8Array.of(random.below(17), random.below(5))],
    () => [
      wire.Message.SET_AMPLITUDE,
      Uint8Array.from([random.below(2), random.below(4), 0, 0, ...words(10 * random.below(2600))]),
    ],
    () => [wire.Message.VALIDATE, Uint8Array.of(random.below(3))],
    () => [wire.Message.ERASE, Uint8Array.of(1 + random.below(16))],
    () => [wire.Message.CLEAR],
    () => [
      wire.Message.SET_LIMIT,
      Uint8Array.from([
        random.below(18),
        0,
        0,
        0,
        ...words(20_000 + random.below(6000), 1_900_000 + random.below(1_200_000)),
      ]),
    ],
    () => [wire.Message.GET_LIMIT, Uint8Array.of(random.below(18))],
    () => [wire.Message.MEASURE, Uint8Array.of(random.below(17), random.below(18))],
    () => [(1 + random.below(16)) as wire.Message, any(random.below(30))],
  ];
  for (let i = 0; i < rounds; i++) {
    device.ask(...messages[random.below(messages.length)]());
    if (random.below(4) === 0) device.sim.runUs(random.below(20_000));
  }
}

/** Frames that are damaged, cut, repeated, too long or of another session, and noise. */
function disturb(device: SceneDevice, random: RandomStream): void {
  const frame = device.encode(wire.Message.STATUS);
  const flipped = Uint8Array.from(frame);
  flipped[random.below(frame.length - 1)] ^= 1 + random.below(255);
  const noise = Uint8Array.from({ length: 1 + random.below(200) }, () => random.below(256));
  for (const bytes of [frame, frame, flipped, frame.subarray(3), noise, Uint8Array.of(0)])
    device.sim.write(bytes);
  device.sim.runUs(10_000);
}

const messages: Scene = (stage, seed, random) => {
  const device = new SceneDevice(stage, seed);
  askAll(device, random, 60);
  disturb(device, random);
  store(device, [{ ...TONIC_ON_16.areas[0], rateHz: 20 + random.below(100) }]);
  device.tryStart(Mode.FREE_RUNNING);
  device.sim.runUs(DISCHARGE_US);
  askAll(device, random, 40);
  disturb(device, random);
  device.ask(random.below(2) === 0 ? wire.Message.STOP : wire.Message.ESTOP);
  device.sim.runUs(SHORT_US);
  for (let i = 0; i < 4; i++) {
    device.ask(wire.Message.MEASURE, Uint8Array.of(random.below(17), random.below(17)));
    device.sim.runUs(DISCHARGE_US);
  }
};

/** Programs that may or may not be accepted; those that are run, are asked about and are stopped. */
const programs: Scene = (stage, seed, random) => {
  const device = new SceneDevice(stage, seed);
  for (let i = 0; i < 6; i++) {
    store(
      device,
      Array.from({ length: 1 + random.below(4) }, () => randomArea(random)),
    );
    device.tryStart(random.below(2) === 0 ? Mode.FREE_RUNNING : Mode.CLINIC);
    device.sim.runUs(DISCHARGE_US + random.below(SHORT_US));
    device.ask(wire.Message.STATUS);
    device.ask(wire.Message.SET_AMPLITUDE, Uint8Array.from([0, 0, 0, 0, ...words(10 * random.below(500))]));
    device.sim.runUs(random.below(SHORT_US));
    device.ask(random.below(3) === 0 ? wire.Message.ESTOP : wire.Message.STOP);
    device.sim.runUs(SHORT_US);
    for (let area = 0; area < 4; area++)
      if (random.below(2) === 0) device.ask(wire.Message.ERASE, Uint8Array.of(0));
  }
};

const CHOSEN = [
  ...PRESETS.map((name) => loadPreset(name)),
  TONIC_ON_16,
  FOUR_KHZ_ON_16,
  TEN_KHZ_ON_2,
  TEN_KHZ_ON_16,
  SHORTEST_PULSES,
];

/** A preset, and what the benches of the Pico run. */
const presets: Scene = (stage, seed, random) => {
  const device = new SceneDevice(stage, seed);
  store(device, CHOSEN[seed % CHOSEN.length].areas);
  device.tryStart(Mode.FREE_RUNNING);
  device.sim.runUs(DISCHARGE_US + SHORT_US / 2 + random.below(10_000));
  device.ask(wire.Message.STATUS);
  device.ask(wire.Message.STOP);
  device.sim.runUs(SHORT_US / 2);
};

/** Trips: magnet, temperature, a converter that is stuck; and their clearing. */
const trips: Scene = (stage, seed, random) => {
  const device = new SceneDevice(stage, seed);
  const { sim } = device;
  store(device, TONIC_ON_16.areas);
  for (let i = 0; i < 3; i++) {
    device.tryStart(Mode.FREE_RUNNING);
    sim.runUs(DISCHARGE_US + random.below(50_000));
    const kind = random.below(4);
    if (kind === 0) sim.board.magnet(true);
    else if (kind === 1) sim.board.setTemperature(40_000);
    else if (kind === 2) sim.board.setBattery(2000);
    else
      sim.faults.inject({ kind: 'stuck-dac', electrode: random.below(16), levelUa: 3000 }, sim.nowCycles + 1);
    sim.runUs(SHORT_US);
    sim.board.magnet(false);
    sim.board.setTemperature(37_000);
    sim.board.setBattery(3900);
    device.ask(wire.Message.CLEAR);
    sim.runUs(1_100_000);
    device.ask(wire.Message.CLEAR);
    device.ask(wire.Message.STATUS);
  }
};

/** Levels that sum to zero, or nearly, on so many contacts. */
function levels(random: RandomStream, contacts: number, amplitudeUa: number, hasCase: boolean): number[] {
  const all = new Int32Array(CONTACTS);
  for (let i = 0; i < contacts; i++)
    all[(i * 7 + random.below(2)) % CONTACTS] = (i % 2 === 0 ? -1 : 1) * amplitudeUa;
  const sum = all.reduce((total, level) => total + level, 0);
  if (!hasCase && random.below(12) !== 0) all[all.findIndex((level) => level !== 0)] -= sum;
  return Array.from({ length: CONTACTS / 2 }, (_, i) => (all[2 * i] & 0xffff) | (all[2 * i + 1] << 16));
}

/** A caller that asks the interlock for anything, in any order, mostly armed. */
function caller(random: RandomStream): (interlock: InterlockCalls) => number {
  let turns = 0;
  let pending: [number, number, number[]][] = [];
  const pulse = (): void => {
    const hasCase = random.below(4) === 0;
    const contacts = 1 + random.below(random.below(2) === 0 ? 3 : CONTACTS);
    const ua = random.below(10) === 0 ? random.below(26_000) : 1 + random.below(Math.ceil(8000 / contacts));
    const us = random.below(12) === 0 ? random.below(1100) : 10 + random.below(400);
    const drive = levels(random, contacts, ua, hasCase);
    const back = drive.map((word) => (-((word << 16) >> 16) & 0xffff) | (-(word >> 16) << 16));
    const flags = (hasCase ? FLAG_CASE : 0) | (random.below(20) === 0 ? FLAG_MEASURE : 0);
    pending = [
      [us, flags, drive],
      [10 + random.below(300), FLAG_HOLD, new Array<number>(8).fill(0)],
      [us, flags, back],
    ];
    if (random.below(3) === 0) pending.splice(1, 1);
    for (let i = random.below(5); i >= 0; i--)
      pending.push([
        10 + random.below(random.below(10) === 0 ? 6000 : 4000),
        FLAG_RECHARGE,
        new Array<number>(8).fill(0),
      ]);
  };
  const others: readonly ((interlock: InterlockCalls) => unknown)[] = [
    (i) => i.clear(),
    (i) => i.arm(),
    (i) =>
      i.lower_limit(random.below(19), 15_000 + random.below(12_000), 2_000_000 + random.below(1_100_000)),
    (i) => i.raise_limit(random.below(19), 20_000 + random.below(6000), 2_000_000 + random.below(1_100_000)),
    (i) => i.lower_limit(random.below(17), random.below(60) === 0 ? 0 : 25_500, 2_998_000),
    (i) => (random.below(25) === 0 ? i.stop(random.below(2)) : i.status()),
    (i) =>
      i.request(
        random.nextI32(),
        random.nextI32(),
        ...(Array.from({ length: 8 }, () => random.nextI32()) as [
          number,
          number,
          number,
          number,
          number,
          number,
          number,
          number,
        ]),
      ),
    (i) => i.request(random.below(5000), 1 << random.below(20), 0, 0, 0, 0, 0, 0, 0, 0),
  ];
  return (interlock) => {
    if (turns++ % 150 === 0) {
      for (const channel of [0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 32, 40, 48, 64, 80, 99])
        interlock.reading(channel);
    }
    if (turns % 12 === 0) interlock.arm();
    interlock.reading(random.below(90));
    if (random.below(6) === 0) others[random.below(others.length)](interlock);
    for (let i = random.below(6); i > 0; i--) {
      if (pending.length === 0) pulse();
      const [us, flags, drive] = pending.shift() as [number, number, number[]];
      interlock.request(
        us,
        flags,
        ...(drive as [number, number, number, number, number, number, number, number]),
      );
    }
    return random.below(10) === 0 ? random.below(10_000) : random.below(2500);
  };
}

const hostile: Scene = (stage, seed, random) => {
  const ask = caller(random);
  const firmware: Firmware = {
    interlock: stage.firmware.interlock,
    stimulator: (_, interlock) => ({ boot: () => {}, poll: () => ask(interlock) }),
  };
  const options = { firmware, costs: SCENE_COSTS, body: 'none', seed, trace: false } as const;
  const sim = new Simulator(options);
  sim.runUs(1_500_000);
};

/** The scenes by name, with how many seeds each has. */
export const SCENES: readonly (readonly [name: string, seeds: number, scene: Scene])[] = [
  ['messages', 8, messages],
  ['programs', 12, programs],
  ['presets', 2 * CHOSEN.length, presets],
  ['trips', 6, trips],
  ['hostile', 10, hostile],
];
