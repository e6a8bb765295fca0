// What the device's messages say, as plain objects: responses and events from their bytes (layout in firmware/wire.ts).
// An event that is too short or makes no sense gives undefined; it changes nothing.

import { Mode, State, Status, StopReason, Therapy, Trip } from '../../firmware/status.ts';
import * as wire from '../../firmware/wire.ts';
import type { Refusal } from '../link/errors.ts';
import type { Frame } from '../link/frame.ts';
import type { ElectrodeName } from '../therapy/therapy.ts';
import { BATCH_PULSES_MAX, type DeliveredBatch } from './delivered.ts';
import { electrodeName } from './electrodes.ts';

/** What the device is. */
export interface DeviceInfo {
  readonly protocolVersion: number;
  readonly profile: 'percutaneous-16' | `profile ${number}`;
  readonly electrodes: number;
  readonly slots: number;
  readonly areas: number;
  /** False: the link keeps out noise, not an attacker. */
  readonly authenticated: boolean;
  readonly board: 'simulator' | 'pico' | `board ${number}`;
  /** Such as `0.1.0`. */
  readonly firmwareVersion: string;
  readonly amplitudeUaMax: number;
  readonly phasePcMax: number;
  readonly readbackToleranceUa: number;
}

/** SHA-256 of the binaries that the device runs, in hex; undefined where it does not know. */
export interface FirmwareIdentity {
  readonly interlock: string | undefined;
  readonly stimulator: string | undefined;
}

/** What the device is doing. */
export interface DeviceStatus {
  readonly therapy: keyof typeof Therapy;
  readonly interlock: keyof typeof State;
  readonly trip: keyof typeof Trip;
  readonly slot: number;
  readonly mode: TherapyMode;
  /** Why the last stimulation ended. */
  readonly stopReason: keyof typeof StopReason;
  /** Trips within ten minutes. */
  readonly trips: number;
  readonly clockUs: number;
  readonly batteryMv: number;
  readonly temperatureMc: number;
  /** Time until the output can be armed, µs. */
  readonly dischargeUs: number;
  readonly framesValid: number;
  readonly framesDamaged: number;
  readonly framesRefused: number;
  /** Pulses delivered since START. */
  readonly pulses: number;
}

export type TherapyMode = 'clinic' | 'free-running';

/** The interlock has tripped. */
export interface FaultEvent {
  readonly trip: keyof typeof Trip;
  readonly state: keyof typeof State;
  /** When the firmware saw it, µs of its clock. */
  readonly clockUs: number;
}

/** The therapy has changed its state. */
export interface StateEvent {
  readonly therapy: keyof typeof Therapy;
  readonly reason: keyof typeof StopReason;
  readonly slot: number;
  /** Why the interlock refused a segment, where the reason is REFUSED. */
  readonly refusal: keyof typeof Status;
  readonly clockUs: number;
}

export interface ImpedanceEvent {
  /** OK, or why nothing was measured. */
  readonly status: keyof typeof Status;
  readonly plus: ElectrodeName;
  readonly minus: ElectrodeName;
  readonly ohm: number;
  readonly measuredUa: number;
  /** Voltage across the two electrodes while they were driven. */
  readonly driveMv: number;
  /** The current that was asked for did not flow. */
  readonly mismatch: boolean;
}

export interface BatteryEvent {
  readonly batteryMv: number;
  readonly temperatureMc: number;
}

/** Events by their name. */
export interface DeviceEvents {
  fault: FaultEvent;
  state: StateEvent;
  impedance: ImpedanceEvent;
  battery: BatteryEvent;
  delivered: DeliveredBatch;
}

export type DeviceEvent = {
  [N in keyof DeviceEvents]: { name: N; event: DeviceEvents[N] };
}[keyof DeviceEvents];

/** Payload bytes of each response that is OK and of each event, at least. */
const EVENT_BYTES: ReadonlyMap<number, number> = new Map([
  [wire.Event.FAULT, wire.FAULT_BYTES],
  [wire.Event.STATE, wire.STATE_BYTES],
  [wire.Event.IMPEDANCE, wire.IMPEDANCE_BYTES],
  [wire.Event.BATTERY, wire.BATTERY_BYTES],
  [wire.Event.DELIVERED, wire.DELIVERED_BYTES],
]);

