// The whole processor: how long it is awake in a stretch of a therapy, on either machine.

import { loadPreset } from '../../../host/therapy/presets.ts';
import type { Therapy } from '../../../host/therapy/therapy.ts';
import { CALIBRATED_COSTS, instantiateInterlock, instantiateStimulator } from '../../../sim/index.ts';
import { WasmMachine } from '../../../sim/machine/wasm-machine.ts';
import { BenchDevice } from '../device.ts';
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
      machine = new WasmMachine(board, firmware, CALIBRATED_COSTS, seed);
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
  const percent = 100 * (metered / pico.busy - 1);
  const share = (cycles: number): string => `${((100 * cycles) / (125 * STRETCH_US)).toFixed(1)} %`;
  return {
    name: `error of the load: ${name}`,
    value: Math.abs(percent),
    unit: '%',
    reference: 'the Pico',
    ratio: metered / pico.busy,
    aim: { most: AIM_PERCENT },
    limit: pico.isDelivering
      ? `load ${share(metered)}, on the Pico ${share(pico.busy)}`
      : 'the Pico has ended this therapy: there is nothing to compare',
  };
}

type Case = readonly [name: string, therapy: Therapy | null];

export const QUICK_CASES: readonly Case[] = [
  ['nothing to do', null],
  [TONIC_ON_16.name, TONIC_ON_16],
];

export function busyFigures(cases: readonly Case[]): Figure[] {
  return cases.map(([name, therapy]) => figureOf(name, therapy));
}

export function benchBusy(): Figure[] {
  return busyFigures([
    ...QUICK_CASES,
    ['tonic (preset)', loadPreset('tonic')],
    ['BurstDR (preset)', loadPreset('burstdr')],
    [FOUR_KHZ_ON_16.name, FOUR_KHZ_ON_16],
  ]);
}
