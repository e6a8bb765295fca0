// What is measured in processes of their own: memory of an hour, start-up of the command line, a whole `npm start`.

import { packagePath } from '../../host/therapy/package-files.ts';
import { run, runBench } from './child.ts';
import type { Figure } from './figure.ts';
import type { HourResult } from './hour.ts';
import { medianMs } from './measure.ts';

const MIB = 1 << 20;
/** An edge in the trace: a cycle in eight bytes and a row in four. */
const EDGE_BYTES = 12;

export function benchMemory(): Figure {
  const { grownBytes, edges } = runBench('hour') as HourResult;
  return {
    name: 'memory of an hour of tonic, trace and body on',
    value: grownBytes / MIB,
    unit: 'MB',
    reference: 'its edges at 12 bytes',
    ratio: grownBytes / (edges * EDGE_BYTES),
    aim: { most: 300 },
    limit: 'bytes of the serial line and heartbeats are recorded too; logs grow by doubling',
  };
}

export function benchStartUp(): Figure[] {
  const clock = { repeats: 5, clockMs: () => performance.now() };
  const node = medianMs(() => run(process.execPath, ['-e', '0']), clock);
  const cli = packagePath('dist/host/cli/main.js');
  const version = medianMs(() => run(process.execPath, [cli, '--version']), clock);
  const start = performance.now();
  run('npm', ['start']);
  const seconds = (performance.now() - start) / 1000;
  return [
    {
      name: 'start-up of the command line',
      value: version,
      unit: 'ms',
      reference: 'an empty node',
      ratio: version / node,
    },
    {
      name: 'npm start, build included',
      value: seconds,
      unit: 's',
      reference: 'an empty node',
      ratio: (seconds * 1000) / node,
      aim: { most: 15 },
    },
  ];
}
