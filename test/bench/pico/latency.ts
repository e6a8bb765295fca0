// From the magnet's edge, and from the last bit of an ESTOP frame, to zero output: the worst of many phases of a running
// therapy with the line flooded.

import { Message } from '../../../firmware/wire.ts';
import { CYCLES_PER_US, cyclesOfUs, RandomStream } from '../../../sim/index.ts';
import type { Figure } from '../figure.ts';
import { PicoBench } from './device.ts';
import { TONIC_ON_16 } from './therapies.ts';

const PHASES = 1000;
/** Longer than any latency, and than the discharge time before the next start. */
const WAIT_US = 4000;
const DISCHARGE_US = 66_000;
const PERIOD_US = 7700;
const NOISE_BYTES = 100;

type Way = (bench: PicoBench) => number;

/** The magnet arrives while noise does: cycle of its edge. */
export const magnet: Way = (bench) => {
  const { sim } = bench.device;
  sim.write(Uint8Array.from([...bench.noise(NOISE_BYTES), 0]));
  sim.runUs(bench.below(NOISE_BYTES));
  const { nowCycles } = sim;
  sim.board.magnet(true);
  return nowCycles;
};

/** An ESTOP goes out, right behind a burst of noise that ends with a delimiter: cycle at which its last bit arrives. */
export const estop: Way = (bench) => {
  const { device } = bench;
  const { uart } = device.sim.board;
  if (uart.pendingBytes > 0) throw new Error('the line is not idle');
  const bytes = [...bench.noise(NOISE_BYTES), 0, ...device.encode(Message.ESTOP)];
  const last = device.sim.nowCycles + bytes.length * uart.byteCycles;
  device.sim.write(Uint8Array.from(bytes));
  return last;
};

/** Latencies of `way` over so many random phases, µs. */
export function latenciesUs(way: Way, seed: number, phases: number): number[] {
  const bench = new PicoBench();
  const random = new RandomStream(seed, 'phases');
  const { sim } = bench.device;
  bench.start(TONIC_ON_16);
  return Array.from({ length: phases }, () => {
    sim.runUntilCycle(sim.nowCycles + random.below(cyclesOfUs(PERIOD_US)));
    const from = way(bench);
    sim.runUs(WAIT_US);
    const latencyUs = (sim.board.stage.lastOffCycle - from) / CYCLES_PER_US;
    if (!(latencyUs >= 0)) throw new Error('the output did not go off');
    sim.board.magnet(false);
    sim.runUs(DISCHARGE_US);
    bench.device.restart();
    return latencyUs;
  });
}

function figureOf(name: string, way: Way, most: number, seed: number): Figure {
  const sorted = latenciesUs(way, seed, PHASES).sort((a, b) => a - b);
  const worst = sorted.at(-1) ?? Number.NaN;
  const median = sorted[sorted.length >> 1];
  return {
    name: `${name} to zero output, worst of ${PHASES}`,
    value: worst,
    unit: 'µs',
    reference: 'the median',
    ratio: worst / median,
    aim: { most },
    limit: `median ${median.toFixed(2)} µs`,
  };
}

export function benchLatency(): Figure[] {
  return [figureOf('magnet', magnet, 50, 1), figureOf('ESTOP, last bit', estop, 200, 2)];
}
