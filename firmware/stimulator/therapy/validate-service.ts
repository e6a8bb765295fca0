// Whether the board's processor keeps up: what serving a pulse takes of it, against the time until the next one.

import {
  ACTIVE_CYCLES,
  CYCLES_A_US,
  DRIVEN_CYCLES,
  PULSE_CYCLES,
  RAMP_CYCLES,
  SERVED_PERCENT_MAX,
  SIMULATOR_SPEED,
  SPLIT_CYCLES,
  ZERO_CYCLES,
} from '../../board.ts';
import { AMPLITUDE_UA_STEP, ELECTRODES } from '../../profile.ts';
import {
  AREA_INTERPHASE_GAP_US,
  AREA_INTRA_RATE_MHZ,
  AREA_RAMP_DOWN_MS,
  AREA_RAMP_UP_MS,
  AREA_RATE_MHZ,
  BOARD_PICO,
} from '../../wire.ts';
import { fractionOf } from './levels.ts';
import { piecesOf } from './validate-train.ts';

/** What the processor does in a µs, and its share for pulses in %: what a µs of the output may cost it, cycles · 100. */
const PICO_PACE: i32 = CYCLES_A_US * SERVED_PERCENT_MAX;
let isPico: bool = false;

/** Notes the board, a BOARD_… number: from then on its processor is reckoned with. */
export function setProcessor(board: i32): void {
  isPico = board === BOARD_PICO;
}

/** µs that serving a pulse of an area at an amplitude, µA, takes of the processor, the line's share added. Rounded up. */
export function servedUs(record: usize, amplitudeUa: i32): i32 {
  let driven = 0;
  for (let electrode = 0; electrode < ELECTRODES; electrode++)
    if (fractionOf(record, electrode) !== 0) driven++;
  const active = (1 + piecesOf(record)) * (ACTIVE_CYCLES + driven * DRIVEN_CYCLES);
  const gap = load<u16>(record, AREA_INTERPHASE_GAP_US) !== 0 ? ZERO_CYCLES : 0;
  const cycles = PULSE_CYCLES + ZERO_CYCLES + gap + active + rampCycles(record, amplitudeUa);
  const pace = isPico ? PICO_PACE : SIMULATOR_SPEED * PICO_PACE;
  return (cycles * 100 + pace - 1) / pace; // REQ-VAL-026
}

/** Cycles that a ramp adds to a pulse: its levels are split anew at each step of the amplitude, at most once a pulse. */
function rampCycles(record: usize, amplitudeUa: i32): i32 {
  const upMs = <u64>load<u16>(record, AREA_RAMP_UP_MS);
  const downMs = <u64>load<u16>(record, AREA_RAMP_DOWN_MS);
  const shortestMs = upMs === 0 || (downMs !== 0 && downMs < upMs) ? downMs : upMs;
  if (shortestMs === 0) return 0;
  const steps = <u64>(amplitudeUa / AMPLITUDE_UA_STEP);
  const rateMhz = <u64>max(load<u32>(record, AREA_RATE_MHZ), load<u32>(record, AREA_INTRA_RATE_MHZ));
  // Steps of the amplitude in the ms of the ramp, pulses in the same: 10⁶ mHz are one a ms.
  const splits = (steps * 1000000 * <u64>SPLIT_CYCLES) / (shortestMs * rateMhz);
  return RAMP_CYCLES + <i32>min<u64>(splits, <u64>SPLIT_CYCLES);
}
