// Quantities as branded numbers: an amplitude cannot be passed where a width belongs. Only the constructors here make
// them, and each checks that the wire can carry the value; whether the device can make it, the device decides.

declare const unit: unique symbol;

/** A number that carries its unit in its type. Arithmetic drops the brand. */
export type Quantity<Unit extends string> = number & { readonly [unit]: Unit };
export type Ua = Quantity<'µA'>;
export type Us = Quantity<'µs'>;
export type Ms = Quantity<'ms'>;
export type Mhz = Quantity<'mHz'>;
export type Pc = Quantity<'pC'>;
export type Permille = Quantity<'‰'>;

export const U8_MAX = 0xff;
export const U16_MAX = 0xffff;
export const U32_MAX = 0xffffffff;

/** A current, µA. RangeError unless it is an integer from 0 to 2^32 − 1. */
export function ua(value: number, field = 'amplitudeUa'): Ua {
  return integer(value, 0, U32_MAX, field, 'µA') as Ua;
}

/** A duration, µs. RangeError unless it is an integer from 0 to 65,535. */
export function us(value: number, field: string): Us {
  return integer(value, 0, U16_MAX, field, 'µs') as Us;
}

/** A duration, ms. RangeError unless it is an integer from 0 to `max`. */
export function ms(value: number, field: string, max: number): Ms {
  return integer(value, 0, max, field, 'ms') as Ms;
}

/** A rate from Hz, exact in steps of 0.001 Hz. RangeError where a step is missed or the rate is over 4,294,967 Hz. */
export function mhzFromHz(hz: number, field = 'rateHz'): Mhz {
  return thousandths(hz, field, 'Hz') as Mhz;
}

/** A charge from nC, exact in steps of 0.001 nC. RangeError as for a rate. */
export function pcFromNc(nc: number, field = 'phaseChargeNc'): Pc {
  return thousandths(nc, field, 'nC') as Pc;
}

/** A share of the amplitude, ‰. RangeError unless it is an integer from −1000 to 1000. */
export function permille(value: number, field: string): Permille {
  return integer(value, -1000, 1000, field, '‰') as Permille;
}

/**
 * `value`, checked to be an integer from `low` to `high`.
 * @throws TypeError where it is not a number, RangeError naming the nearest values that would do.
 */
export function integer(value: number, low: number, high: number, field: string, unitName = ''): number {
  if (typeof value !== 'number') throw new TypeError(`${field} must be a number, not ${typeof value}`);
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw outOfRange(field, value, nearestIntegers(value, low, high), unitName);
}

function thousandths(value: number, field: string, unitName: string): number {
  if (typeof value !== 'number') throw new TypeError(`${field} must be a number, not ${typeof value}`);
  const whole = Math.round(value * 1000);
  // A decimal with three places is the double nearest to whole / 1000, which is also what the division gives.
  if (whole >= 0 && whole <= U32_MAX && whole / 1000 === value) return whole;
  const nearest = nearestIntegers(value * 1000, 0, U32_MAX).map((milli) => milli / 1000);
  throw outOfRange(field, value, nearest, unitName);
}

function nearestIntegers(value: number, low: number, high: number): number[] {
  if (Number.isNaN(value)) return [];
  if (value <= low) return [low];
  if (value >= high) return [high];
  return [Math.floor(value), Math.ceil(value)];
}

function outOfRange(field: string, value: number, nearest: readonly number[], unitName: string): RangeError {
  const hint = nearest.length === 0 ? 'it must be a number' : `nearest ${inUnit(nearest, unitName)}`;
  return new RangeError(`${field} ${value}${space(unitName)} cannot be sent: ${hint}`);
}

/** `[10, 20]` and `µs` as "10 µs or 20 µs"; equal values once. */
export function inUnit(values: readonly number[], unitName: string): string {
  return [...new Set(values)].map((value) => `${value}${space(unitName)}`).join(' or ');
}

function space(unitName: string): string {
  return unitName === '' ? '' : ` ${unitName}`;
}