export function decodeInfo(payload: Uint8Array): DeviceInfo {
  const view = viewOf(payload);
  const profile = view.getUint8(wire.INFO_PROFILE);
  const board = view.getUint8(wire.INFO_BOARD);
  const firmware = view.getUint32(wire.INFO_FIRMWARE, true);
  return {
    protocolVersion: view.getUint8(wire.INFO_VERSION),
    profile: profile === wire.PROFILE_PERCUTANEOUS_16 ? 'percutaneous-16' : `profile ${profile}`,
    electrodes: view.getUint8(wire.INFO_ELECTRODES),
    slots: view.getUint8(wire.INFO_SLOTS),
    areas: view.getUint8(wire.INFO_AREAS),
    authenticated: view.getUint8(wire.INFO_AUTHENTICATED) !== 0,
    board:
      board === wire.BOARD_SIMULATOR ? 'simulator' : board === wire.BOARD_PICO ? 'pico' : `board ${board}`,
    firmwareVersion: `${firmware >>> 16}.${(firmware >>> 8) & 0xff}.${firmware & 0xff}`,
    amplitudeUaMax: view.getUint32(wire.INFO_AMPLITUDE_UA_MAX, true),
    phasePcMax: view.getUint32(wire.INFO_PHASE_PC_MAX, true),
    readbackToleranceUa: view.getUint32(wire.INFO_READBACK_UA, true),
  };
}

export function decodeIdentity(payload: Uint8Array): FirmwareIdentity {
  return {
    interlock: hashAt(payload, wire.IDENTITY_INTERLOCK),
    stimulator: hashAt(payload, wire.IDENTITY_STIMULATOR),
  };
}

