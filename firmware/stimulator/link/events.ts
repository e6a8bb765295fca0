// Events: what the host is told unasked, in a session only. Faults and changes of state go first and keep room of their
// own; delivered pulses take what is left and are thinned where that is too little. An event says how things are now:
// of several changes since the last one only the result is told.

import {
  SENSE_BATTERY_MV,
  SENSE_TEMPERATURE_MC,
  STATUS_STATE_MASK,
  STATUS_TRIP_MASK,
  STATUS_TRIP_SHIFT,
} from '../../board.ts';
import { State } from '../../status.ts';
import {
  BATTERY_BYTES,
  BATTERY_MV,
  BATTERY_TEMPERATURE_MC,
  DELIVERED_BYTES,
  DELIVERED_US_MAX,
  Event,
  FAULT_BYTES,
  FAULT_CLOCK_US,
  FAULT_STATE,
  FAULT_TRIP,
  FRAME_BYTES_MAX,
  FRAME_CRC_BYTES,
  FRAME_PAYLOAD,
  IMPEDANCE_BYTES,
  IMPEDANCE_MINUS,
  IMPEDANCE_MISMATCH,
  IMPEDANCE_MV,
  IMPEDANCE_OHM,
  IMPEDANCE_PLUS,
  IMPEDANCE_STATUS,
  IMPEDANCE_UA,
  STATE_BYTES,
  STATE_CLOCK_US,
  STATE_REASON,
  STATE_REFUSAL,
  STATE_SLOT,
  STATE_THERAPY,
} from '../../wire.ts';
import { reading } from '../interlock.ts';
import { deliveredReady, deliveredRecord, mergeDelivered, takeDelivered } from '../therapy/delivered.ts';
import { activeSlot, lastReason, lastRefusal, stateChanges, therapyState } from '../therapy/engine.ts';
import {
  impedanceMinus,
  impedanceMismatch,
  impedanceMv,
  impedanceOhm,
  impedancePlus,
  impedanceReady,
  impedanceStatus,
  impedanceUa,
  takeImpedance,
} from '../therapy/impedance.ts';
import { notedStatus } from '../therapy/now.ts';
import { copyBytes } from './bytes.ts';
import { sessionNumber } from './session.ts';
import { beginFrame, endFrame, queueFrame, RESPONSE_ROOM, transmitRoom } from './transmit.ts';

const BATTERY_PERIOD_US: u64 = 10000000;
/** DELIVERED batches published in one poll at most. */
const BATCHES_MAX = 2;
/** A frame takes two bytes more on the line: one of COBS and the delimiter. */
const EVENT_OVERHEAD = FRAME_PAYLOAD + FRAME_CRC_BYTES + 2;
/** What any event leaves free: a response always fits. */
const ROOM = RESPONSE_ROOM;
/** What a DELIVERED leaves free besides: a fault, a state, an impedance and a battery event. */
const URGENT_ROOM = ROOM + 4 * (EVENT_OVERHEAD + IMPEDANCE_BYTES);

const EVENT = memory.data(FRAME_BYTES_MAX, 8);
const PAYLOAD = EVENT + FRAME_PAYLOAD;

/** The session that is being told, and what it was told last. */
let toldSession: u32 = 0;
let sequence: i32 = 0;
let toldFault: i32 = 0;
let toldChanges: i32 = 0;
let batteryUs: u64 = 0;
/** When DELIVERED batches last moved, or none waited. */
let movedUs: u64 = 0;

export function bootEvents(): void {
  toldSession = 0;
}

/** Queues what is new and fits. */
export function publishEvents(nowUs: u64): void {
  const session = sessionNumber();
  if (session === 0) {
    discard(); // REQ-LNK-011
    return;
  }
  if (session !== toldSession) beginSession(session, nowUs);
  publishFault(nowUs);
  publishState(nowUs);
  publishImpedance();
  publishBattery(nowUs);
  publishDelivered(nowUs);
}

/** A latched trip is news to every session; a state is not, STATUS tells it. */
function beginSession(session: u32, nowUs: u64): void {
  toldSession = session;
  sequence = 0; // REQ-LNK-011
  toldFault = 0;
  toldChanges = stateChanges();
  batteryUs = nowUs;
  movedUs = nowUs;
}

function discard(): void {
  if (impedanceReady()) takeImpedance();
  if (deliveredReady()) takeDelivered();
}

