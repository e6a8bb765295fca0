// Timestamps of delivered pulses. The device sends a batch wherever the delay changes; it expands exactly.

/** Consecutive pulses of one area, as the device delivered them. */
export interface DeliveredBatch {
  readonly area: number;
  /** The line could not carry every batch: this one stands for `count` pulses without timestamps. */
  readonly thinned: boolean;
  /** Pulses in a burst; 1: no bursts. */
  readonly burstPulses: number;
  readonly count: number;
  /** Index of the first pulse within its on-window. */
  readonly firstIndex: number;
  /** How much later than ideal each pulse came, because another area's pulse was in progress; the largest where thinned. */
  readonly delayUs: number;
  /** Onset of the first pulse by the device's clock. */
  readonly firstOnsetUs: number;
  readonly rateMhz: number;
  readonly intraRateMhz: number;
  /** Pulses of the area since START, this batch included. */
  readonly total: number;
  /** Amplitude of the last pulse. */
  readonly amplitudeUa: number;
}

/** A batch covers at most 100 ms: more pulses than this are not from a working device. */
export const BATCH_PULSES_MAX = 100_000;

/**
 * Onset of every pulse of `batch`, µs of the device's clock, exact.
 * @throws RangeError for a thinned batch, which has no timestamps, and for one that no device could send.
 */
export function expandDelivered(batch: DeliveredBatch): number[] {
  if (batch.thinned)
    throw new RangeError('a thinned batch stands for a count of pulses and has no timestamps');
  if (batch.count > BATCH_PULSES_MAX)
    throw new RangeError(`${batch.count} pulses in one batch: at most ${BATCH_PULSES_MAX}`);
  const startUs = batch.firstOnsetUs - idealOnsetUs(batch, batch.firstIndex);
  return Array.from({ length: batch.count }, (_, k) => startUs + idealOnsetUs(batch, batch.firstIndex + k));
}

/** F(k): ideal onset of pulse k of an on-window, µs from the window's start (firmware/wire.ts). */
export function idealOnsetUs(train: TrainTiming, k: number): number {
  const inBurst = k % train.burstPulses;
  const burst = (k - inBurst) / train.burstPulses;
  const inBurstUs = inBurst === 0 ? 0 : periodsUs(inBurst, train.intraRateMhz);
  return periodsUs(burst, train.rateMhz) + inBurstUs;
}

export interface TrainTiming {
  readonly burstPulses: number;
  readonly rateMhz: number;
  readonly intraRateMhz: number;
}

/** floor(periods · 10⁹ / rateMhz), exact for every u32. */
function periodsUs(periods: number, rateMhz: number): number {
  const scaled = periods * 1e9;
  // The remainder of integers is exact in doubles; a rounded quotient could reach the next integer.
  if (scaled <= Number.MAX_SAFE_INTEGER) return (scaled - (scaled % rateMhz)) / rateMhz;
  return Number((BigInt(periods) * 1_000_000_000n) / BigInt(rateMhz));
}
