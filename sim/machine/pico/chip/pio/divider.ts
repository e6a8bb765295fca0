// A state machine's clock divider (datasheet 3.5.5): 16 bits and 8 of fraction, running freely whether the machine is
// enabled or not. Its ticks are at origin + floor(k · divisor), so a fraction makes some periods a cycle longer.

export class Divider {
  /** Cycles per tick where that is a whole number, else 0. */
  whole = 1;
  private parts = 256;
  private origin = 0;

  /** Takes a CLKDIV register; the phase starts again from a tick at `cycle` or before it. */
  set(register: number, cycle: number): void {
    const origin = this.from(cycle);
    const integer = register >>> 16 || 0x1_0000;
    this.parts = integer * 256 + ((register >>> 8) & 0xff);
    this.whole = (this.parts & 255) === 0 ? integer : 0;
    this.origin = origin;
  }

  get register(): number {
    const integer = this.parts >>> 8;
    return (((integer & 0xffff) << 16) | ((this.parts & 0xff) << 8)) >>> 0;
  }

  restart(cycle: number): void {
    this.origin = cycle;
  }

  /** The first tick at `cycle` or after it. */
  from(cycle: number): number {
    if (this.whole === 1) return cycle;
    const elapsed = cycle - this.origin;
    if (this.whole > 0) return this.origin + Math.ceil(elapsed / this.whole) * this.whole;
    let k = Math.ceil((elapsed * 256) / this.parts);
    while (this.tick(k - 1) >= cycle) k--;
    while (this.tick(k) < cycle) k++;
    return this.tick(k);
  }

  /** The tick `count` ticks after the one at `cycle`. */
  after(cycle: number, count: number): number {
    if (this.whole > 0) return cycle + count * this.whole;
    let k = Math.ceil(((cycle - this.origin) * 256) / this.parts);
    while (this.tick(k) < cycle) k++;
    return this.tick(k + count);
  }

  private tick(k: number): number {
    return this.origin + Math.floor((k * this.parts) / 256);
  }
}
