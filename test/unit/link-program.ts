// A program for tests of the link: one tonic area that validation accepts, and how to put it into the device.

import { Mode, Status } from '../../firmware/status.ts';
import { Message, Recharge } from '../../firmware/wire.ts';
import type { LinkRig } from './link-rig.ts';
import { u16, u32 } from './link-wire.ts';

export interface AreaFields {
  readonly rateMhz?: number;
  readonly rampUpMs?: number;
  readonly rampDownMs?: number;
  readonly phaseUs?: number;
  /** Cathode and anode, 0–16. */
  readonly cathode?: number;
  readonly anode?: number;
}

/** The 68 bytes of an area: 50 Hz, 300 µs, symmetric recharge, the first contact against the second. */
export function areaRecord(fields: AreaFields = {}): number[] {
  const { rateMhz = 50000, rampUpMs = 0, rampDownMs = 0, phaseUs = 300, cathode = 0, anode = 1 } = fields;
  const fractions = new Array<number>(17).fill(0);
  fractions[cathode] = -1000;
  fractions[anode] = 1000;
  return [
    ...[rateMhz, 0, 0, 0, 0].flatMap(u32),
    ...[rampUpMs, rampDownMs, phaseUs, 0, 1].flatMap(u16),
    Recharge.SYMMETRIC,
    1,
    ...fractions.flatMap((fraction) => u16(fraction & 0xffff)),
    0,
    0,
  ];
}

/** Stores the area in slot 0 at `amplitudeUa`, and starts it once the output is discharged. */
export function startTherapy(
  rig: LinkRig,
  mode: Mode = Mode.CLINIC,
  amplitudeUa = 4000,
  fields: AreaFields = {},
) {
  const steps = [
    rig.ask(Message.SET_AREA, [0, 0, 0, 0, ...areaRecord(fields)]),
    rig.ask(Message.SET_AMPLITUDE, [0, 0, 0, 0, ...u32(amplitudeUa)]),
    rig.ask(Message.START, [0, mode]),
  ];
  const refused = steps.findIndex((response) => response.getUint8(0) !== Status.OK);
  if (refused >= 0) throw new Error(`step ${refused} is refused with status ${steps[refused].getUint8(0)}`);
}
