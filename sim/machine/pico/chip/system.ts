// Small models of the blocks that a start-up touches: resets, ring oscillator, voltage regulator, system control; and the
// logger that turns what rp2040js does not know into a fault.

import type { Logger, RP2040 } from 'rp2040js';
import { Block } from './block.ts';
import { BusFault, hex } from './faults.ts';

/** RESETS bit of each block by its address (datasheet 2.14.1). */
const RESET_BITS: readonly (readonly [number, number])[] = [
  [0x4004_c000, 0],
  [0x4003_0000, 1],
  [0x5000_0000, 2],
  [0x4004_4000, 3],
  [0x4004_8000, 4],
  [0x4001_4000, 5],
  [0x4001_8000, 6],
  [0x4001_c000, 8],
  [0x4002_0000, 9],
  [0x5020_0000, 10],
  [0x5030_0000, 11],
  [0x4002_8000, 12],
  [0x4002_c000, 13],
  [0x4005_0000, 14],
  [0x4005_c000, 15],
  [0x4003_c000, 16],
  [0x4004_0000, 17],
  [0x4000_4000, 18],
  [0x4000_0000, 19],
  [0x4006_c000, 20],
  [0x4005_4000, 21],
  [0x4003_4000, 22],
  [0x4003_8000, 23],
  [0x5011_0000, 24],
];
const ALL_RESETS = 0x1ff_ffff;
/** The boot ROM takes the flash's pins out of reset and nothing that firmware could count on. */
const BOOTED_RESETS = ALL_RESETS & ~((1 << 6) | (1 << 9));

/** Blocks held in reset fault, as their registers cannot be reached; rp2040js has them all running. */
export class Resets extends Block {
  private held: number;
  private watchdogSelect = 0;
  private readonly bitAt: number[] = [];

  constructor(
    isBare: boolean,
    private readonly blockAt: (address: number) => object | undefined,
  ) {
    super('RESETS');
    this.held = isBare ? 0 : BOOTED_RESETS;
    for (const [address, bit] of RESET_BITS) this.bitAt[(address >>> 14) - 0x1_0000] = 1 << bit;
  }

  check(address: number): void {
    const bit = this.bitAt[(address >>> 14) - 0x1_0000] ?? 0;
    if ((this.held & bit) !== 0)
      throw new BusFault('in-reset', `the block at ${hex(address)} is held in reset`);
  }

  protected override read(offset: number): number {
    if (offset === 0) return this.held;
    if (offset === 4) return this.watchdogSelect;
    return offset === 8 ? ALL_RESETS & ~this.held : this.unmodelled(offset);
  }

  protected override write(offset: number, value: number): void {
    if (offset === 0) this.hold(value & ALL_RESETS);
    else if (offset === 4) this.watchdogSelect = value & ALL_RESETS;
    else this.unmodelled(offset);
  }

  private hold(held: number): void {
    const entering = held & ~this.held;
    this.held = held;
    for (const [address, bit] of RESET_BITS) {
      const block = (entering >> bit) & 1 ? this.blockAt(address) : undefined;
      if (block instanceof Block) block.reset();
    }
  }

  override reset(): void {}
}

/** Registers that hold what is written to them and do nothing else. */
class Plain extends Block {
  private readonly registers: Map<number, number>;

  constructor(
    name: string,
    private readonly resetValues: readonly (readonly [number, number])[],
    private readonly overrides: ReadonlyMap<number, () => number> = new Map(),
  ) {
    super(name);
    this.registers = new Map(resetValues);
  }

  protected override read(offset: number): number {
    const override = this.overrides.get(offset);
    return override !== undefined ? override() : (this.registers.get(offset) ?? this.unmodelled(offset));
  }

  protected override write(offset: number, value: number): void {
    if (!this.registers.has(offset)) this.unmodelled(offset);
    this.registers.set(offset, value);
  }

  override reset(): void {
    for (const [offset, value] of this.resetValues) this.registers.set(offset, value);
  }
}

/** ROSC, datasheet 2.17.8: enabled and stable; RANDOMBIT is drawn at each read. */
export function ringOscillator(random: () => number): Block {
  const values: [number, number][] = [
    [0x00, 0xaa0],
    [0x04, 0],
    [0x08, 0],
    [0x10, 0xaa0],
    [0x14, 8],
  ];
  const overrides = new Map([
    [0x18, () => 0x8000_1000],
    [0x1c, () => random() & 1],
  ]);
  return new Plain('ROSC', values, overrides);
}

/** VREG_AND_CHIP_RESET, datasheet 2.10.6: the regulator is always in regulation. */
export function voltageRegulator(isPower: boolean): Block {
  const values: [number, number][] = [
    [0x00, 0x10b1],
    [0x04, 0x91],
    [0x08, isPower ? 0x100 : 0],
  ];
  return new Plain('VREG_AND_CHIP_RESET', values);
}

/** What rp2040js would print is an access that it does not model. */
export const STRICT_LOGGER: Logger = {
  debug: () => {},
  info: () => {},
  warn: refuse,
  error: refuse,
};

function refuse(component: string, message: string): never {
  throw new BusFault('unmodelled', `${component}: ${message}`);
}

const AIRCR = 0xd0c;
const SCR = 0xd10;
const CCR = 0xd14;
const NVIC_ICPR = 0x280;
const SCR_SLEEPDEEP = 4;

/** System control registers that rp2040js lacks (DDI0484C 4.3), and clearing pending bits, which it does not do. */
export function mendSystemControl(rp2040: RP2040, repend: () => void): void {
  const { ppb, core } = rp2040;
  const read = ppb.readUint32.bind(ppb);
  const write = ppb.writeUint32.bind(ppb);
  let scr = 0;
  ppb.readUint32 = (offset) => {
    if (offset === AIRCR) return 0xfa05_0000;
    if (offset === SCR) return scr;
    return offset === CCR ? 0x208 : read(offset);
  };
  ppb.writeUint32 = (offset, value) => {
    if (offset === NVIC_ICPR) {
      core.pendingInterrupts &= ~value;
      repend();
    } else if (offset === SCR) {
      if (value & ~SCR_SLEEPDEEP)
        throw new BusFault('unmodelled', 'SEVONPEND and SLEEPONEXIT are not modelled');
      scr = value;
    } else if (offset === AIRCR) throw new BusFault('unmodelled', 'SYSRESETREQ is not modelled');
    else write(offset, value);
  };
}

const SSI_SER = 0x10;

/** The flash interface takes the chip select that some boot stages write (datasheet 4.10.13). */
export function mendSsi(rp2040: RP2040): void {
  const ssi = rp2040.peripherals[0x18000];
  const read = ssi.readUint32.bind(ssi);
  const write = ssi.writeUint32.bind(ssi);
  let ser = 1;
  ssi.readUint32 = (offset) => (offset === SSI_SER ? ser : read(offset));
  ssi.writeUint32 = (offset, value) => {
    if (offset === SSI_SER) ser = value;
    else write(offset, value);
  };
}
