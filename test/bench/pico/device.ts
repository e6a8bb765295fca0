// A device on the pico machine as this bench drives it: a therapy running, and perhaps a host that never pauses.

import { Message } from '../../../firmware/wire.ts';
import { decodeStatus } from '../../../host/device/messages.ts';
import type { Therapy } from '../../../host/therapy/therapy.ts';
import { cyclesOfUs, RandomStream } from '../../../sim/index.ts';
import { PicoMachine, picoMachine } from '../../../sim/machine/pico/index.ts';
import { BenchDevice } from '../device.ts';

export const FLOOD_BAUD = 921_600;
/** What a flooding host sends without pause: requests that are answered, or bytes that are none. */
export type Flood = 'requests' | 'noise' | 'none';

const SLICE_US = 10_000;
const US_NS = 1000;
/** Longer than the longest period of a therapy of this bench. */
const SILENT_US = 50_000;

export class PicoBench {
  readonly device: BenchDevice;
  readonly machine: PicoMachine;
  private readonly random = new RandomStream(1, 'flood');

  constructor(baud: number = FLOOD_BAUD) {
    let machine: PicoMachine | undefined;
    const make: typeof picoMachine = (board, seed) => {
      machine = picoMachine(board, seed);
      return machine;
    };
    this.device = new BenchDevice({ machine: make, baud, body: 'none' });
    if (!(machine instanceof PicoMachine)) throw new Error('the bench has no chip');
    this.machine = machine;
  }

  start(therapy: Therapy): void {
    this.device.start(therapy);
  }

  /** Runs while the host sends as fast as the line takes it. */
  run(durationUs: number, flood: Flood): void {
    const { sim } = this.device;
    const end = sim.nowCycles + cyclesOfUs(durationUs);
    while (sim.nowCycles < end) {
      while (flood !== 'none' && sim.board.uart.pendingBytes < 2 * (SLICE_US / 10))
        sim.write(this.bytes(flood));
      sim.runUntilCycle(Math.min(end, sim.nowCycles + cyclesOfUs(SLICE_US)));
    }
  }

  /** Cycles until now, and those of them that the core slept. */
  cycles(): { all: number; slept: number } {
    const { chip } = this.machine;
    return { all: chip.cycle, slept: chip.sleptCycles };
  }

  /** Whether the therapy is still being delivered: one that the processor cannot keep up with has ended. */
  get isDelivering(): boolean {
    const { sim } = this.device;
    return sim.nowCycles - this.lastEdgeCycle() < cyclesOfUs(SILENT_US);
  }

  /** Why the device says that the therapy has ended. */
  ending(): string {
    // What the flood has left on the line goes first, and a delimiter behind it.
    const { sim } = this.device;
    sim.write(Uint8Array.of(0));
    while (sim.board.uart.pendingBytes > 0) sim.runUs(SLICE_US);
    const { payload } = this.device.ask(Message.STATUS);
    const { stopReason, trip } = decodeStatus(payload);
    return stopReason === 'TRIP' ? `${stopReason} (${trip})` : stopReason;
  }

  private lastEdgeCycle(): number {
    const outputs = this.device.sim.trace?.outputs;
    return outputs === undefined ? 0 : outputs.cycles[outputs.length - 1];
  }

  /** How far an edge of the output lies from the µs grid of the first onset at most, ns; and how many edges there were. */
  edges(): { count: number; worstNs: number } {
    let first = Number.NaN;
    let count = 0;
    let worstNs = 0;
    for (const { startNs, state } of this.device.sim.capture().stretches()) {
      if (Number.isNaN(first) && state === 'drive') first = startNs;
      if (Number.isNaN(first)) continue;
      count++;
      const offNs = (startNs - first) % US_NS;
      worstNs = Math.max(worstNs, Math.min(offNs, US_NS - offNs));
    }
    return { count, worstNs };
  }

  /** Bytes that are no frame, without a delimiter. */
  noise(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => 1 + this.random.below(255));
  }

  /** A random whole number from 0 to `bound` − 1. */
  below(bound: number): number {
    return this.random.below(bound);
  }

  private bytes(flood: Flood): Uint8Array {
    return flood === 'noise' ? this.noise(100) : this.device.encode(Message.STATUS);
  }
}
