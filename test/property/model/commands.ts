// One command per message and per thing that can happen to a device: what the model says of it, and the same done for real.

import fc from 'fast-check';
import { expect } from 'vitest';
import { AMPLITUDE_UA_MAX, PHASE_PC_MAX } from '../../../firmware/profile.ts';
import { type Mode, Status } from '../../../firmware/status.ts';
import * as wire from '../../../firmware/wire.ts';
import { decodeArea, encodeArea } from '../../../host/device/area-record.ts';
import { statusName } from '../rig/client.ts';
import type { Device } from '../rig/device.ts';
import { AMPLITUDES_UA, AREAS_USED, KINDS, type Model, type ModelLimit, SLOTS_USED } from './model.ts';

const { Message } = wire;
/** Arming, or the end of what is queued, or a measurement of at most 17 pulses: all are over after their wait. */
const ARMING_US = 110_000;
const QUEUE_US = 40_000;
const MEASURE_US = 400_000;
const POLLS_US = 50_000;
const HOT_MC = 41_000;
const BODY_MC = 37_000;

export type Step = fc.Command<Model, Device>;

/** A command that is always possible. Afterwards device and model must agree. */
function step(name: string, act: (model: Model, device: Device) => void): Step {
  return {
    check: () => true,
    run: (model, device) => {
      act(model, device);
      expect(model.differences(device.status())).toEqual([]);
    },
    toString: () => name,
  };
}

function answered(name: string, seen: Status, expected: Status): void {
  expect(`${name}: ${statusName(seen)}`).toBe(`${name}: ${statusName(expected)}`);
}

const slot = fc.nat(SLOTS_USED - 1);
const area = fc.nat(AREAS_USED - 1);

const hello = fc.constant(step('HELLO', (_, device) => void device.client.hello()));

const info = fc.constant(
  step('INFO', (_, device) => answered('INFO', device.client.ask(Message.INFO).status, Status.OK)),
);

const setArea = fc.tuple(slot, area, fc.nat(KINDS.length - 1)).map(([s, a, kind]) =>
  step(`SET_AREA ${s}.${a} kind ${kind}`, (model, device) => {
    const { status } = device.setArea(s, a, encodeArea(KINDS[kind]));
    answered('SET_AREA', status, model.isInUse(s) ? Status.STIMULATING : Status.OK);
    if (model.isInUse(s)) return;
    const before = model.slots[s][a];
    model.slots[s][a] = { kind, amplitudeUa: before?.kind === kind ? before.amplitudeUa : 0 };
  }),
);

const getArea = fc.tuple(slot, area).map(([s, a]) =>
  step(`GET_AREA ${s}.${a}`, (model, device) => {
    const { payload } = device.client.ask(Message.GET_AREA, Uint8Array.of(s, a));
    const record = payload.slice(wire.AREA_RECORD);
    const held = model.slots[s][a];
    if (held === null) expect(record.every((byte) => byte === 0)).toBe(true);
    else expect(record).toEqual(encodeArea({ ...KINDS[held.kind], amplitudeUa: held.amplitudeUa }));
    if (held !== null) expect(decodeArea(record)).toMatchObject({ amplitudeUa: held.amplitudeUa });
  }),
);

const setAmplitude = fc
  .tuple(slot, area, fc.constantFrom(...AMPLITUDES_UA, 500, 1000, 1005, AMPLITUDE_UA_MAX + 10))
  .map(([s, a, ua]) =>
    step(`SET_AMPLITUDE ${s}.${a} ${ua} µA`, (model, device) => {
      const { status } = device.setAmplitude(s, a, ua);
      const held = model.slots[s][a];
      let expected: Status = Status.OK;
      if (held === null) expected = Status.EMPTY_PROGRAM;
      else if (ua > AMPLITUDE_UA_MAX) expected = Status.AMPLITUDE_RANGE;
      else if (ua % 10 !== 0) expected = Status.AMPLITUDE_STEP;
      if (held !== null && expected === Status.OK) {
        const before = held.amplitudeUa;
        held.amplitudeUa = ua;
        const live = model.isInUse(s) ? model.verdict(s) : Status.OK;
        if (live !== Status.OK && live !== Status.NO_OUTPUT) {
          held.amplitudeUa = before;
          expected = live;
        }
      }
      answered('SET_AMPLITUDE', status, expected);
    }),
  );

