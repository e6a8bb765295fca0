// The least board that the interlock believes in: its clock is set by the bench, its sensors are well, and the read-back
// shows what was released.

import {
  READBACK_ELECTRODE_SHIFT,
  READBACK_TAG_SHIFT,
  SAMPLE_MASK,
  SAMPLE_NONE,
  SAMPLE_SHIFT,
  SENSE_BATTERY_MV,
  SENSE_MAGNET,
  SENSE_NO_SAMPLE,
  SENSE_READBACK,
  SENSE_SELF_TEST,
  SENSE_TEMPERATURE_MC,
  TAG_MASK,
  TAG_SHIFT,
} from '../../firmware/board.ts';
import type { Hal } from '../../sim/index.ts';

const HEALTHY: Readonly<Record<number, number>> = {
  [SENSE_MAGNET]: 0,
  [SENSE_BATTERY_MV]: 3900,
  [SENSE_TEMPERATURE_MC]: 37_000,
  [SENSE_SELF_TEST]: 1,
};

export class StubBoard {
  nowUs = 0;
  /** Free places of the FIFO, whatever was queued. */
  room = 64;
  private readback = SENSE_NO_SAMPLE;

  /** Reads back contacts 0 and 1 alone: the bench drives no others. */
  readonly hal: Hal = {
    clock_us: () => this.nowUs | 0,
    sense: (channel) => (channel === SENSE_READBACK ? this.readback : (HEALTHY[channel] ?? 0)),
    segment_room: () => this.room,
    segment: (_durationUs, flags, w0) => {
      const electrode = (flags >> SAMPLE_SHIFT) & SAMPLE_MASK;
      if (electrode === SAMPLE_NONE) return;
      const ua = electrode === 0 ? w0 & 0xffff : electrode === 1 ? (w0 >>> 16) & 0xffff : 0;
      const tag = (flags >> TAG_SHIFT) & TAG_MASK;
      this.readback = ua | (electrode << READBACK_ELECTRODE_SHIFT) | (tag << READBACK_TAG_SHIFT);
    },
    off: () => {},
    heartbeat: () => {},
  };
}
