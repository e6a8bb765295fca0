// What the pins of the simulated Pico's output stage did, edge by edge: noted on its way to the board.

import { CYCLE_NS, cyclesOfUs, type Simulator } from '../../sim/index.ts';
import type { PicoMachine } from '../../sim/machine/pico/index.ts';
import {
  PIN_ACTIVE,
  PIN_CLOCK,
  PIN_DATA,
  PIN_LATCH,
  PIN_RECHARGE,
  PIN_RUN,
} from '../../sim/machine/pico/pins.ts';
import type { Stretch } from '../../sim/trace/capture.ts';
import type { Row } from './timing-diagram.ts';

type Edge = readonly [cycle: number, value: number];

const SIGNALS = [
  ['CLOCK', PIN_CLOCK],
  ['DATA', PIN_DATA],
  ['LATCH', PIN_LATCH],
  ['RUN', PIN_RUN],
  ['ACTIVE', PIN_ACTIVE],
  ['RECHARGE', PIN_RECHARGE],
] as const;

const LEVEL_BITS = 272;

export class PinLog {
  private readonly edges = new Map<number, Edge[]>(SIGNALS.map(([, pin]) => [pin, []]));
  private readonly levels: Edge[] = [];

  /** Runs `sim` for so long and notes every edge that its `machine` tells. Pre: the machine does not collapse shifts. */
  record(sim: Simulator, machine: PicoMachine, durationUs: number): void {
    const { pioPins, pioShift } = machine;
    machine.pioPins = (cycle, values, changed) => {
      for (const [pin, edges] of this.edges) {
        if (edges.length === 0) edges.push([0, ((values ^ changed) >> pin) & 1]);
        if ((changed & (1 << pin)) !== 0) edges.push([cycle, (values >> pin) & 1]);
      }
      pioPins.call(machine, cycle, values, changed);
    };
    machine.pioShift = (cycle) => {
      throw new Error(`bits at cycle ${cycle} came in bulk`);
    };
    const end = sim.nowCycles + cyclesOfUs(durationUs);
    sim.runUntilCycle(end);
    Object.assign(machine, { pioPins, pioShift });
  }

  /** Adds the level of an electrode from a capture. */
  noteLevels(stretches: Iterable<Stretch>, electrode: number): void {
    for (const { startNs, levelsUa } of stretches) this.levels.push([startNs / CYCLE_NS, levelsUa[electrode]]);
  }

  rows(): Row[] {
    const signals = SIGNALS.map(([name, pin]) => ({ name, values: this.edges.get(pin) ?? [] }));
    return [...signals, { name: 'E1, µA', values: this.levels, isLevel: true }];
  }

  /** Rising edges of a signal. */
  rises(pin: number): number[] {
    return (this.edges.get(pin) ?? []).flatMap(([cycle, value]) => (value === 1 && cycle > 0 ? [cycle] : []));
  }

  /** From the first rising edge of CLOCK after a cycle to the last of the levels. Throws Error where it is not whole. */
  shiftAfter(cycle: number): { from: number; to: number } {
    const rises = this.rises(PIN_CLOCK).filter((at) => at > cycle);
    if (rises.length < LEVEL_BITS) throw new Error(`the levels after cycle ${cycle} were not shifted whole`);
    return { from: rises[0], to: rises[LEVEL_BITS - 1] };
  }
}