/** Whether an event of this payload leaves `roomBytes` free. */
function fits(payloadBytes: i32, roomBytes: i32): bool {
  return transmitRoom() >= payloadBytes + EVENT_OVERHEAD + roomBytes; // REQ-LNK-014
}

function send(type: i32, payloadBytes: i32): void {
  beginFrame(EVENT, type, toldSession, sequence);
  queueFrame(EVENT, endFrame(EVENT, payloadBytes));
  sequence = (sequence + 1) & 0xffff;
}

/** Trip and latch as one number, as they were at the last look; 0 when nothing was latched. */
function faultNow(): i32 {
  const packed = notedStatus();
  const state = packed & STATUS_STATE_MASK;
  if (state !== State.TRIPPED && state !== State.LOCKED) return 0;
  return (((packed >>> STATUS_TRIP_SHIFT) & STATUS_TRIP_MASK) << 4) | state;
}

/** A trip, another one, or its latch for good. That it was cleared is told by the response to CLEAR. */
function publishFault(nowUs: u64): void {
  const fault = faultNow();
  if (fault === 0) toldFault = 0;
  if (fault === toldFault || !fits(FAULT_BYTES, ROOM)) return;
  store<u32>(PAYLOAD, 0);
  store<u8>(PAYLOAD + FAULT_TRIP, fault >>> 4);
  store<u8>(PAYLOAD + FAULT_STATE, fault & STATUS_STATE_MASK);
  store<u64>(PAYLOAD + FAULT_CLOCK_US, nowUs);
  send(Event.FAULT, FAULT_BYTES); // REQ-LNK-012
  toldFault = fault;
}

function publishState(nowUs: u64): void {
  const changes = stateChanges();
  if (changes === toldChanges || !fits(STATE_BYTES, ROOM)) return;
  store<u8>(PAYLOAD + STATE_THERAPY, therapyState());
  store<u8>(PAYLOAD + STATE_REASON, lastReason());
  store<u8>(PAYLOAD + STATE_SLOT, activeSlot());
  store<u8>(PAYLOAD + STATE_REFUSAL, lastRefusal());
  store<u64>(PAYLOAD + STATE_CLOCK_US, nowUs);
  send(Event.STATE, STATE_BYTES);
  toldChanges = changes;
}

function publishImpedance(): void {
  if (!impedanceReady() || !fits(IMPEDANCE_BYTES, ROOM)) return;
  store<u8>(PAYLOAD + IMPEDANCE_STATUS, impedanceStatus());
  store<u8>(PAYLOAD + IMPEDANCE_PLUS, impedancePlus());
  store<u8>(PAYLOAD + IMPEDANCE_MINUS, impedanceMinus());
  store<u8>(PAYLOAD + IMPEDANCE_MISMATCH, impedanceMismatch());
  store<i32>(PAYLOAD + IMPEDANCE_OHM, impedanceOhm());
  store<i32>(PAYLOAD + IMPEDANCE_UA, impedanceUa());
  store<i32>(PAYLOAD + IMPEDANCE_MV, impedanceMv());
  takeImpedance();
  send(Event.IMPEDANCE, IMPEDANCE_BYTES);
}

function publishBattery(nowUs: u64): void {
  if (nowUs - batteryUs < BATTERY_PERIOD_US || !fits(BATTERY_BYTES, ROOM)) return;
  store<i32>(PAYLOAD + BATTERY_MV, reading(SENSE_BATTERY_MV));
  store<i32>(PAYLOAD + BATTERY_TEMPERATURE_MC, reading(SENSE_TEMPERATURE_MC));
  send(Event.BATTERY, BATTERY_BYTES); // REQ-LNK-017
  batteryUs += ((nowUs - batteryUs) / BATTERY_PERIOD_US) * BATTERY_PERIOD_US;
}

/** Batches wait while the line is busy; what has waited for 100 ms is thinned. */
function publishDelivered(nowUs: u64): void {
  for (let i = 0; i < BATCHES_MAX; i++) {
    if (!deliveredReady()) {
      movedUs = nowUs;
      return;
    }
    if (!fits(DELIVERED_BYTES, URGENT_ROOM)) {
      if (nowUs - movedUs < <u64>DELIVERED_US_MAX) return;
      mergeDelivered(); // REQ-LNK-014
      movedUs = nowUs;
      return;
    }
    copyBytes(PAYLOAD, deliveredRecord(), DELIVERED_BYTES);
    takeDelivered();
    send(Event.DELIVERED, DELIVERED_BYTES);
    movedUs = nowUs;
  }
}
