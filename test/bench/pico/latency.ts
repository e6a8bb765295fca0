// From the magnet's edge, and from the last bit of an ESTOP frame, to zero output: the worst of many phases of a running
// therapy with the line flooded.

import { Message } from '../../../firmware/wire.ts';
import { CYCLES_PER_US, cyclesOfUs, RandomStream } from '../../../sim/index.ts';
import type { Figure } from '../figure.ts';
import { PicoBench } from './device.ts';
import { FASTEST_ON_2, FOUR_AREAS_ON_16, TONIC_ON_16 } from './therapies.ts';

const PHASES = 1000;
/** Longer than any latency, and than the discharge time before the next start. */
const WAIT_US = 4000;
const DISCHARGE_US = 66_000;
const PERIOD_US = 7700;
const NOISE_BYTES = 100;
const JUDGED_SLOT = 1;
/** Longer than a judgement takes while the fastest therapy runs, and its frame to arrive. */
const JUDGED_US = 20_000;

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

/** An ESTOP that comes while the device judges a program: cycle at which its last bit arrives. */
export const estopWhileJudging: Way = (bench) => {
  const { device } = bench;
  const { sim } = device;
  sim.write(device.encode(Message.VALIDATE, Uint8Array.of(JUDGED_SLOT)));
  sim.runUs(bench.below(JUDGED_US));
  const bytes = device.encode(Message.ESTOP);
  const { uart } = sim.board;
  const last = sim.nowCycles + (uart.pendingBytes + bytes.length) * uart.byteCycles;
  sim.write(bytes);
  return last;
};

/** Latencies of `way` over so many random phases of a therapy, µs. */
export function latenciesUs(way: Way, seed: number, phases: number, therapy = TONIC_ON_16): number[] {
  const bench = new PicoBench();
  const random = new RandomStream(seed, 'phases');
  const { sim } = bench.device;
  bench.device.program(FOUR_AREAS_ON_16, JUDGED_SLOT);
  bench.start(therapy);
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

function figureOf(name: string, way: Way, most: number, seed: number, therapy = TONIC_ON_16): Figure {
  const sorted = latenciesUs(way, seed, PHASES, therapy).sort((a, b) => a - b);
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
  return [
    figureOf('magnet', magnet, 50, 1),
    figureOf('ESTOP, last bit', estop, 200, 2),
    figureOf('ESTOP while judging', estopWhileJudging, 1000, 3, FASTEST_ON_2),
  ];
}
