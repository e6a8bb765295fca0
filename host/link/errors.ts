// The two ways in which talking to a device fails: the line (LinkError) and the device's own refusal (DeviceError).
// Each message is one line that can be shown to a user as it is.

import { Status } from '../../firmware/status.ts';
import { Field } from '../../firmware/wire.ts';
import { inUnit } from '../units/units.ts';

/** What went wrong on the line. */
export type LinkFault =
  /** The port is missing, locked, not permitted or not a serial port. */
  | 'open'
  /** No answer in time. */
  | 'timeout'
  /** Bytes came, but never a valid frame. */
  | 'garbage'
  /** The other end closed the line, or it broke. */
  | 'closed'
  /** The simulated device serves another host. */
  | 'busy'
  /** The device speaks another version or sends what no message looks like. */
  | 'protocol'
  /** The device has forgotten the session: it was reset. */
  | 'reset'
  /** The request was given up for a STOP or an ESTOP. */
  | 'superseded';

/** What the server of a simulated device says to a second host before it closes the line (transport/serve.ts). */
export const ANOTHER_HOST = 'another host is connected';

/** The line failed: nothing is known about what the device did with the last request. */
export class LinkError extends Error {
  override readonly name = 'LinkError';
  readonly fault: LinkFault;

  constructor(fault: LinkFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

/** The device refused a request; its state is unchanged. */
export class DeviceError extends Error {
  /** Name of the status, such as `PHASE_WIDTH`. */
  override readonly name: string;
  /** Number of the status (firmware/status.ts). */
  readonly code: Status;
  /** The field that is wrong, or `Field.NONE`. */
  readonly field: Field;
  /** The area of the program (0–3) that the field belongs to, where it belongs to one. */
  readonly area: number | undefined;
  /** The nearest lower and higher values that would do, in the wire's unit of the field (mHz, pC, …), where known. */
  readonly nearest: readonly [low: number, high: number] | undefined;

  constructor(refusal: Refusal, what: string, value?: number) {
    super(refusalMessage(refusal, what, value));
    this.name = Status[refusal.code] ?? `STATUS_${refusal.code}`;
    this.code = refusal.code;
    this.field = refusal.field;
    this.area = refusal.area;
    this.nearest = refusal.nearest;
  }
}

/** A refusal as it came from the device. */
export interface Refusal {
  readonly code: Status;
  readonly field: Field;
  /** The area (0–3) that the field belongs to; left out where it belongs to none. */
  readonly area?: number;
  readonly nearest: readonly [low: number, high: number] | undefined;
}

/** How a field is called in a therapy file, its unit there and how many of the wire's units make one of it. */
interface FieldWords {
  readonly name: string;
  readonly unit: string;
  readonly scale: number;
}

const FIELDS: ReadonlyMap<Field, FieldWords> = new Map([
  [Field.FRACTIONS, { name: 'electrodes', unit: '‰', scale: 1 }],
  [Field.AMPLITUDE, { name: 'amplitudeUa', unit: 'µA', scale: 1 }],
  [Field.PHASE, { name: 'phaseUs', unit: 'µs', scale: 1 }],
  [Field.INTERPHASE_GAP, { name: 'interphaseGapUs', unit: 'µs', scale: 1 }],
  [Field.RATE, { name: 'rateHz', unit: 'Hz', scale: 1000 }],
  [Field.BURST_PULSES, { name: 'burst.pulses', unit: 'pulses', scale: 1 }],
  [Field.INTRA_RATE, { name: 'burst.intraRateHz', unit: 'Hz', scale: 1000 }],
  [Field.RECHARGE, { name: 'recharge', unit: '', scale: 1 }],
  [Field.RATIO, { name: 'recharge.asymmetric', unit: '', scale: 1 }],
  [Field.RAMP_UP, { name: 'rampUpMs', unit: 'ms', scale: 1 }],
  [Field.RAMP_DOWN, { name: 'rampDownMs', unit: 'ms', scale: 1 }],
  [Field.CYCLE_ON, { name: 'cycle.onMs', unit: 'ms', scale: 1 }],
  [Field.CYCLE_OFF, { name: 'cycle.offMs', unit: 'ms', scale: 1 }],
  [Field.ELECTRODE, { name: 'electrode', unit: '', scale: 1 }],
  [Field.PHASE_LIMIT, { name: 'phaseChargeNc', unit: 'nC', scale: 1000 }],
]);

/** Reasons in words, for a refusal that names no field or whose field does not say why. */
const REASONS: ReadonlyMap<Status, string> = new Map([
  [Status.BAD_ARGUMENT, 'an argument is out of range'],
  [Status.NOT_ARMED, 'the output is not armed'],
  [Status.TRIPPED, 'the interlock has tripped: clear it first'],
  [Status.DISCHARGING, 'the electrodes are still being discharged: try again in 65 ms'],
  [Status.LOCKED, 'the interlock is locked after repeated or fatal trips: cycle the power'],
  [Status.MAGNET, 'a magnet is at the device'],
  [Status.SENSOR, 'a sensor has no fresh or plausible reading'],
  [Status.SELF_TEST, 'the self-test of the output stage has failed'],
  [Status.AMPLITUDE, 'above the amplitude limit'],
  [Status.MEASURE, 'not a measuring pulse within its limits'],
  [Status.LIMIT, 'limits can be raised only while disarmed, and never past the hard limits'],
  [Status.BAD_VERSION, 'it speaks another version of the protocol'],
  [Status.BAD_SESSION, 'the session is not open: connect again'],
  [Status.BAD_SEQUENCE, 'the sequence number is out of place'],
  [Status.UNKNOWN_MESSAGE, 'it does not know this message'],
  [Status.BAD_LENGTH, 'the message has the wrong length'],
  [Status.BAD_SLOT, 'there is no such slot: 0 to 15'],
  [Status.BAD_AREA, 'there is no such area: 0 to 3'],
  [Status.EMPTY_PROGRAM, 'the slot is empty'],
  [Status.STIMULATING, 'it is locked while stimulating: stop first'],
  [Status.NOT_STIMULATING, 'it is not stimulating'],
  [Status.FRACTIONS, 'cathodes must sum to −1000 ‰ and anodes to +1000 ‰'],
  [Status.RATIO_DIVIDES, 'a contact’s level does not divide by the ratio'],
  [
    Status.INTERLEAVE,
    'between the onsets of the fastest area there is no time for the areas’ pulses, or to serve them',
  ],
  [Status.PROGRAM_AMPLITUDE, 'a contact would pass its amplitude limit'],
  [Status.PROGRAM_PHASE_CHARGE, 'a contact would pass its charge limit per phase'],
  [Status.PROGRAM_UNRECOVERED, 'too much charge would stay unrecovered on a contact'],
  [Status.PROGRAM_RECOVERY, 'charge would stay on a contact for longer than 100 ms'],
  [Status.PROGRAM_MEAN_CURRENT, 'the mean current would be too high'],
  [Status.COMPLIANCE, 'the last measured impedance says that 12 V cannot drive it'],
  [Status.NO_OUTPUT, 'every amplitude of the program is zero'],
]);

function refusalMessage(refusal: Refusal, what: string, value: number | undefined): string {
  const words = FIELDS.get(refusal.field);
  const reason = REASONS.get(refusal.code) ?? statusWords(refusal.code);
  if (words === undefined) return `the device refused ${what}: ${reason}`;
  const name = refusal.area === undefined ? words.name : `areas[${refusal.area}].${words.name}`;
  const subject = value === undefined ? name : `${name} ${value}`;
  const nearest = refusal.nearest?.map((limit) => limit / words.scale);
  const hint = nearest === undefined ? reason : `nearest ${inUnit(nearest, words.unit)}`;
  const why = nearest !== undefined && REASONS.has(refusal.code) ? ` (${reason})` : '';
  return `the device refused ${subject}${why}: ${hint}`;
}

/** `PHASE_WIDTH` as "phase width". */
function statusWords(code: Status): string {
  return (Status[code] ?? `status ${code}`).toLowerCase().replaceAll('_', ' ');
}
