// An interlock whose memory changes by one bit as it is called, or while it is in a call: as it asks the board for the clock
// or a sensor. For everything else it is the one that ships.

import { type Hal, type InterlockExports, instantiateInterlock } from '../../sim/index.ts';
import type { CampaignFault } from './case.ts';

export type CallFlip = Extract<CampaignFault, { kind: 'flip-in-call' | 'flip-between-calls' }>;

export class CallFlips {
  private readonly now: () => number;
  private planned: CallFlip | null = null;
  private fromCycle = 0;
  /** Calls of the board that are let pass. */
  private calls = 0;

  constructor(now: () => number) {
    this.now = now;
  }

  /** From `cycle` on. */
  plan(flip: CallFlip, cycle: number): void {
    this.planned = flip;
    this.fromCycle = cycle;
    this.calls = flip.kind === 'flip-in-call' ? flip.calls : 0;
  }

  instantiate(hal: Hal): InterlockExports {
    let memory: WebAssembly.Memory | undefined;
    const at =
      <A extends number[], R>(kind: CallFlip['kind'], call: (...args: A) => R) =>
      (...args: A): R => {
        if (this.planned?.kind === kind && memory !== undefined) this.strike(memory);
        return call(...args);
      };
    const exports = instantiateInterlock({
      ...hal,
      clock_us: at('flip-in-call', hal.clock_us),
      sense: at('flip-in-call', hal.sense),
      segment_room: at('flip-in-call', hal.segment_room),
    });
    memory = exports.memory;
    const entries = Object.entries(exports as unknown as Record<string, unknown>);
    const called = entries.map(([name, value]) => {
      return [name, typeof value === 'function' ? at('flip-between-calls', value as () => number) : value];
    });
    return Object.fromEntries(called) as InterlockExports;
  }

  private strike(memory: WebAssembly.Memory): void {
    if (this.planned === null || this.now() < this.fromCycle || this.calls-- > 0) return;
    const { address, bit } = this.planned;
    this.planned = null;
    new Uint8Array(memory.buffer)[address] ^= 1 << bit;
  }
}
