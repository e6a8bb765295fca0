// Axes: a linear scale from values to pixels and round tick values.

export interface Scale {
  readonly low: number;
  readonly high: number;
  /** Pixel of a value. */
  at(value: number): number;
  /** Round values inside the range, evenly spaced. */
  readonly ticks: readonly number[];
}

/** A scale from [low, high] to pixels [from, to] with about `count` ticks. */
export function linearScale(low: number, high: number, from: number, to: number, count: number): Scale {
  const span = high > low ? high - low : 1;
  const at = (value: number): number => from + ((value - low) / span) * (to - from);
  return { low, high: low + span, at, ticks: roundTicks(low, low + span, count) };
}

/** Multiples of 1, 2 or 5 × 10ⁿ in a range, about `count` of them. */
export function roundTicks(low: number, high: number, count: number): number[] {
  const step = roundStep((high - low) / Math.max(1, count));
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const value = (first + index) * step;
    return Number(value.toPrecision(12)) + 0;
  });
}

function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((one) => one * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}
