// Callers that go straight at one law, for what a scenario of the bench cannot do in the simulator: converters and sensors
// of a real board, flipped bits, the widest arguments. Plain lists, the same every time.
import { FLAG_CASE, FLAG_HOLD, FLAG_RECHARGE } from '../../../firmware/board.ts';
import { levelsOf, type SensorsStep, type Step } from './steps.ts';

const DISCHARGE_US = 64_800;
const HARD = { amplitudeUa: 25_500, phasePc: 2_998_000 };
const ELECTRODES = 17;
/** Where the interlock's state lies: 688 bytes from here. */
const STATE_START = 16;
const STATE_BYTES = 688;

/** Power-on, the discharge wait and `arm`. */
export const ARMED: readonly Step[] = [{ call: 'boot' }, { call: 'wait', us: DISCHARGE_US }, { call: 'arm' }];
/** The same with every set limit raised to the hard limit. */
export const ARMED_WIDE: readonly Step[] = [
  { call: 'boot' },
  ...Array.from({ length: ELECTRODES }, (_, electrode) => ({
    call: 'raise_limit' as const,
    electrode,
    ...HARD,
  })),
  { call: 'wait', us: DISCHARGE_US },
  { call: 'arm' },
];

export function recharge(durationUs: number): Step {
  return { call: 'request', durationUs, flags: FLAG_RECHARGE, levelsUa: levelsOf({}) };
}

export function pulse(levelUa: number, durationUs = 200): Step {
  return { call: 'request', durationUs, flags: 0, levelsUa: levelsOf({ 0: -levelUa, 1: levelUa }) };
}

/** Biphasic pulses on E1 and E2 with everything as it should be, behind a cushion of recharge. */
function train(pulses: number): Step[] {
  const round = [pulse(2000), pulse(-2000), recharge(4600), { call: 'wait', us: 5000 } as const];
  return [recharge(5000), recharge(5000), { call: 'repeat', times: pulses, steps: round }];
}

/** A segment with all electrodes open. Longer than 1.1 ms, and the stage's one-shot would end it. */
function hold(durationUs = 1000): Step {
  return { call: 'request', durationUs, flags: FLAG_HOLD, levelsUa: levelsOf({}) };
}

/** A phase on all contacts, those of odd number against the others. */
function wide(levelUa: number): Step {
  const levelsUa = Array.from({ length: 16 }, (_, contact) => (contact % 2 === 0 ? levelUa : -levelUa));
  return { call: 'request', durationUs: 200, flags: 0, levelsUa };
}

/** A trip, its cause gone, and `clear` and `arm` after the least that a hostile caller would like to wait. */
function clearedSoon(waitUs: number): Step[] {
  const away: Step = { call: 'sensors', temperatureMc: 39_001 };
  const back: Step = { call: 'sensors', temperatureMc: 37_000 };
  const wait: Step = { call: 'wait', us: waitUs };
  const rearm: Step[] = [{ call: 'clear' }, { call: 'wait', us: DISCHARGE_US }, { call: 'arm' }, pulse(1000)];
  return [...ARMED, away, { call: 'wait', us: 2000 }, back, { call: 'wait', us: 1000 }, wait, ...rearm];
}

/** A trip whose cause goes away, and output as soon as the discharge allows it, by whoever does not latch. */
function notLatched(): Step[] {
  const away: Step = { call: 'sensors', temperatureMc: 39_001 };
  const back: Step = { call: 'sensors', temperatureMc: 37_000 };
  const noticed: Step = { call: 'wait', us: 20_000 };
  return [
    ...ARMED,
    away,
    noticed,
    back,
    { call: 'wait', us: DISCHARGE_US + 20_000 },
    { call: 'arm' },
    pulse(1000),
  ];
}

/** A request in the µs in which the stage has played all that it had, and the clock alone cannot tell. */
function askedWhenDry(): Step[] {
  return [...ARMED, pulse(1000), { call: 'spin', us: 225 }, pulse(1000)];
}

