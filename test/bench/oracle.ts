// What the oracle takes for a stretch of a capture, against reading it alone.

import { loadPreset } from '../../host/therapy/presets.ts';
import { type Capture, judge, judgeLimits } from '../oracle/index.ts';
import { running } from './device.ts';
import type { Figure } from './figure.ts';
import { medianMs } from './measure.ts';

const SECONDS = 2;

function read(capture: Capture): number {
  let stretches = 0;
  for (const stretch of capture.stretches()) if (stretch.endNs > stretch.startNs) stretches++;
  return stretches;
}

export function benchOracle(): Figure[] {
  const { sim } = running('10khz', { body: 'none' });
  sim.runUs(SECONDS * 1e6);
  const capture = sim.capture();
  const therapy = loadPreset('10khz');
  const stretches = read(capture);
  const readMs = medianMs(() => read(capture));
  const figure = (name: string, ms: number): Figure => ({
    name,
    value: (ms * 1000) / stretches,
    unit: 'µs',
    reference: 'reading it',
    ratio: ms / readMs,
  });
  const verdict = judge(capture, therapy);
  if (!verdict.holds) throw new Error(`the oracle rejects the bench: ${verdict.findings[0].message}`);
  return [
    figure(
      'the oracle, a stretch against its therapy',
      medianMs(() => judge(capture, therapy)),
    ),
    figure(
      'the oracle, a stretch against the laws',
      medianMs(() => judgeLimits(capture)),
    ),
  ];
}
