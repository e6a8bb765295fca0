// A small seeded generator for the parameters of a body: the same seed gives the same patient on every machine.
// It is no source of randomness for anything else.

/** Draws numbers; each call advances the generator. */
export interface Draw {
  /** Uniform in [low, high). */
  uniform(low: number, high: number): number;
  /** Log-uniform in [low, high); both above zero. */
  logUniform(low: number, high: number): number;
}

/**
 * A generator from a seed (its low 32 bits): splitmix32, two outputs to a number of 53 bits.
 * `uniform` is exact and the same on every engine; `logUniform` rests on the engine's power function.
 */
export function draw(seed: number): Draw {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  const unit = (): number => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
  return {
    uniform: (low, high) => low + (high - low) * unit(),
    logUniform: (low, high) => low * (high / low) ** unit(),
  };
}
