// How much of the processor a therapy takes, and whether its edges stay where they belong while the host floods the line.

import type { Therapy } from '../../../host/therapy/therapy.ts';
import { StartRefused } from '../device.ts';
import type { Figure } from '../figure.ts';
import { type Flood, PicoBench } from './device.ts';
import {
  FASTEST_ON_2,
  FASTEST_ON_16,
  FOUR_KHZ_ON_16,
  TEN_KHZ_ON_2,
  TEN_KHZ_ON_16,
  TONIC_ON_16,
} from './therapies.ts';

const MEASURED_US = 500_000;
const WORST_PERCENT = 70;
const CLOCK = '125 MHz';

interface Case {
  readonly therapy: Therapy;
  readonly flood: Flood;
  readonly aim?: number;
}

const CASES: readonly Case[] = [
  { therapy: TONIC_ON_16, flood: 'none' },
  { therapy: FOUR_KHZ_ON_16, flood: 'none' },
  { therapy: FOUR_KHZ_ON_16, flood: 'requests' },
  { therapy: FASTEST_ON_2, flood: 'none' },
  { therapy: FASTEST_ON_2, flood: 'requests' },
  { therapy: FASTEST_ON_16, flood: 'none' },
  { therapy: FASTEST_ON_16, flood: 'noise' },
  { therapy: FASTEST_ON_16, flood: 'requests' },
  { therapy: TEN_KHZ_ON_2, flood: 'none' },
  { therapy: TEN_KHZ_ON_16, flood: 'none' },
  { therapy: TEN_KHZ_ON_16, flood: 'noise', aim: WORST_PERCENT },
  { therapy: TEN_KHZ_ON_16, flood: 'requests', aim: WORST_PERCENT },
];

const FLOODED = { none: 'line idle', noise: 'flooded with noise', requests: 'flooded with requests' };

/** The figure of a therapy that has no load. */
function noLoad(name: string, limit: string, aim = 100): Figure {
  const value = Number.POSITIVE_INFINITY;
  return {
    name: `load: ${name}`,
    value,
    unit: '%',
    reference: CLOCK,
    ratio: value,
    aim: { most: aim },
    limit,
  };
}

function loadOf({ therapy, flood, aim }: Case): Figure[] {
  const name = `${therapy.name}, ${FLOODED[flood]}`;
  const bench = new PicoBench();
  try {
    bench.start(therapy);
  } catch (error) {
    if (error instanceof StartRefused)
      return [noLoad(name, 'the device refuses it: more than it can serve', aim)];
    throw error;
  }
  const before = bench.cycles();
  bench.run(MEASURED_US, flood);
  const after = bench.cycles();
  const all = after.all - before.all;
  const percent = 100 * (1 - (after.slept - before.slept) / all);
  const { count, worstNs } = bench.edges();
  // An output that has ended says nothing of load or edges: the figure is then that there is none.
  if (!bench.isDelivering) return [noLoad(name, `it ended with ${bench.ending()}`, aim)];
  return [
    {
      name: `load: ${name}`,
      value: percent,
      unit: '%',
      reference: CLOCK,
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
