// Exact conversions between the numbers of a therapy file and the integers that the device works with.

/** A rate in mHz, or undefined where the rate in Hz is no whole number of mHz. Exact: no tolerance is involved. */
export function rateMhz(rateHz: number): number | undefined {
  const mhz = Math.round(rateHz * 1000);
  return mhz / 1000 === rateHz ? mhz : undefined;
}

/** The rates in Hz next to a rate that is no whole number of mHz. */
export function ratesAroundHz(rateHz: number): [number, number] {
  const low = Math.floor(rateHz * 1000);
  return [low / 1000, (low + 1) / 1000];
}

/** Shortest time between two onsets of a train, µs: onsets are at floor(k × 10⁹ / rate). */
export function intervalUsMin(mhz: number): number {
  return Math.floor(1e9 / mhz);
}

/** Ideal onset of pulse k of a train of bursts, µs after the start of its on-window. */
export function onsetUs(k: number, pulses: number, mhz: number, intraMhz: number): number {
  const burst = Math.floor(k / pulses);
  const within = k - burst * pulses;
  return Math.floor((burst * 1e9) / mhz) + (within === 0 ? 0 : Math.floor((within * 1e9) / intraMhz));
}