/** A hash in hex. All zeros stand for one that is not known. */
function hashAt(payload: Uint8Array, at: number): string | undefined {
  const bytes = [...payload.subarray(at, at + wire.IDENTITY_HASH_BYTES)];
  if (bytes.every((byte) => byte === 0)) return undefined;
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function decodeStatus(payload: Uint8Array): DeviceStatus {
  const view = viewOf(payload);
  return {
    therapy: named(Therapy, view.getUint8(wire.STATUS_THERAPY)),
    interlock: named(State, view.getUint8(wire.STATUS_INTERLOCK)),
    trip: named(Trip, view.getUint8(wire.STATUS_TRIP)),
    slot: view.getUint8(wire.STATUS_SLOT),
    mode: view.getUint8(wire.STATUS_MODE) === Mode.FREE_RUNNING ? 'free-running' : 'clinic',
    stopReason: named(StopReason, view.getUint8(wire.STATUS_STOP_REASON)),
    trips: view.getUint8(wire.STATUS_TRIPS),
    clockUs: clockUs(view, wire.STATUS_CLOCK_US),
    batteryMv: view.getUint32(wire.STATUS_BATTERY_MV, true),
    temperatureMc: view.getInt32(wire.STATUS_TEMPERATURE_MC, true),
    dischargeUs: view.getUint32(wire.STATUS_DISCHARGE_US, true),
    framesValid: view.getUint32(wire.STATUS_FRAMES_VALID, true),
    framesDamaged: view.getUint32(wire.STATUS_FRAMES_DAMAGED, true),
    framesRefused: view.getUint32(wire.STATUS_FRAMES_REFUSED, true),
    pulses: view.getUint32(wire.STATUS_PULSES, true),
  };
}

/** The refusal in a response's payload, or undefined where the response is OK. */
export function decodeRefusal(payload: Uint8Array): Refusal | undefined {
  const code: Status = payload[wire.RESPONSE_STATUS];
  if (code === Status.OK) return undefined;
  if (payload.length < wire.REFUSAL_BYTES) return { code, field: wire.Field.NONE, nearest: undefined };
  const view = viewOf(payload);
  const low = view.getInt32(wire.REFUSAL_LOW, true);
  const high = view.getInt32(wire.REFUSAL_HIGH, true);
  const area = view.getUint8(wire.REFUSAL_AREA);
  return {
    code,
    field: view.getUint8(wire.REFUSAL_FIELD),
    ...(area === 0 ? {} : { area: area - 1 }),
    nearest: low === 0 && high === 0 ? undefined : [low, high],
  };
}

/** The event in `frame`, or undefined where it makes no sense. */
export function decodeEvent(frame: Frame): DeviceEvent | undefined {
  const { type, payload } = frame;
  if (payload.length < (EVENT_BYTES.get(type) ?? Number.POSITIVE_INFINITY)) return undefined;
  const view = viewOf(payload);
  switch (type) {
    case wire.Event.FAULT:
      return { name: 'fault', event: faultOf(view) };
    case wire.Event.STATE:
      return { name: 'state', event: stateOf(view) };
    case wire.Event.IMPEDANCE:
      return impedanceOf(view);
    case wire.Event.BATTERY:
      return { name: 'battery', event: batteryOf(view) };
    default:
      return deliveredOf(view);
  }
}

function faultOf(view: DataView): FaultEvent {
  return {
    trip: named(Trip, view.getUint8(wire.FAULT_TRIP)),
    state: named(State, view.getUint8(wire.FAULT_STATE)),
    clockUs: clockUs(view, wire.FAULT_CLOCK_US),
  };
}

function stateOf(view: DataView): StateEvent {
  return {
    therapy: named(Therapy, view.getUint8(wire.STATE_THERAPY)),
    reason: named(StopReason, view.getUint8(wire.STATE_REASON)),
    slot: view.getUint8(wire.STATE_SLOT),
    refusal: named(Status, view.getUint8(wire.STATE_REFUSAL)),
    clockUs: clockUs(view, wire.STATE_CLOCK_US),
  };
}

function impedanceOf(view: DataView): DeviceEvent | undefined {
  const plus = view.getUint8(wire.IMPEDANCE_PLUS);
  const minus = view.getUint8(wire.IMPEDANCE_MINUS);
  if (Math.max(plus, minus) > 16) return undefined;
  const event: ImpedanceEvent = {
    status: named(Status, view.getUint8(wire.IMPEDANCE_STATUS)),
    plus: electrodeName(plus),
    minus: electrodeName(minus),
    ohm: view.getUint32(wire.IMPEDANCE_OHM, true),
    measuredUa: view.getInt32(wire.IMPEDANCE_UA, true),
    driveMv: view.getInt32(wire.IMPEDANCE_MV, true),
    mismatch: view.getUint8(wire.IMPEDANCE_MISMATCH) !== 0,
  };
  return { name: 'impedance', event };
}

function batteryOf(view: DataView): BatteryEvent {
  return {
    batteryMv: view.getUint32(wire.BATTERY_MV, true),
    temperatureMc: view.getInt32(wire.BATTERY_TEMPERATURE_MC, true),
  };
}

function deliveredOf(view: DataView): DeviceEvent | undefined {
  const event: DeliveredBatch = {
    area: view.getUint8(wire.DELIVERED_AREA),
    thinned: view.getUint8(wire.DELIVERED_THINNED) !== 0,
    burstPulses: view.getUint16(wire.DELIVERED_BURST_PULSES, true),
    count: view.getUint32(wire.DELIVERED_COUNT, true),
    firstIndex: view.getUint32(wire.DELIVERED_FIRST_INDEX, true),
    delayUs: view.getUint32(wire.DELIVERED_DELAY_US, true),
    firstOnsetUs: clockUs(view, wire.DELIVERED_FIRST_ONSET_US),
    rateMhz: view.getUint32(wire.DELIVERED_RATE_MHZ, true),
    intraRateMhz: view.getUint32(wire.DELIVERED_INTRA_RATE_MHZ, true),
    total: view.getUint32(wire.DELIVERED_TOTAL, true),
    amplitudeUa: view.getUint32(wire.DELIVERED_AMPLITUDE_UA, true),
  };
  const timed =
    event.rateMhz > 0 && event.burstPulses > 0 && (event.burstPulses === 1 || event.intraRateMhz > 0);
  if (!timed || event.area >= wire.AREAS || (!event.thinned && event.count > BATCH_PULSES_MAX))
    return undefined;
  return { name: 'delivered', event };
}

/** A u64 clock as a number: exact for 285 years. */
function clockUs(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

function viewOf(payload: Uint8Array): DataView {
  return new DataView(payload.buffer, payload.byteOffset, payload.length);
}

/** Name of an enum's member. A number that only a newer firmware knows becomes `NUMBER_n`. */
function named<E extends Record<string, string | number>>(names: E, number: number): keyof E {
  return (names[number] as keyof E | undefined) ?? (`NUMBER_${number}` as keyof E);
}
