// Numbers as people read them: grouped thousands, the field's units, no more digits than mean something.

const MINUS = '−';

/** An integer or decimal with thin groups of thousands and a true minus sign. */
export function grouped(value: number, decimals = 0): string {
  const fixed = Math.abs(value).toFixed(decimals);
  const [whole, rest] = fixed.split('.');
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const sign = value < 0 && Number(fixed) !== 0 ? MINUS : '';
  return sign + groups + (rest === undefined ? '' : `.${rest}`);
}

/** A decimal without trailing zeros, at most `decimals` places. */
export function short(value: number, decimals = 3): string {
  const factor = 10 ** decimals;
  const rounded = Math.round(value * factor) / factor;
  const places = (String(Math.abs(rounded)).split('.')[1] ?? '').length;
  return grouped(rounded, Math.min(places, decimals));
}

/** A time in ns in the unit that suits it. */
export function timeText(ns: number): string {
  const size = Math.abs(ns);
  if (size < 1000) return `${short(ns, 0)} ns`;
  if (size < 1e6) return `${short(ns / 1e3, 1)} µs`;
  if (size < 1e9) return `${short(ns / 1e6, 2)} ms`;
  return `${short(ns / 1e9, 3)} s`;
}

/** A current in µA, or in mA from 10 mA up. */
export function currentText(ua: number): string {
  return Math.abs(ua) >= 10000 ? `${short(ua / 1000, 2)} mA` : `${short(ua, 1)} µA`;
}

/** A charge in pC as nC. */
export function chargeText(pc: number): string {
  return `${short(pc / 1000, 1)} nC`;
}

/** `1 pulse`, `2 pulses`. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}