const erase = slot.map((s) =>
  step(`ERASE ${s}`, (model, device) => {
    const { status } = device.client.ask(Message.ERASE, Uint8Array.of(s));
    answered('ERASE', status, model.isInUse(s) ? Status.STIMULATING : Status.OK);
    if (!model.isInUse(s)) model.slots[s].fill(null);
  }),
);

const validate = slot.map((s) =>
  step(`VALIDATE ${s}`, (model, device) => answered('VALIDATE', device.validate(s), model.verdict(s))),
);

/** What START is answered with. */
function startVerdict(model: Model, s: number): Status {
  if (model.isEmpty(s)) return Status.EMPTY_PROGRAM;
  const forbidden = model.forbidden();
  return forbidden === Status.OK ? model.verdict(s) : forbidden;
}

const start = fc.tuple(slot, fc.constantFrom<Mode>(0, 1)).map(([s, mode]) =>
  step(`START ${s} mode ${mode}`, (model, device) => {
    const expected = startVerdict(model, s);
    answered('START', device.start(mode, s), expected);
    if (expected !== Status.OK) return;
    model.begin(s, mode);
    device.run(ARMING_US);
  }),
);

/** Stopped again before or after the first pulse. */
const startAndStop = fc.tuple(slot, fc.boolean(), fc.nat(90_000)).map(([s, isEstop, us]) =>
  step(`START ${s}, ${us} µs, ${isEstop ? 'ESTOP' : 'STOP'}`, (model, device) => {
    const expected = startVerdict(model, s);
    answered('START', device.start(1, s), expected);
    if (expected !== Status.OK) return;
    model.begin(s, 1);
    device.run(us);
    answered('STOP', isEstop ? device.estop() : device.stop(), Status.OK);
    device.run(QUEUE_US);
    model.end(isEstop ? 'ESTOP' : 'STOP');
  }),
);

const stop = fc.constant(
  step('STOP', (model, device) => {
    const expected = model.therapy === 'IDLE' ? Status.NOT_STIMULATING : Status.OK;
    answered('STOP', device.stop(), expected);
    device.run(QUEUE_US);
    model.end('STOP');
  }),
);

const estop = fc.constant(
  step('ESTOP', (model, device) => {
    answered('ESTOP', device.estop(), Status.OK);
    model.end('ESTOP');
  }),
);

/** After a trip, less and more than a second after it. */
const clear = fc.constantFrom(0, 1_200_000).map((us) =>
  step(`wait ${us} µs, CLEAR`, (model, device) => {
    device.run(us);
    const heldUs = device.sim.nowUs - model.tripUs;
    const { status } = device.client.ask(Message.CLEAR);
    let expected: Status = Status.OK;
    if (model.interlock === 'LOCKED') expected = Status.LOCKED;
    else if (model.interlock === 'TRIPPED') {
      if (heldUs < 1_000_000) expected = Status.TRIPPED;
      else if (model.hasMagnet) expected = Status.MAGNET;
      else if (model.isHot) expected = Status.SENSOR;
      else model.interlock = 'DISARMED';
    }
    answered('CLEAR', status, expected);
  }),
);

const limit = fc.record({
  amplitudeUa: fc.constantFrom(0, 5000, 25_000, AMPLITUDE_UA_MAX, AMPLITUDE_UA_MAX + 1),
  phasePc: fc.constantFrom(0, 1_000_000, 2_004_000, PHASE_PC_MAX, PHASE_PC_MAX + 1),
});
const setLimit = fc.tuple(fc.constantFrom(10, 11), limit).map(([e, wanted]) =>
  step(`SET_LIMIT ${e} ${wanted.amplitudeUa} µA ${wanted.phasePc} pC`, (model, device) => {
    const { status } = device.setLimit(e, wanted.amplitudeUa, wanted.phasePc);
    answered('SET_LIMIT', status, model.setLimit(e, wanted));
  }),
);

