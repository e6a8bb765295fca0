// How fast the machine runs: simulated cycles a second of processor time, asleep and with the output stage busy.

import type { Figure } from '../figure.ts';
import { PicoBench } from './device.ts';
import { FOUR_KHZ_ON_16, TONIC_ON_16 } from './therapies.ts';

const MHZ = 1e3;

function speedOf(name: string, therapy: typeof TONIC_ON_16, simulatedUs: number, least?: number): Figure {
  const bench = new PicoBench();
  bench.start(therapy);
  const before = bench.cycles();
  const started = process.cpuUsage();
  bench.run(simulatedUs, 'none');
  const { user, system } = process.cpuUsage(started);
  if (!bench.isDelivering) throw new Error(`${name}: the output has ended, there is nothing to measure`);
  const after = bench.cycles();
  const all = after.all - before.all;
  const ms = (user + system) / 1000;
  const awake = all - (after.slept - before.slept);
  const value = all / ms / MHZ;
  return {
    name,
    value,
    unit: 'MHz',
    reference: 'real time',
    ratio: value / 125,
    aim: least === undefined ? undefined : { least },
    limit: `awake ${Math.round((100 * awake) / all)} % of the time, at ${(awake / ms / MHZ).toFixed(1)} MHz`,
  };
}

export function benchMachineSpeed(): Figure[] {
  return [
    speedOf('130 Hz on 16 contacts, mostly asleep', TONIC_ON_16, 4_000_000),
    speedOf('4 kHz on 16 contacts, the output stage busy', FOUR_KHZ_ON_16, 400_000, 25),
  ];
}