/** A set limit past the hard one, and the phases that it would let pass. */
function overHardLimit(): Step[] {
  const raises = [0, 1].map((electrode): Step => {
    return { call: 'raise_limit', electrode, amplitudeUa: 25_500, phasePc: 3_100_000 };
  });
  const wait: Step = { call: 'wait', us: DISCHARGE_US };
  return [
    { call: 'boot' },
    ...raises,
    wait,
    { call: 'arm' },
    { call: 'repeat', times: 70, steps: [pulse(2000, 25)] },
  ];
}

const EMPTY: Step = { call: 'sensors', batteryMv: 2999 };
const FULL: Step = { call: 'sensors', batteryMv: 3800 };
const TRIP: readonly Step[] = [EMPTY, { call: 'wait', us: 2000 }, FULL, { call: 'wait', us: 2000 }];
const A_SECOND: Step = { call: 'wait', us: 1_001_000 };

function clearedWithMagnet(): Step[] {
  return [{ call: 'boot' }, ...TRIP, A_SECOND, { call: 'sensors', magnet: true }, { call: 'clear' }];
}

/** A watchdog reset while tripped, between trips, and while locked. */
function resets(): Step[][] {
  const reset: Step = { call: 'boot', by: 'watchdog' };
  const again: Step[] = [...TRIP, A_SECOND, { call: 'clear' }, { call: 'wait', us: 1000 }];
  const ends: Step[] = [{ call: 'wait', us: 1000 }, { call: 'status' }];
  return [
    [{ call: 'boot' }, ...TRIP, reset, ...ends],
    [{ call: 'boot' }, ...again, ...again, reset, ...TRIP, ...ends],
    [{ call: 'boot' }, ...again, ...again, ...TRIP, reset, ...ends],
  ];
}

/** Pulses whose anodic phase alone returns a little through a case that carries `levelUa` instead. */
function caseStuck(levelUa: number): Step[] {
  const first: Step = {
    call: 'request',
    durationUs: 200,
    flags: FLAG_CASE,
    levelsUa: levelsOf({ 0: -4000, 1: 3900 }),
  };
  const second: Step = {
    call: 'request',
    durationUs: 200,
    flags: 0,
    levelsUa: levelsOf({ 0: 4000, 1: -4000 }),
  };
  const round: Step[] = [first, second, recharge(4600), { call: 'wait', us: 5000 }];
  const stuck: Step = { call: 'sensors', stuck: { electrode: 16, levelUa } };
  return [...ARMED, stuck, recharge(5000), { call: 'repeat', times: 60, steps: round }];
}

/** `arm` that long after power-on, and output. */
function armedAfter(us: number): Step[] {
  return [{ call: 'boot' }, { call: 'wait', us }, { call: 'arm' }, pulse(1000)];
}

/** What makes output forbidden, and output all the same. */
function underSensor(sensors: Omit<SensorsStep, 'call'>): Step[] {
  return [...ARMED, ...train(2), { call: 'sensors', ...sensors }, ...train(8), pulse(1000)];
}

const EXTREMES = [-1, -17, -1000, -20_000_000, -(2 ** 31), 2 ** 31 - 1, 20_000_000, 97, 17, 32, 64];

function extremeCalls(): Step[] {
  return EXTREMES.flatMap((value): Step[] => [
    { call: 'reading', channel: value },
    { call: 'lower_limit', electrode: value, amplitudeUa: 1, phasePc: 1 },
    { call: 'raise_limit', electrode: value, amplitudeUa: 25_500, phasePc: 2_004_000 },
    { call: 'request', durationUs: value, flags: 0, levelsUa: levelsOf({ 0: -1, 1: 1 }) },
    { call: 'request', durationUs: 20, flags: value, levelsUa: levelsOf({ 0: -1, 1: 1 }) },
    { call: 'stop', mode: value },
  ]);
}