const getLimit = fc.constantFrom(10, 11).map((e) =>
  step(`GET_LIMIT ${e}`, (model, device) => {
    const { payload } = device.client.ask(Message.GET_LIMIT, Uint8Array.of(e));
    const view = new DataView(payload.buffer);
    const seen: ModelLimit = {
      amplitudeUa: view.getUint32(wire.LIMIT_AMPLITUDE_UA, true),
      phasePc: view.getUint32(wire.LIMIT_PHASE_PC, true),
    };
    expect(seen).toEqual(model.limits.get(e));
  }),
);

const measure = fc.uniqueArray(fc.nat(16), { minLength: 2, maxLength: 2 }).map(([plus, minus]) =>
  step(`MEASURE ${plus} ${minus}`, (model, device) => {
    const told = device.told('impedance').length;
    const { status } = device.client.ask(Message.MEASURE, Uint8Array.of(plus, minus));
    const expected = model.forbidden();
    answered('MEASURE', status, expected);
    if (expected !== Status.OK) return;
    const result = model.measured([plus, minus]);
    if (result === 'OK') {
      const again = device.client.ask(Message.MEASURE, Uint8Array.of(plus, minus));
      answered('MEASURE', again.status, Status.STIMULATING);
    }
    device.run(MEASURE_US);
    expect(device.told('impedance').length).toBe(told + 1);
    expect(device.told('impedance').at(-1)).toMatchObject({
      status: result,
      mismatch: false,
    });
  }),
);

const wait = fc
  .constantFrom(100, 30_000, 700_000)
  .map((us) => step(`wait ${us} µs`, (_, device) => device.run(us)));

const silence = fc.constant(
  step('2.5 s of silence', (model, device) => {
    device.run(2_500_000);
    if (model.mode === 0) model.end('LINK_LOSS');
  }),
);

const magnet = fc.boolean().map((isPresent) =>
  step(`magnet ${isPresent ? 'there' : 'gone'}`, (model, device) => {
    device.sim.board.magnet(isPresent);
    device.run(POLLS_US);
    model.hasMagnet = isPresent;
    if (isPresent) model.end('MAGNET');
  }),
);

const heat = fc.boolean().map((isHot) =>
  step(`${isHot ? 41 : 37} °C`, (model, device) => {
    device.sim.board.setTemperature(isHot ? HOT_MC : BODY_MC);
    const tripUs = device.sim.nowUs;
    device.run(POLLS_US);
    model.isHot = isHot;
    if (isHot) model.trip(tripUs + POLLS_US);
  }),
);

/** What a clinician does after a trip: without it most of a sequence would be refused. */
const recover = fc.constant(
  step('cool, magnet gone, 1.2 s, CLEAR', (model, device) => {
    device.sim.board.setTemperature(BODY_MC);
    device.sim.board.magnet(false);
    device.run(1_200_000);
    model.isHot = false;
    model.hasMagnet = false;
    const expected = model.interlock === 'LOCKED' ? Status.LOCKED : Status.OK;
    answered('CLEAR', device.client.ask(Message.CLEAR).status, expected);
    if (model.interlock === 'TRIPPED') model.interlock = 'DISARMED';
  }),
);

/** Every command, the more often the more depends on it. */
export const steps: fc.Arbitrary<Step>[] = [
  ...[hello, info, setArea, setArea, setArea, setAmplitude, setAmplitude, setAmplitude, getArea, erase],
  ...[validate, start, start, start, startAndStop, stop, estop, clear, setLimit, getLimit, measure],
  ...[wait, silence, magnet, heat, recover, recover],
];
