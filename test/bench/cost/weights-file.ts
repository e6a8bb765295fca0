// Writes sim/machine/meter/weights.ts.

import { createHash } from 'node:crypto';
import type { FunctionBlocks } from '../../../sim/machine/meter/rewrite.ts';
import { fingerprint, type ModuleWeights, PARTS, type Weights } from '../../../sim/machine/meter/weigh.ts';
import type { ModuleFit } from './fit.ts';
import type { Profiled } from './profile.ts';

const HEAD = `// What instructions, HAL and main loop take on the Pico, in cycles; of functions each block in 16ths of a cycle, behind the
// function's fingerprint. Written by \`npm run calibrate\`, and never by hand.

import type { Weights } from './weigh.ts';

export const WEIGHTS: Weights = `;

/** Hundredths are enough. */
function short(value: number): number {
  return Math.round(value * 100) / 100;
}

export function moduleWeights({ bytes, functions }: Profiled, fit: ModuleFit): ModuleWeights {
  let first = 0;
  const costs = ({ body, blocks }: FunctionBlocks): string => {
    const parts = fit.blocks.subarray(first, first + blocks.length);
    first += blocks.length;
    return [fingerprint(body), ...Array.from(parts, (cycles) => Math.round(cycles * PARTS))].join(' ');
  };
  return {
    fittedTo: createHash('sha256').update(bytes).digest('hex'),
    classes: Object.fromEntries(
      Object.entries(fit.classes).map(([name, cycles]) => [name, short(cycles)]),
    ) as ModuleWeights['classes'],
    bits: [short(fit.bits[0]), short(fit.bits[1])],
    functions: Object.fromEntries(functions.map((one) => [one.name, costs(one)])),
  };
}

/** The file's text, before the formatter. */
export function weightsText(weights: Weights): string {
  return `${HEAD}${JSON.stringify(weights, null, 2)};\n`;
}
