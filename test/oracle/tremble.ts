// How much the samples of a current tremble, and how coarsely a converter may have told them.

/** Fewer samples tell nothing of noise. */
const SAMPLES_MIN = 101;
/** Steps of a level that are greater than this share of its range are edges and not the converter's. */
const CONVERTER_SHARE_MAX = 1 / 40;
/** Gaussian noise passes this many standard deviations once in 1.7 million samples. */
const NOISE_SIGMAS = 5;
/** Median of the absolute value of a Gaussian variable, in standard deviations. */
const MEDIAN_SIGMAS = 0.6745;
/** Slow noise has a standard deviation of at most this share of the greatest level: five leave an error of 2 % to be seen. */
const SLOW_SHARE_MAX = 0.003;
/** Fewer samples without an edge tell nothing of slow noise. */
const REST_SAMPLES_MIN = 32;
/** A converter of 8 bits has finer steps than this share of the greatest level, unless its range is far too great. */
const STEP_SHARE_MAX = 1 / 50;
/** What is written has an error of up to this share of the span, whatever its last place says: five digits and more. */
const WRITTEN_SHARE = 1e-5;

/** The largest distance from its level that noise and converter give a sample, µA; edges are rare among the samples. */
export function noiseOf(valuesUa: readonly number[]): number {
  if (valuesUa.length < SAMPLES_MIN) return 0;
  const magnitudes = magnitudesOf(valuesUa);
  const range = greatestOf(magnitudes);
  let converterUa = Number.POSITIVE_INFINITY;
  for (const change of magnitudes) if (change > 0) converterUa = Math.min(converterUa, change);
  if (converterUa > range * CONVERTER_SHARE_MAX) converterUa = 0;
  const fastUa = medianOf(magnitudes) / MEDIAN_SIGMAS / Math.SQRT2;
  const edgeUa = NOISE_SIGMAS * fastUa + 1.5 * converterUa;
  const slowUa = Math.min(
    restSpreadOf(valuesUa, edgeUa),
    SLOW_SHARE_MAX * greatestOf(valuesUa.map(Math.abs)),
  );
  return NOISE_SIGMAS * Math.max(fastUa, slowUa) + 1.5 * converterUa;
}

/** Whether a level is hardly ever the same in two samples. */
export function trembles(valuesUa: readonly number[]): boolean {
  return medianOf(magnitudesOf(valuesUa)) > 0;
}

/** Standard deviation of the samples between two edges, µA: neighbours alone do not show noise that is slower than a sample. */
function restSpreadOf(valuesUa: readonly number[], edgeUa: number): number {
  let squares = 0;
  let samples = 0;
  for (let start = 0, end = 1; end <= valuesUa.length; end++) {
    if (end < valuesUa.length && Math.abs(valuesUa[end] - valuesUa[end - 1]) <= edgeUa) continue;
    const rest = valuesUa.slice(start, end);
    start = end;
    if (rest.length < REST_SAMPLES_MIN) continue;
    // From the first sample: a rest that does not tremble has a spread of exactly 0.
    const meanUa = rest.reduce((sum, valueUa) => sum + valueUa - rest[0], 0) / rest.length;
    squares += rest.reduce((sum, valueUa) => sum + (valueUa - rest[0] - meanUa) ** 2, 0);
    samples += rest.length;
  }
  return samples === 0 ? 0 : Math.sqrt(squares / samples);
}

/**
 * The largest step of a converter that can have given these values, µA; 0: one too fine to matter. Values that do not tremble
 * all lie on its grid; where they are few, a grid of larger steps fits them too. `placeUa`: the last place of what is written.
 */
export function stepOf(valuesUa: readonly number[], placeUa: number): number {
  const seenUa = [...new Set(valuesUa)].sort((a, b) => a - b);
  const [lowUa] = seenUa;
  const spanUa = (seenUa.at(-1) ?? lowUa) - lowUa;
  if (!(spanUa > 0)) return 0;
  const mostUa = STEP_SHARE_MAX * greatestOf(seenUa.map(Math.abs));
  const errorUa = placeUa + WRITTEN_SHARE * spanUa;
  const isOnGrid = (stepUa: number) =>
    seenUa.every((valueUa) => {
      const steps = (valueUa - lowUa) / stepUa;
      return Math.abs(steps - Math.round(steps)) * stepUa <= errorUa;
    });
  for (let steps = Math.ceil(spanUa / mostUa); spanUa / steps > 4 * errorUa; steps++)
    if (isOnGrid(spanUa / steps)) return spanUa / steps;
  return Math.min(placeUa, mostUa);
}

/** The noise, µA, of a level that rests but for flips to the converter's next step: most of its changes are such. */
export function flipNoiseOf(valuesUa: readonly number[], stepUa: number): number {
  const changes = magnitudesOf(valuesUa).filter((change) => change > 0);
  const noiseUa = 1.5 * stepUa;
  return medianOf(changes) <= noiseUa && changes.length > 0 ? noiseUa : 0;
}

function magnitudesOf(valuesUa: readonly number[]): number[] {
  return valuesUa.slice(1).map((valueUa, i) => Math.abs(valueUa - valuesUa[i]));
}

function greatestOf(magnitudes: readonly number[]): number {
  return magnitudes.reduce((most, one) => Math.max(most, one), 0);
}

export function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[sorted.length >> 1] ?? 0;
}
