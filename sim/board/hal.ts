// The calls that the modules import from "hal": each takes its time, lets what is due happen, and asks the board.

import {
  FLAG_RECHARGE,
  SAMPLE_MASK,
  SAMPLE_NONE,
  SAMPLE_SHIFT,
  SENSE_BATTERY_MV,
  SENSE_MAGNET,
  SENSE_READBACK,
  SENSE_SELF_TEST,
  SENSE_TEMPERATURE_MC,
  SENSE_VOLTAGE_MV,
} from '../../firmware/board.ts';
import { SEGMENT_US_MIN } from '../../firmware/profile.ts';
import { NEXT, NOW } from '../clock/clock.ts';
import { CYCLES_PER_US } from '../clock/cycles.ts';
import { HAL_PATHS, type HalPath } from '../machine/costs.ts';
import type { Hal, StimulatorHal } from '../machine/machine.ts';
import { takeCycles } from '../machine/meter/meter.ts';
import { OffBy } from '../trace/marks.ts';
import type { Board } from './board.ts';
import { UnmodelledAccess } from './unmodelled.ts';

/** What the processor is charged for. */
export interface HalCharges {
  /** Cycles of each way through the HAL, by the index that `charge` gives it. Read at every call. */
  readonly paths: Float64Array;
  /** The counter of the modules' instructions, as far as it has been charged. */
  readonly seenParts: Int32Array;
  /** Of the counter, bits below a whole cycle. */
  readonly partsBits: number;
  /** 1: calls take no time. */
  readonly isFree: Uint8Array;
  /** Interrupts that are still to be charged, cycles. */
  readonly owed: Float64Array;
  /** The stimulator's last look at the clock, µs since the processor's start. */
  readonly calledUs: Float64Array;
  /** Of a sample and of a byte sent, cycles: owed from the call on. */
  readonly interrupts: Float64Array;
}

const charge = Object.fromEntries(HAL_PATHS.map((path, index) => [path, index])) as Record<HalPath, number>;
/** Indices into HalCharges.interrupts. */
export const INTERRUPT_SAMPLE = 0;
export const INTERRUPT_SENT = 1;

/** A request that took longer than this was not one of a stimulator that reckons with its start. */
const LATE_US_MAX = 500;

/** The stimulator's own HAL: the same, and its looks at the clock are remembered. */
export function stimulatorHal<H extends StimulatorHal>(hal: H, { calledUs }: HalCharges): H {
  return {
    ...hal,
    clock_us: (parts?: number) => {
      const us = (hal.clock_us as (parts?: number) => number)(parts);
      calledUs[0] = us >>> 0;
      return us;
    },
  };
}

/**
 * The HAL over a board. The 16 words of `identity` are read at every call. A metered module hands its counter to every
 * call as one more argument.
 */
export function createHal(board: Board, charges: HalCharges, identity: Int32Array): Hal & StimulatorHal {
  const { clock, stage, uart, heartbeat, playback, magnetInput, timerBase } = board;
  const { paths, seenParts, partsBits, isFree, owed, interrupts } = charges;
  const time = clock.time;
  /** What has been run until here passes. */
  const pass = (parts: number | undefined): void => {
    if (parts !== undefined && isFree[0] === 0) time[NOW] += takeCycles(seenParts, parts, partsBits);
  };
  /** And everything that was due by then is done; then the call's own time passes. */
  const enter = (path: number, parts: number | undefined): number => {
    pass(parts);
    if (time[NEXT] <= time[NOW]) clock.catchUp();
    const cycle = time[NOW];
    if (isFree[0] === 0) time[NOW] = cycle + paths[path];
    return cycle;
  };
  const { clock: CLOCK, sense: SENSE, senseAged: AGED, senseMagnet: MAGNET } = charge;
  return {
    clock_us: (parts?: number) => {
      pass(parts);
      const cycle = time[NOW];
      if (isFree[0] === 0) time[NOW] = cycle + paths[CLOCK];
      return ((cycle - timerBase[0]) / CYCLES_PER_US) | 0;
    },
    sense: (channel: number, parts?: number) => {
      // Every call of the interlock asks for these two.
      if (channel === SENSE_MAGNET) return magnetInput.read(enter(MAGNET, parts));
      if (channel === SENSE_READBACK) return playback.sampleUntil(enter(SENSE, parts));
      const isAged = channel === SENSE_BATTERY_MV || channel === SENSE_TEMPERATURE_MC;
      return sense(board, channel, enter(isAged ? AGED : SENSE, parts));
    },
    segment_room: (parts?: number) => stage.room(enter(charge.room, parts)),
    segment: (durationUs, flags, w0, w1, w2, w3, w4, w5, w6, w7, parts?: number) => {
      const cycle = enter(charge.segment, parts);
      let playedUs = durationUs;
      if ((flags & FLAG_RECHARGE) !== 0 && stage.queueEndCycle <= cycle) {
        time[NOW] = cycle + paths[charge.segmentFirst];
        playedUs -= lateUs(durationUs, board, charges, cycle);
      }
      if (((flags >> SAMPLE_SHIFT) & SAMPLE_MASK) !== SAMPLE_NONE) owed[0] += interrupts[INTERRUPT_SAMPLE];
      stage.segment(cycle, playedUs, flags, w0, w1, w2, w3, w4, w5, w6, w7);
    },
    off: (parts?: number) => stage.off(enter(charge.off, parts), OffBy.INTERLOCK),
    heartbeat: (parts?: number) => heartbeat.toggle(enter(charge.heartbeat, parts)),
    uart_read: (parts?: number) => {
      const cycle = enter(charge.readNothing, parts);
      const byte = uart.read();
      if (byte >= 0) time[NOW] = cycle + paths[charge.read];
      return byte;
    },
    uart_write: (byte: number, parts?: number) => {
      const isTaken = uart.send(enter(charge.write, parts), byte);
      if (isTaken !== 0) owed[0] += interrupts[INTERRUPT_SENT];
      return isTaken;
    },
    identity: (word: number, parts?: number) => {
      enter(charge.identity, parts);
      return identity[word] ?? 0;
    },
  };
}

/**
 * What the first segment of an idle stage is shortened by, where it recharges: it ends when it would have ended if it had
 * started at the µs after the stimulator's last look at the clock, from which it reckons. As firmware/boards/pico/stage.c.
 */
function lateUs(durationUs: number, { timerBase }: Board, charges: HalCharges, cycle: number): number {
  const passedUs = Math.floor((cycle - timerBase[0]) / CYCLES_PER_US) - charges.calledUs[0];
  const isReckoned = passedUs >= 0 && passedUs < LATE_US_MAX && durationUs >= passedUs + SEGMENT_US_MIN;
  return isReckoned ? passedUs : 0;
}

function sense(board: Board, channel: number, cycle: number): number {
  switch (channel) {
    case SENSE_VOLTAGE_MV:
      return board.playback.voltageMv;
    case SENSE_BATTERY_MV:
      return board.readBattery(cycle);
    case SENSE_TEMPERATURE_MC:
      return board.temperature.read(cycle);
    case SENSE_SELF_TEST:
      return board.selfTestPassed ? 1 : 0;
    default:
      throw new UnmodelledAccess(`hal.sense(${channel}): there is no such channel`);
  }
}
