// What the image takes of the chip: flash, RAM, and the deepest that the stack has grown in all that this bench runs.

import { readFileSync } from 'node:fs';
import { packagePath } from '../../../host/therapy/package-files.ts';
import type { Figure } from '../figure.ts';
import { PicoBench } from './device.ts';
import { FOUR_KHZ_ON_16, TONIC_ON_16 } from './therapies.ts';

const KIB = 1024;

/** The stack is painted before anything runs; what is not paint any more has been used. */
function deepestStack(): { used: number; given: number } {
  const bench = new PicoBench();
  const { chip, image } = bench.machine;
  const [bottom, top] = [image.address('stack_bottom'), image.address('stack_top')];
  bench.start(TONIC_ON_16);
  bench.run(300_000, 'requests');
  const other = new PicoBench();
  other.start(FOUR_KHZ_ON_16);
  other.run(100_000, 'requests');
  const used = [chip, other.machine.chip].map((ram) => {
    // RAM is zero at power-on; the guard is the lowest word.
    let at = bottom + 4;
    while (at < top && ram.readRam(at) === 0) at++;
    return top - at;
  });
  return { used: Math.max(...used), given: top - bottom };
}

export function benchFootprint(): Figure[] {
  const { sizes } = JSON.parse(readFileSync(packagePath('build/stimgate-pico.json'), 'utf8')) as {
    sizes: { flashBytes: number; ramBytes: number };
  };
  const size = (name: string, bytes: number, mostKib: number): Figure => ({
    name,
    value: bytes / KIB,
    unit: 'KiB',
    reference: `${mostKib} KiB`,
    ratio: bytes / KIB / mostKib,
    aim: { most: mostKib },
  });
  const { used, given } = deepestStack();
  return [
    size('flash', sizes.flashBytes, 48),
    size('RAM, stack included', sizes.ramBytes, 24),
    {
      name: 'deepest stack',
      value: used,
      unit: 'bytes',
      reference: 'what it is given',
      ratio: used / given,
      aim: { most: given },
    },
  ];
}
