// Which bit flips in a run of a plan that flips bits one by one: of a module's memory, of locals while a module runs, of the
// registers and the RAM of the Pico.

import { type RandomStream, REGISTER_BITS, type RegisterName } from '../../sim/index.ts';
import type { CampaignFault, PlannedFault } from './case.ts';

/** What is not a module's memory: a bit of it is drawn for each run. */
export const FLIP_TARGETS = ['interlock-locals', 'stimulator-locals', 'registers', 'ram'] as const;
export type FlipTarget = (typeof FLIP_TARGETS)[number];

/** Every bit of the bytes, run by run, at each of the moments. */
export interface MemoryFlips {
  readonly targets?: undefined;
  readonly module: 'interlock' | 'stimulator';
  readonly address: number;
  readonly bytes: number;
  readonly moments: number;
  readonly during?: boolean;
  /** Each run draws its bit; otherwise run by run every bit comes once at each moment. */
  readonly sampled?: boolean;
}

/** Runs take the targets in turn, and each draws its bit. */
export interface TargetFlips {
  readonly targets: readonly FlipTarget[];
  readonly moments: number;
  /** Registers to draw among; all where they are left out. */
  readonly registers?: readonly RegisterName[];
}

export type Flips = MemoryFlips | TargetFlips;

/** A bit: its fault, by the name that it is counted under. */
export type Flip = Pick<PlannedFault, 'name' | 'fault'>;

/** Reads of locals and cycles of the core among which the instant of a flip is drawn: a few turns of the main loop. */
const READS = 2048;
const BUSY_CYCLES = 20_000;
const LOCAL_BITS = 64;
const RAM_BYTES = 264 * 1024;
/** The image uses no more (REQ-IMG-006): four of five flips come there. */
const USED_RAM_BYTES = 24 * 1024;
const IN_CALL = 40;

/** Bits and moments that there are, where runs take all of them in order; undefined where each draws its own. */
export function allFlips(flips: Flips): number | undefined {
  return flips.targets !== undefined || flips.sampled === true ? undefined : flips.bytes * 8 * flips.moments;
}

/** The moment of run `n`. */
export function momentOf(flips: Flips, n: number): number {
  if (flips.targets !== undefined) return Math.floor(n / flips.targets.length) % flips.moments;
  return flips.sampled === true ? n % flips.moments : Math.floor(n / (flips.bytes * 8));
}

/** The bit of run `n`: `drawn` is the run's, `moment` that of all runs at its moment. */
export function flipOf(flips: Flips, n: number, drawn: RandomStream, moment: RandomStream): Flip {
  if (flips.targets !== undefined) return targetFlip(flips, flips.targets[n % flips.targets.length], drawn);
  const bits = flips.bytes * 8;
  const index = flips.sampled === true ? drawn.below(bits) : n % bits;
  const { module } = flips;
  const address = flips.address + (index >> 3);
  const bit = index & 7;
  const name = `${module}-bit-flip` as const;
  if (flips.during === true)
    return { name, fault: { kind: 'flip-in-call', address, bit, calls: moment.below(IN_CALL) } };
  const fault: CampaignFault =
    module === 'interlock'
      ? { kind: 'flip-between-calls', address, bit }
      : { kind: 'bit-flip', module, address, bit };
  return { name, fault };
}

function targetFlip({ registers }: TargetFlips, target: FlipTarget, drawn: RandomStream): Flip {
  switch (target) {
    case 'interlock-locals':
      return localFlip('interlock', drawn);
    case 'stimulator-locals':
      return localFlip('stimulator', drawn);
    case 'registers':
      return registerFlip(registers ?? (Object.keys(REGISTER_BITS) as RegisterName[]), drawn);
    case 'ram': {
      const isUsed = drawn.below(5) > 0;
      const offset = drawn.below(isUsed ? USED_RAM_BYTES : RAM_BYTES);
      return { name: 'ram-flip', fault: { kind: 'ram-flip', offset, bit: drawn.below(8) } };
    }
  }
}

function localFlip(module: 'interlock' | 'stimulator', drawn: RandomStream): Flip {
  const reads = drawn.below(READS);
  return {
    name: `${module}-local-flip`,
    fault: { kind: 'local-flip', module, reads, bit: drawn.below(LOCAL_BITS) },
  };
}

/** Every bit is as likely as every other. */
function registerFlip(registers: readonly RegisterName[], drawn: RandomStream): Flip {
  const bits = registers.flatMap((register) => REGISTER_BITS[register].map((bit) => ({ register, bit })));
  const { register, bit } = bits[drawn.below(bits.length)];
  const busyCycles = drawn.below(BUSY_CYCLES);
  return { name: 'register-flip', fault: { kind: 'register-flip', register, bit, busyCycles } };
}

/** What is wrong with a plan's flips on its machine beyond what the schema says. */
export function wrongFlips(
  flips: Flips,
  machine: 'wasm' | 'pico' = 'wasm',
): { field: string; message: string } | undefined {
  return flips.targets === undefined ? wrongMemory(flips, machine) : wrongTargets(flips, machine);
}

function wrongMemory(flips: MemoryFlips, machine: 'wasm' | 'pico'): ReturnType<typeof wrongFlips> {
  if ('registers' in flips)
    return { field: 'flips.registers', message: 'needs flips.targets: ["registers"]' };
  for (const field of ['module', 'address', 'bytes'] as const)
    if (flips[field] === undefined) return { field: `flips.${field}`, message: 'is missing' };
  if (flips.during === true && flips.module !== 'interlock')
    return { field: 'flips.during', message: 'only the interlock’s calls can be looked into' };
  if (flips.module === 'interlock' && machine === 'pico')
    return { field: 'machine', message: 'calls of the interlock can be looked into on "wasm" alone' };
  if (flips.address + flips.bytes > 65_536)
    return {
      field: 'flips.bytes',
      message: `bytes ${flips.address} to ${flips.address + flips.bytes - 1} are more than the memory of 65536`,
    };
  return undefined;
}

function wrongTargets(flips: TargetFlips, machine: 'wasm' | 'pico'): ReturnType<typeof wrongFlips> {
  for (const field of ['module', 'address', 'bytes', 'during', 'sampled'])
    if (field in flips)
      return { field: `flips.${field}`, message: 'is of memory, and flips.targets are given' };
  for (const target of flips.targets) {
    const needed = target.endsWith('-locals') ? 'wasm' : 'pico';
    if (machine !== needed) return { field: 'machine', message: `${target} can flip on "${needed}" alone` };
  }
  if (flips.registers !== undefined && !flips.targets.includes('registers'))
    return { field: 'flips.registers', message: 'needs "registers" among flips.targets' };
  return undefined;
}
