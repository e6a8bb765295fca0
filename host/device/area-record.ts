// An area's settings as the wire's record and back. Exact both ways: a value that the record cannot hold is refused here,
// with the nearest that it can; whether the device can make it, the device decides.

import { ELECTRODES } from '../../firmware/profile.ts';
import * as wire from '../../firmware/wire.ts';
import type { AreaSettings, ElectrodeName, RechargeSetting } from '../therapy/therapy.ts';
import { integer, mhzFromHz, ms, permille, U8_MAX, U16_MAX, U32_MAX, ua, us } from '../units/units.ts';
import { electrodeIndex, electrodeName } from './electrodes.ts';

const FRACTION_BYTES = 2;

/**
 * The record of `settings`, 68 bytes.
 * @throws RangeError where a value is not representable, naming the nearest; TypeError where it is not a number.
 */
export function encodeArea(settings: AreaSettings): Uint8Array {
  const bytes = new Uint8Array(wire.AREA_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(wire.AREA_RATE_MHZ, mhzFromHz(settings.rateHz), true);
  view.setUint32(wire.AREA_AMPLITUDE_UA, ua(settings.amplitudeUa), true);
  view.setUint16(wire.AREA_PHASE_US, us(settings.phaseUs, 'phaseUs'), true);
  view.setUint16(wire.AREA_INTERPHASE_GAP_US, us(settings.interphaseGapUs ?? 0, 'interphaseGapUs'), true);
  view.setUint16(wire.AREA_RAMP_UP_MS, ms(settings.rampUpMs ?? 0, 'rampUpMs', U16_MAX), true);
  view.setUint16(wire.AREA_RAMP_DOWN_MS, ms(settings.rampDownMs ?? 0, 'rampDownMs', U16_MAX), true);
  view.setUint32(wire.AREA_CYCLE_ON_MS, ms(settings.cycle?.onMs ?? 0, 'cycle.onMs', U32_MAX), true);
  view.setUint32(wire.AREA_CYCLE_OFF_MS, ms(settings.cycle?.offMs ?? 0, 'cycle.offMs', U32_MAX), true);
  encodeBurst(view, settings.burst);
  encodeRecharge(view, settings.recharge);
  for (const [name, share] of Object.entries(settings.electrodes)) {
    const at = wire.AREA_FRACTIONS + electrodeIndex(name as ElectrodeName) * FRACTION_BYTES;
    view.setInt16(at, permille(share as number, `electrodes.${name}`), true);
  }
  return bytes;
}

/** The settings in a record of 68 bytes. Optional settings that are off are left out, but for gap and ramps. */
export function decodeArea(record: Uint8Array): AreaSettings {
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  const pulses = view.getUint16(wire.AREA_BURST_PULSES, true);
  const onMs = view.getUint32(wire.AREA_CYCLE_ON_MS, true);
  const offMs = view.getUint32(wire.AREA_CYCLE_OFF_MS, true);
  const intraRateHz = view.getUint32(wire.AREA_INTRA_RATE_MHZ, true) / 1000;
  return {
    electrodes: decodeFractions(view),
    amplitudeUa: view.getUint32(wire.AREA_AMPLITUDE_UA, true),
    phaseUs: view.getUint16(wire.AREA_PHASE_US, true),
    interphaseGapUs: view.getUint16(wire.AREA_INTERPHASE_GAP_US, true),
    recharge: decodeRecharge(view),
    rateHz: view.getUint32(wire.AREA_RATE_MHZ, true) / 1000,
    ...(pulses > 1 ? { burst: { pulses, intraRateHz } } : {}),
    rampUpMs: view.getUint16(wire.AREA_RAMP_UP_MS, true),
    rampDownMs: view.getUint16(wire.AREA_RAMP_DOWN_MS, true),
    ...(onMs > 0 || offMs > 0 ? { cycle: { onMs, offMs } } : {}),
  };
}

/** The value that a refusal's field speaks of, in the unit of the therapy file. */
export function fieldValue(settings: AreaSettings, field: wire.Field): number | undefined {
  switch (field) {
    case wire.Field.AMPLITUDE:
      return settings.amplitudeUa;
    case wire.Field.PHASE:
      return settings.phaseUs;
    case wire.Field.INTERPHASE_GAP:
      return settings.interphaseGapUs ?? 0;
    case wire.Field.RATE:
      return settings.rateHz;
    case wire.Field.BURST_PULSES:
      return settings.burst?.pulses ?? 1;
    case wire.Field.INTRA_RATE:
      return settings.burst?.intraRateHz;
    case wire.Field.RATIO:
      return typeof settings.recharge === 'object' ? settings.recharge.asymmetric : undefined;
    case wire.Field.RAMP_UP:
      return settings.rampUpMs ?? 0;
    case wire.Field.RAMP_DOWN:
      return settings.rampDownMs ?? 0;
    case wire.Field.CYCLE_ON:
      return settings.cycle?.onMs ?? 0;
    case wire.Field.CYCLE_OFF:
      return settings.cycle?.offMs ?? 0;
    default:
      return undefined;
  }
}

function encodeBurst(view: DataView, burst: AreaSettings['burst']): void {
  const pulses = burst === undefined ? 1 : integer(burst.pulses, 1, U16_MAX, 'burst.pulses');
  view.setUint16(wire.AREA_BURST_PULSES, pulses, true);
  // A burst of one pulse has no rate within it.
  if (burst === undefined || pulses === 1) return;
  view.setUint32(wire.AREA_INTRA_RATE_MHZ, mhzFromHz(burst.intraRateHz, 'burst.intraRateHz'), true);
}

function encodeRecharge(view: DataView, recharge: RechargeSetting): void {
  const asymmetric = typeof recharge === 'object';
  const kind = asymmetric
    ? wire.Recharge.ASYMMETRIC
    : recharge === 'symmetric'
      ? wire.Recharge.SYMMETRIC
      : wire.Recharge.PASSIVE;
  if (!asymmetric && recharge !== 'symmetric' && recharge !== 'passive') {
    throw new TypeError(
      `recharge ${String(recharge)} does not exist: passive, symmetric or { asymmetric: ratio }`,
    );
  }
  view.setUint8(wire.AREA_RECHARGE, kind);
  const ratio = asymmetric ? integer(recharge.asymmetric, 0, U8_MAX, 'recharge.asymmetric') : 1;
  view.setUint8(wire.AREA_RATIO, ratio);
}

function decodeRecharge(view: DataView): RechargeSetting {
  switch (view.getUint8(wire.AREA_RECHARGE)) {
    case wire.Recharge.SYMMETRIC:
      return 'symmetric';
    case wire.Recharge.ASYMMETRIC:
      return { asymmetric: view.getUint8(wire.AREA_RATIO) };
    default:
      return 'passive';
  }
}

function decodeFractions(view: DataView): AreaSettings['electrodes'] {
  const electrodes: Partial<Record<ElectrodeName, number>> = {};
  for (let e = 0; e < ELECTRODES; e++) {
    const share = view.getInt16(wire.AREA_FRACTIONS + e * FRACTION_BYTES, true);
    if (share !== 0) electrodes[electrodeName(e)] = share;
  }
  return electrodes;
}
