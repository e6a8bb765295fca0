// Which processor the tests run on: the modules in V8, or with STIMGATE_MACHINE=pico the flashed image.

import { readFileSync } from 'node:fs';
import {
  compileBinary,
  instantiateStimulator,
  type MachineFactory,
  Simulator,
  type SimulatorOptions,
} from '../../../sim/index.ts';
import { picoMachine } from '../../../sim/machine/pico/index.ts';

/** What a machine is made with, and the rate of a line that costs little simulated time and that the machine has. */
export interface RigMachine {
  readonly machine: 'wasm' | MachineFactory;
  readonly baud: number;
}

export const WASM: RigMachine = { machine: 'wasm', baud: 1_000_000 };
export const PICO: RigMachine = { machine: picoMachine, baud: 921_600 };

const named = process.env.STIMGATE_MACHINE ?? 'wasm';
if (named !== 'wasm' && named !== 'pico') throw new Error(`STIMGATE_MACHINE=${named}: it is wasm or pico`);

/** The machine that the environment names. */
export const RIG_MACHINE = named === 'pico' ? PICO : WASM;

/** Another stimulator in the place of the shipped one: a mutant's binary that the environment names. */
const mutant = process.env.STIMGATE_STIMULATOR;

function mutated(path: string): Pick<SimulatorOptions, 'firmware'> {
  const module = compileBinary(Uint8Array.from(readFileSync(path)));
  return { firmware: { stimulator: (hal, interlock) => instantiateStimulator(hal, interlock, module) } };
}
const MUTATED = mutant === undefined ? {} : mutated(mutant);

/** A simulated device without a body on `rig`; other modules run on the wasm machine, for the image has its own. */
export function rigSimulator(options: SimulatorOptions, rig: RigMachine = RIG_MACHINE): Simulator {
  return new Simulator({
    body: 'none',
    ...(options.firmware === undefined ? rig : WASM),
    ...MUTATED,
    ...options,
  });
}

/** The image takes thousands of times longer than the modules: of so many runs it gets a twentieth. A mutant gets fewer too. */
const SHARE = RIG_MACHINE === PICO ? 20 : Number(process.env.STIMGATE_SHARE ?? 1);

/** How many of `runs` this machine makes. */
export function few(runs: number): number {
  return Math.ceil(runs / SHARE);
}

/** What must at least have been seen where all runs would see `count`: a small sample may have half of its share. */
export function enough(count: number): number {
  return SHARE === 1 ? count : Math.floor(count / SHARE / 2);
}
