// The alarms of rp2040js's own clock (SysTick, and blocks whose mend is left out) in the chip's cycles of 8 ns.

import type { Agenda, Part } from './agenda.ts';
import type { SimulationClockView } from './clock-view.ts';

const NS_PER_CYCLE = 8;

export class StockAlarms implements Part {
  private readonly part: number;

  constructor(
    private readonly clock: SimulationClockView,
    private readonly agenda: Agenda,
  ) {
    this.part = agenda.add(this);
    // The clock shows the hardware's cycle exactly, whoever asks.
    Object.defineProperty(clock, 'nanosCounter', { get: () => agenda.now * NS_PER_CYCLE, set: () => {} });
    const link = clock.linkAlarm.bind(clock);
    const unlink = clock.unlinkAlarm.bind(clock);
    clock.linkAlarm = (nanos, alarm) => {
      const linked = link(nanos, alarm);
      this.reschedule();
      return linked;
    };
    clock.unlinkAlarm = (alarm) => {
      const wasLinked = unlink(alarm);
      this.reschedule();
      return wasLinked;
    };
    this.reschedule();
  }

  run(): void {
    this.clock.tick(0);
    this.reschedule();
  }

  private reschedule(): void {
    const next = this.clock.nextAlarm;
    const cycle = next === null ? Number.POSITIVE_INFINITY : Math.ceil(next.nanos / NS_PER_CYCLE);
    this.agenda.schedule(this.part, Math.max(cycle, this.agenda.now));
  }
}
