// Brings the faults of a case into the simulation, each in its phase.

import type { Firmware, Simulator } from '../../sim/index.ts';
import { CallFlips } from './call-flips.ts';
import type { PlannedFault } from './case.ts';
import type { Phase } from './names.ts';

/** A fault that has struck. */
export interface Struck {
  readonly fault: PlannedFault;
  /** Cycle at which it was, or is going to be, injected. */
  readonly cycle: number;
}

export class FaultSchedule {
  /** The faults whose phase has come, in the order of the phases. */
  readonly struck: Struck[] = [];
  /** Whether locals of the modules are to flip. */
  readonly localFlips: boolean;
  private readonly waiting: PlannedFault[];
  private readonly callFlips: CallFlips | undefined;
  private sim: Simulator | null = null;

  constructor(faults: readonly PlannedFault[]) {
    this.waiting = [...faults];
    this.localFlips = faults.some(({ fault }) => fault.kind === 'local-flip');
    const isOfCalls = faults.some(
      ({ fault }) => fault.kind === 'flip-in-call' || fault.kind === 'flip-between-calls',
    );
    this.callFlips = isOfCalls ? new CallFlips(() => this.sim?.nowCycles ?? 0) : undefined;
  }

  /** Modules for the simulator, where bits flip with the interlock's calls; undefined: those that ship. */
  get firmware(): Partial<Firmware> | undefined {
    const { callFlips } = this;
    return callFlips && { interlock: (hal) => callFlips.instantiate(hal) };
  }

  attach(sim: Simulator): void {
    this.sim = sim;
  }

  /** A phase begins at a cycle and is expected to last so long: its faults are scheduled. */
  begin(phase: Phase, cycle: number, lastsCycles: number): void {
    const { sim } = this;
    if (sim === null) throw new Error('a schedule needs a simulation');
    for (let i = this.waiting.length - 1; i >= 0; i--) {
      const planned = this.waiting[i];
      if (planned.phase !== phase) continue;
      this.waiting.splice(i, 1);
      const wanted = cycle + Math.round((lastsCycles * planned.atPermille) / 1000);
      const at = Math.max(sim.nowCycles, wanted);
      const { fault } = planned;
      if (fault.kind === 'flip-in-call' || fault.kind === 'flip-between-calls')
        this.callFlips?.plan(fault, at);
      else sim.faults.inject(fault, at);
      this.struck.push({ fault: planned, cycle: at });
    }
  }
}
