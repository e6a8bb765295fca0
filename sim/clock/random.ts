// The one seeded generator of a simulation, split into named streams: what one part draws never shifts another's numbers.

/** FNV-1a over a name, mixed with the seed: where a stream begins. */
function streamStart(seed: number, name: string): number {
  let hash = 0x811c9dc5 ^ (seed | 0);
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash | 0;
}

/** A bijection of the 32-bit numbers that scatters neighbours (the finaliser of splitmix32). */
export function scatter(value: number): number {
  let mixed = (value + 0x9e3779b9) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return mixed ^ (mixed >>> 15);
}

/** A named stream: splitmix32, a period of 2^32. */
export class RandomStream {
  private state: number;

  constructor(seed: number, name: string) {
    this.state = scatter(streamStart(seed, name));
  }

  /** 32 random bits as a signed integer. */
  nextI32(): number {
    this.state = (this.state + 0x9e3779b9) | 0;
    return scatter(this.state);
  }

  /** A whole number from 0 to `bound` − 1; `bound` from 1 to 2^32. */
  below(bound: number): number {
    return Math.floor(((this.nextI32() >>> 0) / 0x1_0000_0000) * bound);
  }

  /** True in `partsPerMillion` of a million cases. */
  chance(partsPerMillion: number): boolean {
    return this.below(1_000_000) < partsPerMillion;
  }
}
