// Before a therapy starts: self-test, impedance of the used electrodes, limits, program, and what the device made of it.

import {
  AMPLITUDE_UA_MAX,
  MEASURE_PC_MAX,
  MEASURE_UA_MAX,
  PHASE_PC_SET_DEFAULT,
} from '../../firmware/profile.ts';
import type { DeviceStatus } from '../device/messages.ts';
import type { Stimulator } from '../device/stimulator.ts';
import { DeviceError } from '../link/errors.ts';
import type { DeviceRecord, FindingRecord, ImpedanceRecord } from '../report/record.ts';
import { ELECTRODE_NAMES, electrodesOf } from '../therapy/levels.ts';
import type { AreaSettings, ElectrodeLimit, ElectrodeName, Therapy } from '../therapy/therapy.ts';
import type { ElectrodePair } from './arguments.ts';
import { StateError, UsageError } from './exit.ts';

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

/**
 * Asks the device for its state and refuses to go on with one that is tripped or busy.
 * @throws StateError with the command that helps.
 */
export async function selfTest(stimulator: Stimulator): Promise<DeviceStatus> {
  const status = await stimulator.status();
  const { name } = stimulator.transport;
  if (status.interlock === 'LOCKED')
    throw new StateError(
      `${name}: the interlock is LOCKED (${status.trip}): remove the cause, then power-cycle the device`,
    );
  if (status.interlock === 'TRIPPED')
    throw new StateError(
      `${name}: the interlock is TRIPPED (${status.trip}): remove the cause, then "stimgate clear --port ${name}"`,
    );
  if (status.therapy !== 'IDLE')
    throw new StateError(
      `${name}: the device is ${status.therapy}: end it with "stimgate stop --port ${name}" (--now: at once)`,
    );
  return status;
}

/** The contacts of a therapy, each against the case; none whose limits are under the measuring pulse. */
export function pairsOf(therapy: Therapy): ElectrodePair[] {
  const used = [...new Set(therapy.areas.flatMap(electrodesOf))]
    .sort((a, b) => a - b)
    .map((index) => ELECTRODE_NAMES[index]);
  const isMeasurable = (name: ElectrodeName): boolean => {
    const { amplitudeUa, phaseChargeNc } = limitOf(therapy, name);
    return amplitudeUa >= MEASURE_UA_MAX && phaseChargeNc * 1000 >= MEASURE_PC_MAX;
  };
  if (!isMeasurable('CASE')) return [];
  const contacts = used.filter((name) => name !== 'CASE' && isMeasurable(name));
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

/** The limits of an electrode: the therapy's, else those at boot. */
function limitOf(therapy: Therapy, name: ElectrodeName): Required<ElectrodeLimit> {
  return {
    amplitudeUa: AMPLITUDE_UA_MAX,
    phaseChargeNc: PHASE_PC_SET_DEFAULT / 1000,
    ...therapy.limits?.[name],
  };
}

/**
 * Sets the limits of every electrode, so that none of an earlier therapy hold.
 * @throws UsageError where the device refuses one.
 */
export async function setLimits(stimulator: Stimulator, therapy: Therapy, file: string): Promise<void> {
  await misuse(file, async () => {
    for (const name of ELECTRODE_NAMES) await stimulator.setLimit(name, limitOf(therapy, name));
  });
}

/**
 * Stores the program and has it validated.
 * @returns a finding for each area that the device holds otherwise than it was asked.
 * @throws UsageError where the device refuses it: its line names the field and the nearest values.
 */
export async function program(
  stimulator: Stimulator,
  therapy: Therapy,
  file: string,
): Promise<FindingRecord[]> {
  const findings: FindingRecord[] = [];
  await misuse(file, async () => {
    await stimulator.erase(SLOT);
  });
  for (const [index, area] of therapy.areas.entries()) {
    await misuse(`${file}: areas[${index}]`, async () => {
      await stimulator.setArea(SLOT, index, area);
      await stimulator.setAmplitude(SLOT, index, area.amplitudeUa);
    });
    const held = await stimulator.area(SLOT, index);
    if (canonical(held) === canonical(area)) continue;
    const message = `areas[${index}]: the device holds ${canonical(held)}; ${canonical(area)} was asked`;
    findings.push({ rule: 'echo', atNs: 0, message });
  }
  await misuse(file, () => stimulator.validate(SLOT));
  return findings;
}

/** What the device refuses of a therapy file is misuse. */
async function misuse(file: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof DeviceError) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  }
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
