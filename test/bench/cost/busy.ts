// The whole processor: how long it is awake in a stretch of a therapy, on either machine.

import { loadPreset } from '../../../host/therapy/presets.ts';
import type { Therapy } from '../../../host/therapy/therapy.ts';
import { instantiateInterlock, instantiateStimulator, PICO_COSTS } from '../../../sim/index.ts';
import { WasmMachine } from '../../../sim/machine/wasm-machine.ts';
import { BenchDevice, StartRefused } from '../device.ts';
import type { Figure } from '../figure.ts';
import { FLOOD_BAUD, PicoBench } from '../pico/device.ts';
import { FOUR_KHZ_ON_16, TONIC_ON_16 } from '../pico/therapies.ts';

const STRETCH_US = 200_000;
const AIM_PERCENT = 10;

/** Cycles that the Pico is awake in a stretch of the therapy, past its ramp. */
function busyOnPico(therapy: Therapy | null): { busy: number; isDelivering: boolean } {
  const bench = new PicoBench();
  if (therapy !== null) bench.start(therapy);
  const before = bench.cycles();
  bench.run(STRETCH_US, 'none');
  const after = bench.cycles();
  const busy = after.all - before.all - (after.slept - before.slept);
  return { busy, isDelivering: therapy === null || bench.isDelivering };
}

function busyMetered(therapy: Therapy | null): number {
  let machine: WasmMachine | undefined;
  const device = new BenchDevice({
    machine: (board, seed) => {
      const firmware = { interlock: instantiateInterlock, stimulator: instantiateStimulator };
      machine = new WasmMachine(board, firmware, PICO_COSTS, seed);
      return machine;
    },
    baud: FLOOD_BAUD,
    body: 'none',
  });
  if (machine === undefined) throw new Error('the bench has no machine');
  if (therapy !== null) device.start(therapy);
  const before = machine.busyCycles;
  device.sim.runUs(STRETCH_US);
  return machine.busyCycles - before;
}

function figureOf(name: string, therapy: Therapy | null): Figure {
  const pico = busyOnPico(therapy);
  const metered = busyMetered(therapy);
  const share = (cycles: number): string => `${((100 * cycles) / (125 * STRETCH_US)).toFixed(1)} %`;
  const figure = { name: `error of the load: ${name}`, unit: '%', reference: 'the Pico' };
  if (!pico.isDelivering)
    return { ...figure, value: 0, ratio: 1, limit: 'not compared: the Pico has ended it' };
  const ratio = metered / pico.busy;
  return {
    ...figure,
    value: 100 * Math.abs(ratio - 1),
    ratio,
    aim: { most: AIM_PERCENT },
    limit: `load ${share(metered)}, on the Pico ${share(pico.busy)}`,
  };
}

/** A therapy that the device refuses has no load to compare. */
function figureOrRefusal(name: string, therapy: Therapy | null): Figure {
  try {
    return figureOf(name, therapy);
  } catch (error) {
    if (!(error instanceof StartRefused)) throw error;
    const figure = { name: `error of the load: ${name}`, unit: '%', reference: 'the Pico' };
    return { ...figure, value: 0, ratio: 1, limit: `not compared: ${error.message}` };
  }
}

type Case = readonly [name: string, therapy: Therapy | null];

export const QUICK_CASES: readonly Case[] = [
  ['nothing to do', null],
  [TONIC_ON_16.name, TONIC_ON_16],
];

export function busyFigures(cases: readonly Case[]): Figure[] {
  return cases.map(([name, therapy]) => figureOrRefusal(name, therapy));
}

export function benchBusy(): Figure[] {
  return busyFigures([
    ...QUICK_CASES,
    ['tonic (preset)', loadPreset('tonic')],
    ['BurstDR (preset)', loadPreset('burstdr')],
    [FOUR_KHZ_ON_16.name, FOUR_KHZ_ON_16],
  ]);
}
