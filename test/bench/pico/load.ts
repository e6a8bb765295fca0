// How much of the processor a therapy takes, and whether its edges stay where they belong while the host floods the line.

import type { Therapy } from '../../../host/therapy/therapy.ts';
import type { Figure } from '../figure.ts';
import { type Flood, PicoBench } from './device.ts';
import { FOUR_KHZ_ON_16, TEN_KHZ_ON_2, TEN_KHZ_ON_16, TONIC_ON_16 } from './therapies.ts';

const MEASURED_US = 500_000;
const WORST_PERCENT = 70;

interface Case {
  readonly therapy: Therapy;
  readonly flood: Flood;
  readonly aim?: number;
}

const CASES: readonly Case[] = [
  { therapy: TONIC_ON_16, flood: 'none' },
  { therapy: FOUR_KHZ_ON_16, flood: 'none' },
  { therapy: FOUR_KHZ_ON_16, flood: 'requests' },
  { therapy: TEN_KHZ_ON_2, flood: 'none' },
  { therapy: TEN_KHZ_ON_16, flood: 'none' },
  { therapy: TEN_KHZ_ON_16, flood: 'noise', aim: WORST_PERCENT },
  { therapy: TEN_KHZ_ON_16, flood: 'requests', aim: WORST_PERCENT },
];

const FLOODED = { none: 'line idle', noise: 'flooded with noise', requests: 'flooded with requests' };

function loadOf({ therapy, flood, aim }: Case): Figure[] {
  const name = `${therapy.name}, ${FLOODED[flood]}`;
  const bench = new PicoBench();
  bench.start(therapy);
  const before = bench.cycles();
  bench.run(MEASURED_US, flood);
  const after = bench.cycles();
  const all = after.all - before.all;
  const percent = 100 * (1 - (after.slept - before.slept) / all);
  const { count, worstNs } = bench.edges();
  const reference = '125 MHz';
  // An output that has ended says nothing of load or edges: the figure is then that there is none.
  if (!bench.isDelivering)
    return [
      {
        name: `load: ${name}`,
        value: Number.POSITIVE_INFINITY,
        unit: '%',
        reference,
        ratio: Number.POSITIVE_INFINITY,
        aim: { most: aim ?? 100 },
        limit: `it ended with ${bench.ending()}`,
      },
    ];
  return [
    {
      name: `load: ${name}`,
      value: percent,
      unit: '%',
      reference,
      ratio: percent / 100,
      aim: aim === undefined ? undefined : { most: aim },
    },
    {
      name: `edges off the grid: ${name}`,
      value: worstNs / 8,
      unit: 'cycles',
      reference: 'a cycle of 8 ns',
      ratio: worstNs / 8,
      aim: { most: 0 },
      limit: `${count.toLocaleString('en-GB')} edges`,
    },
  ];
}

export function benchLoad(): Figure[] {
  return CASES.flatMap(loadOf);
}
