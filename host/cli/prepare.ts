// Before a therapy starts: self-test, impedance of the used electrodes, limits, program, and what the device made of it.

import type { DeviceStatus } from '../device/messages.ts';
import type { Stimulator } from '../device/stimulator.ts';
import { DeviceError } from '../link/errors.ts';
import type { DeviceRecord, FindingRecord, ImpedanceRecord } from '../report/record.ts';
import { ELECTRODE_NAMES, electrodesOf } from '../therapy/levels.ts';
import type { AreaSettings, ElectrodeName, Therapy } from '../therapy/therapy.ts';
import type { ElectrodePair } from './arguments.ts';
import { UsageError } from './exit.ts';

/** Slot of the device that runs use. */
export const SLOT = 0;

/** What the device says of itself, as records keep it. */
export function deviceRecord(stimulator: Stimulator, status: DeviceStatus): DeviceRecord {
  const { info, transport } = stimulator;
  return {
    port: transport.name,
    firmware: info.firmwareVersion,
    board: info.board,
    profile: info.profile,
    batteryMv: status.batteryMv,
    temperatureMc: status.temperatureMc,
    authenticated: info.authenticated,
  };
}

/** Asks the device for its state and refuses to go on with one that is tripped or busy. */
export async function selfTest(stimulator: Stimulator): Promise<DeviceStatus> {
  const status = await stimulator.status();
  if (status.interlock === 'TRIPPED' || status.interlock === 'LOCKED') {
    const trip = `${status.interlock} (${status.trip})`;
    throw new UsageError(
      `${stimulator.transport.name}: the interlock is ${trip}: clear the cause, then power-cycle the device`,
    );
  }
  if (status.therapy !== 'IDLE') {
    throw new UsageError(`${stimulator.transport.name}: the device is ${status.therapy}: stop it first`);
  }
  return status;
}

/** The electrodes of a therapy, each against the case (the case against the first of them). */
export function pairsOf(therapy: Therapy): ElectrodePair[] {
  const used = [...new Set(therapy.areas.flatMap(electrodesOf))]
    .sort((a, b) => a - b)
    .map((index) => ELECTRODE_NAMES[index]);
  const contacts = used.filter((name) => name !== 'CASE');
  return contacts.map((plus) => ({ plus, minus: 'CASE' as ElectrodeName }));
}

/** Measures the impedance of pairs of electrodes, one after another. */
export async function measurePairs(
  stimulator: Stimulator,
  pairs: readonly ElectrodePair[],
  onPair: (pair: ElectrodePair) => void = () => {},
): Promise<ImpedanceRecord[]> {
  const records: ImpedanceRecord[] = [];
  for (const { plus, minus } of pairs) {
    onPair({ plus, minus });
    const { ohm, mismatch } = await stimulator.measureImpedance(plus, minus);
    records.push({ plus, minus, ohm: mismatch ? undefined : ohm });
  }
  return records;
}

/**
 * Sets limits, stores the program and has it validated.
 * @returns a finding for each area that the device holds otherwise than it was asked.
 * @throws UsageError where the device refuses it: its line names the field and the nearest values.
 */
export async function program(
  stimulator: Stimulator,
  therapy: Therapy,
  file: string,
): Promise<FindingRecord[]> {
  const findings: FindingRecord[] = [];
  try {
    await stimulator.erase(SLOT);
    for (const [name, limit] of Object.entries(therapy.limits ?? {})) {
      if (limit !== undefined) await stimulator.setLimit(name as ElectrodeName, limit);
    }
    for (const [index, area] of therapy.areas.entries()) {
      await stimulator.setArea(SLOT, index, area);
      await stimulator.setAmplitude(SLOT, index, area.amplitudeUa);
      const held = await stimulator.area(SLOT, index);
      if (canonical(held) === canonical(area)) continue;
      const message = `areas[${index}]: the device holds ${canonical(held)}; ${canonical(area)} was asked`;
      findings.push({ rule: 'echo', atNs: 0, message });
    }
    await stimulator.validate(SLOT);
  } catch (error) {
    if (error instanceof DeviceError) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  }
  return findings;
}

/** An area with all that may be left out, in one order: equal areas give equal texts. */
function canonical(area: AreaSettings): string {
  const electrodes = ELECTRODE_NAMES.flatMap((name) => {
    const fraction = area.electrodes[name] ?? 0;
    return fraction === 0 ? [] : [`${name} ${fraction}`];
  });
  const { amplitudeUa, phaseUs, interphaseGapUs = 0, recharge, rateHz, rampUpMs = 0, rampDownMs = 0 } = area;
  const burst = area.burst === undefined ? null : [area.burst.pulses, area.burst.intraRateHz];
  const cycle = area.cycle === undefined ? null : [area.cycle.onMs, area.cycle.offMs];
  const ramps = [rampUpMs, rampDownMs];
  return JSON.stringify({
    electrodes,
    amplitudeUa,
    phaseUs,
    interphaseGapUs,
    recharge,
    rateHz,
    burst,
    ramps,
    cycle,
  });
}
