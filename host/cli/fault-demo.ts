// Shows the interlock at work: a current source fails while a therapy runs, and the output goes off by itself.

import { Stimulator } from '../device/stimulator.ts';
import { LinkError } from '../link/errors.ts';
import { currentText } from '../report/format.ts';
import type { FaultRecord } from '../report/record.ts';
import { captureFrom, cathodicSumUa } from '../report/window.ts';
import { ELECTRODE_NAMES, electrodesOf } from '../therapy/levels.ts';
import type { Therapy } from '../therapy/therapy.ts';
import type { Transport } from '../transport/transport.ts';
import { measurePairs, pairsOf, program, SLOT, setLimits } from './prepare.ts';
import { nowNs } from './stimulate.ts';

/** The source sticks this long after the device says that it stimulates: after the ramp, amid the train. */
const FAULT_AFTER_MS = 903;
/** Longest wait for the start and for the trip. */
const WAIT_MS_MAX = 2000;
/** A poll comes at least this often, ns. */
const POLL_NS = 10e6;
/**
 * Samples until two of the same electrode have been taken. Two of three go round the driven electrodes, but a poll sees the
 * newest one alone: at worst always the third, which goes round all 17.
 */
const SAMPLES_MAX = 2 * ELECTRODE_NAMES.length;
/** What the source sticks at, µA, in multiples of the therapy's amplitude. */
const STUCK_FACTOR = 2;

/** Makes the source of the therapy's last electrode stick while it runs. The transport is an embedded simulator's. */
export async function stickSource(
  transport: Transport,
  therapy: Therapy,
  file: string,
): Promise<FaultRecord> {
  const { simulator, clock } = transport;
  if (simulator === undefined) throw new RangeError('a fault can be injected into a simulator only');
  const stimulator = await Stimulator.connect(transport);
  await setLimits(stimulator, therapy, file);
  await measurePairs(stimulator, pairsOf(therapy));
  await program(stimulator, therapy, file);
  const endKeepAlive = stimulator.keepAlive();
  const askedNs = nowNs(stimulator);
  const started = stimulator.waitFor('state', WAIT_MS_MAX, (state) => state.therapy === 'STIMULATING');
  await stimulator.start(SLOT, { mode: therapy.mode ?? 'clinic' });
  await started;
  await clock.sleep(FAULT_AFTER_MS);
  const electrode = electrodesOf(therapy.areas[0]).at(-1) ?? 0;
  // Slow trains are polled once a pulse, which shows one sample of it.
  const boundNs = (SAMPLES_MAX / therapy.areas[0].rateHz) * 1e9 + POLL_NS;
  const levelUa = therapy.areas[0].amplitudeUa * STUCK_FACTOR;
  const faultNs = nowNs(stimulator);
  simulator.faults.inject({ kind: 'stuck-dac', electrode, levelUa });
  const trip = await stimulator.waitFor('fault', WAIT_MS_MAX).catch((error: unknown) => {
    if (error instanceof LinkError) return undefined;
    throw error;
  });
  const reportedNs = nowNs(stimulator);
  await clock.sleep(100);
  endKeepAlive();
  const capture = simulator.capture();
  const offNs = lastCurrentNs(capture, faultNs);
  return {
    name: 'A current source sticks',
    therapy: therapy.name,
    injected: `the source of ${ELECTRODE_NAMES[electrode]} sticks at ${currentText(levelUa)}`,
    trip: trip?.trip ?? 'none',
    holds: trip !== undefined && offNs - faultNs <= boundNs && offNs <= trip.clockUs * 1000 + 1e6,
    faultNs,
    offNs,
    tripNs: (trip?.clockUs ?? 0) * 1000,
    reportedNs,
    boundNs,
    scope: {
      capture: captureFrom(capture, askedNs),
      startNs: askedNs,
      stopNs: faultNs,
      endNs: nowNs(stimulator),
    },
  };
}

/** End of the last stretch that drives current, ns; `faultNs` where none follows it. */
function lastCurrentNs(
  capture: ReturnType<NonNullable<Transport['simulator']>['capture']>,
  faultNs: number,
): number {
  let lastNs = faultNs;
  for (const stretch of capture.stretches()) {
    if (cathodicSumUa(stretch.levelsUa) > 0 && stretch.endNs > lastNs) lastNs = stretch.endNs;
  }
  return lastNs;
}
