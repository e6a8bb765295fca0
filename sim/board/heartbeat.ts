// The dynamic heartbeat that keeps the driver enabled: no edge for 100 ms and it drops out, whatever the software does.

import { HEARTBEAT_US_MAX } from '../../firmware/board.ts';
import type { Clock } from '../clock/clock.ts';
import { cyclesOfUs } from '../clock/cycles.ts';
import type { Trace } from '../trace/trace.ts';
import type { OutputStage } from './output-stage.ts';

const DROP_OUT_CYCLES = cyclesOfUs(HEARTBEAT_US_MAX);
const LAST_EDGE = 0;

export class Heartbeat {
  /** A cut line: the firmware toggles, the driver sees nothing. */
  isCut = false;
  private readonly clock: Clock;
  private readonly stage: OutputStage;
  private readonly trace: Trace | null;
  private readonly state = new Float64Array(1);
  private readonly dropOutKind: number;
  private level = 0;
  private isOn = false;

  constructor(clock: Clock, stage: OutputStage, trace: Trace | null) {
    this.clock = clock;
    this.stage = stage;
    this.trace = trace;
    this.dropOutKind = clock.on((cycle) => this.checkDropOut(cycle));
  }

  /** The firmware toggles the line. */
  toggle(cycle: number): void {
    if (this.isCut) return;
    this.level ^= 1;
    this.trace?.heartbeats.push(cycle, this.level);
    this.state[LAST_EDGE] = cycle;
    if (this.isOn) return;
    this.isOn = true;
    this.stage.setDriver(cycle, true);
    this.clock.schedule(cycle + DROP_OUT_CYCLES, this.dropOutKind);
  }

  /** One event every 100 ms looks whether there was an edge since; it moves itself behind the last one. */
  private checkDropOut(cycle: number): void {
    const dropOutAt = this.state[LAST_EDGE] + DROP_OUT_CYCLES;
    if (dropOutAt > cycle) {
      this.clock.schedule(dropOutAt, this.dropOutKind);
      return;
    }
    this.isOn = false;
    this.stage.setDriver(cycle, false);
  }
}
