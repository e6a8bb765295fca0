// What the device says of itself: HELLO, INFO, IDENTITY and STATUS. Reading changes nothing.

import {
  READING_DISCHARGE_US,
  READING_TRIPS,
  SENSE_BATTERY_MV,
  SENSE_TEMPERATURE_MC,
  STATUS_STATE_MASK,
  STATUS_TRIP_MASK,
  STATUS_TRIP_SHIFT,
} from '../../board.ts';
import { AMPLITUDE_UA_MAX, ELECTRODES, PHASE_PC_MAX } from '../../profile.ts';
import { Status } from '../../status.ts';
import {
  AREAS,
  FIRMWARE_VERSION,
  HELLO_PROFILE,
  HELLO_SESSION,
  HELLO_VERSION,
  IDENTITY_BYTES,
  IDENTITY_INTERLOCK,
  INFO_AMPLITUDE_UA_MAX,
  INFO_AREAS,
  INFO_AUTHENTICATED,
  INFO_BOARD,
  INFO_ELECTRODES,
  INFO_FIRMWARE,
  INFO_PHASE_PC_MAX,
  INFO_PROFILE,
  INFO_READBACK_UA,
  INFO_SLOTS,
  INFO_VERSION,
  PROFILE_PERCUTANEOUS_16,
  SLOTS,
  STATUS_BATTERY_MV,
  STATUS_CLOCK_US,
  STATUS_DISCHARGE_US,
  STATUS_FRAMES_DAMAGED,
  STATUS_FRAMES_REFUSED,
  STATUS_FRAMES_VALID,
  STATUS_INTERLOCK,
  STATUS_MODE,
  STATUS_PULSES,
  STATUS_SLOT,
  STATUS_STOP_REASON,
  STATUS_TEMPERATURE_MC,
  STATUS_THERAPY,
  STATUS_TRIP,
  STATUS_TRIPS,
  WIRE_VERSION,
} from '../../wire.ts';
import { identity } from '../hal.ts';
import { reading, status } from '../interlock.ts';
import { pulsesTotal } from '../therapy/delivered.ts';
import { activeMode, activeSlot, lastReason, therapyState } from '../therapy/engine.ts';
import { framesRefused, framesValid } from './counters.ts';
import { framesDamaged } from './receive.ts';
import { sessionNumber } from './session.ts';

let board: i32 = 0;
let readbackUa: i32 = 0;

/** Notes what the board is: a BOARD_… number and its read-back tolerance, µA. */
export function bootDevice(boardNumber: i32, readbackToleranceUa: i32): void {
  board = boardNumber;
  readbackUa = readbackToleranceUa;
}

/** HELLO: the session that has just been opened. */
export function tellHello(response: usize): i32 {
  store<u8>(response + HELLO_VERSION, WIRE_VERSION);
  store<u8>(response + HELLO_PROFILE, PROFILE_PERCUTANEOUS_16);
  store<u32>(response + HELLO_SESSION, sessionNumber());
  return Status.OK;
}

/** INFO: what does not change while the device runs. */
export function tellInfo(response: usize): i32 {
  store<u8>(response + INFO_VERSION, WIRE_VERSION);
  store<u8>(response + INFO_PROFILE, PROFILE_PERCUTANEOUS_16);
  store<u8>(response + INFO_ELECTRODES, ELECTRODES);
  store<u8>(response + INFO_SLOTS, SLOTS);
  store<u8>(response + INFO_AREAS, AREAS);
  store<u8>(response + INFO_AUTHENTICATED, 0);
  store<u8>(response + INFO_BOARD, board);
  store<u32>(response + INFO_FIRMWARE, FIRMWARE_VERSION);
  store<u32>(response + INFO_AMPLITUDE_UA_MAX, AMPLITUDE_UA_MAX);
  store<u32>(response + INFO_PHASE_PC_MAX, PHASE_PC_MAX);
  store<u32>(response + INFO_READBACK_UA, readbackUa);
  return Status.OK;
}

/** IDENTITY: the hashes of both modules, one behind the other, from the board: no module can hold its own. */
export function tellIdentity(response: usize): i32 {
  for (let at = IDENTITY_INTERLOCK; at < IDENTITY_BYTES; at += 4)
    store<i32>(response + <usize>at, identity((at - IDENTITY_INTERLOCK) >> 2)); // REQ-LNK-018
  return Status.OK;
}

/** STATUS: what does. Sensor values as the interlock saw them last; SENSE_STALE where it has none. */
export function tellStatus(response: usize, nowUs: u64): i32 {
  const interlock = status();
  store<u8>(response + STATUS_THERAPY, therapyState());
  store<u8>(response + STATUS_INTERLOCK, interlock & STATUS_STATE_MASK);
  store<u8>(response + STATUS_TRIP, (interlock >>> STATUS_TRIP_SHIFT) & STATUS_TRIP_MASK);
  store<u8>(response + STATUS_SLOT, activeSlot());
  store<u8>(response + STATUS_MODE, activeMode());
  store<u8>(response + STATUS_STOP_REASON, lastReason());
  store<u8>(response + STATUS_TRIPS, reading(READING_TRIPS));
  store<u64>(response + STATUS_CLOCK_US, nowUs);
  store<i32>(response + STATUS_BATTERY_MV, reading(SENSE_BATTERY_MV));
  store<i32>(response + STATUS_TEMPERATURE_MC, reading(SENSE_TEMPERATURE_MC));
  store<i32>(response + STATUS_DISCHARGE_US, reading(READING_DISCHARGE_US));
  store<u32>(response + STATUS_FRAMES_VALID, framesValid());
  store<u32>(response + STATUS_FRAMES_DAMAGED, framesDamaged());
  store<u32>(response + STATUS_FRAMES_REFUSED, framesRefused());
  store<u32>(response + STATUS_PULSES, pulsesTotal());
  return Status.OK;
}
