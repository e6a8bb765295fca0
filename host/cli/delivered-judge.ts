// Judges what a device reports of its pulses where no capture of its output is at hand: instants and counts, no levels.

import { type DeliveredBatch, idealOnsetUs } from '../device/delivered.ts';
import type { AreaRecord, FindingRecord } from '../report/record.ts';
import type { AreaSettings, Therapy } from '../therapy/therapy.ts';
import { areaAsked } from './judge-run.ts';

export interface DeliveredVerdict {
  readonly areas: readonly AreaRecord[];
  readonly findings: readonly FindingRecord[];
}

/**
 * Compares DELIVERED batches with the therapy: counts without a hole, onsets at the exact instants. `isDue`: whether an area
 * must have had a pulse by then.
 */
export function judgeDelivered(
  therapy: Therapy,
  batches: readonly DeliveredBatch[],
  isDue: (area: AreaSettings) => boolean = () => true,
): DeliveredVerdict {
  const findings: FindingRecord[] = [];
  const areas = therapy.areas.map((area, index) => {
    const own = batches.filter((batch) => batch.area === index);
    if (own.length === 0 && isDue(area))
      findings.push({
        rule: 'no-output',
        atNs: 0,
        message: `${nameOf(area, index)}: the device reports no pulse`,
      });
    return judgeArea(area, index, own, findings);
  });
  return { areas, findings };
}

function nameOf(area: AreaSettings, index: number): string {
  return area.name ?? `Area ${index + 1}`;
}

function judgeArea(
  area: AreaSettings,
  index: number,
  batches: readonly DeliveredBatch[],
  findings: FindingRecord[],
): AreaRecord {
  const name = nameOf(area, index);
  const pulses = batches[batches.length - 1]?.total ?? 0;
  const add = (rule: string, batch: DeliveredBatch, message: string): unknown =>
    findings.push({ rule, atNs: batch.firstOnsetUs * 1000, message: `${name}: ${message}` });
  let total = 0;
  for (const batch of batches) {
    total += batch.count;
    if (batch.total !== total)
      add('pulse-missing', batch, `${batch.total} pulses in all are reported, ${total} one by one`);
    total = batch.total;
    if (batch.amplitudeUa > area.amplitudeUa)
      add('level', batch, `${batch.amplitudeUa} µA is reported; at most ${area.amplitudeUa} µA asked`);
  }
  const onsetErrorNs = largestErrorUs(area, batches) * 1000;
  if (onsetErrorNs > 0)
    add('onset', batches[0], `onsets are reported ${onsetErrorNs} ns off the exact instants`);
  const delayUs = batches.reduce((longest, batch) => Math.max(longest, batch.delayUs), 0);
  return {
    name,
    asked: areaAsked(area),
    seen: { pulses, rateHz: reportedRateHz(batches), onsetErrorNs, delayUs },
  };
}

/** Largest distance of a batch's first onset from its exact instant, µs, counted from the first batch's on-window. */
function largestErrorUs(area: AreaSettings, batches: readonly DeliveredBatch[]): number {
  const timed = batches.filter((batch) => !batch.thinned);
  const starts = timed.map(
    (batch) => batch.firstOnsetUs - batch.delayUs - idealOnsetUs(batch, batch.firstIndex),
  );
  const cycleUs = area.cycle === undefined ? 0 : (area.cycle.onMs + area.cycle.offMs) * 1000;
  return starts.reduce((largest, start) => {
    const sinceFirst = start - starts[0];
    const cycles = cycleUs === 0 ? 0 : Math.round(sinceFirst / cycleUs);
    return Math.max(largest, Math.abs(sinceFirst - cycles * cycleUs));
  }, 0);
}

/** Rate that the batches themselves name, Hz. */
function reportedRateHz(batches: readonly DeliveredBatch[]): number | undefined {
  return batches.length === 0 ? undefined : batches[batches.length - 1].rateMhz / 1000;
}