/** One bit of every eighth byte of the state, each at a fresh start: a parity is over words. */
function flips(): Step[] {
  return Array.from({ length: STATE_BYTES / 8 }, (_, word): Step[] => [
    { call: 'boot' },
    { call: 'flip', address: STATE_START + word * 8 + (word % 8), bit: (word * 3) % 8 },
    { call: 'status' },
  ]).flat();
}

/** Weak output of one polarity on E1 for 8 ms, then of the other for 18 ms, against contacts that take turns. */
function turnedAround(levelUa: number): Step[] {
  const against = (contact: number, ua: number): Step => ({
    call: 'repeat',
    times: 9,
    steps: [
      { call: 'request', durationUs: 900, flags: 0, levelsUa: levelsOf({ 0: ua, [contact]: -ua }) },
      { call: 'wait', us: 900 },
    ],
  });
  const rest = [2, 3].map((contact) => against(contact, -levelUa));
  return [...ARMED, recharge(5000), against(1, levelUa), ...rest];
}

const DRIVERS: Readonly<Record<string, () => Step[][]>> = {
  L3: () => [turnedAround(20), turnedAround(-20)],
  L4: () => [overHardLimit()],
  L6: () => [
    [
      ...ARMED,
      pulse(2000, 1000),
      hold(),
      { call: 'repeat', times: 120, steps: [hold(), { call: 'wait', us: 1000 }] },
    ],
  ],
  L7: () => [
    [...ARMED, recharge(5000), { call: 'repeat', times: 8, steps: [wide(6000), wide(-6000)] }],
    [...ARMED, recharge(5000), { call: 'repeat', times: 8, steps: [wide(-6000), wide(6000), recharge(20)] }],
  ],
  L8: () => [clearedSoon(0), clearedSoon(900_000), clearedWithMagnet(), notLatched(), ...resets()],
  L9: () => [armedAfter(0), armedAfter(32_000), armedAfter(DISCHARGE_US - 1), askedWhenDry()],
  L10: () => [
    [...ARMED, ...train(2), { call: 'stop', mode: 1 }, pulse(1000), { call: 'wait', us: 1000 }],
    [...ARMED, { call: 'sensors', magnet: true }, pulse(1000)],
    [
      ...ARMED,
      ...train(2),
      { call: 'sensors', magnet: true },
      { call: 'sensors', magnet: false },
      ...train(2),
    ],
  ],
  L11: () => [
    [...ARMED, { call: 'sensors', watchdog: false }, { call: 'spin', us: 100_001 }, pulse(1000)],
    underSensor({ batteryMv: 2999 }),
    underSensor({ batteryMv: 6001 }),
    underSensor({ temperatureMc: 39_001 }),
    underSensor({ temperatureMc: 90_000 }),
    underSensor({ temperatureMc: -1 }),
    underSensor({ health: { sensor: 'battery', is: 'stale' } }),
    underSensor({ health: { sensor: 'temperature', is: 'stale' } }),
    underSensor({ health: { sensor: 'magnet', is: 'stale' } }),
  ],
  L12: () => [
    [...ARMED, { call: 'sensors', stuck: { electrode: 0, levelUa: 0 } }, ...train(60)],
    [...ARMED, { call: 'sensors', stuck: { electrode: 9, levelUa: 300 } }, ...train(400)],
    caseStuck(400),
  ],
  L13: () => [
    [{ call: 'boot' }, ...extremeCalls()],
    [...ARMED, ...extremeCalls(), ...train(120)],
  ],
  L14: () => [flips()],
  L16: () => [[...ARMED, ...Array.from({ length: 30 }, () => hold())]],
};

/** Lists that go straight at a law; none for the laws that the bench's scenarios reach. */
export function* driversOf(law: string): Generator<Step[]> {
  yield* DRIVERS[law]?.() ?? [];
}
