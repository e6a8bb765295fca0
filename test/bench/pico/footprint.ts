// What the image takes of the chip: flash, RAM, and the deepest that the stack has grown in all that this bench runs.

import { readFileSync } from 'node:fs';
import { Message } from '../../../firmware/wire.ts';
import { packagePath } from '../../../host/therapy/package-files.ts';
import type { Therapy } from '../../../host/therapy/therapy.ts';
import type { Figure } from '../figure.ts';
import { PicoBench } from './device.ts';
import { FASTEST_ON_16, FOUR_AREAS_ON_16, FOUR_KHZ_ON_16, TONIC_ON_16 } from './therapies.ts';

const KIB = 1024;
const JUDGEMENTS = 20;
const PERIOD_US = 1000;

/** RAM is zero at power-on; what of the stack is not zero any more has been used. The guard is its lowest word. */
function deepestStack(): { used: number; given: number } {
  const benches = [flooded(TONIC_ON_16), flooded(FOUR_KHZ_ON_16), judging()];
  const { image } = benches[0].machine;
  const [bottom, top] = [image.address('stack_bottom'), image.address('stack_top')];
  const used = benches.map(({ machine }) => {
    let at = bottom + 4;
    while (at < top && machine.chip.readRam(at) === 0) at++;
    return top - at;
  });
  return { used: Math.max(...used), given: top - bottom };
}

function flooded(therapy: Therapy): PicoBench {
  const bench = new PicoBench();
  bench.start(therapy);
  bench.run(200_000, 'requests');
  return bench;
}

/** The queue is filled in the middle of a judgement. */
function judging(): PicoBench {
  const bench = new PicoBench();
  bench.device.program(FOUR_AREAS_ON_16, 1);
  bench.start(FASTEST_ON_16);
  for (let n = 0; n < JUDGEMENTS; n++) {
    bench.device.ask(Message.VALIDATE, Uint8Array.of(1));
    bench.run(bench.below(PERIOD_US), 'none');
  }
  return bench;
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
