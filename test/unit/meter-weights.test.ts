// The weights of the fast machine: fitted to the modules that are built, and as close to the Pico as they have to be.

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sourceOf } from '../../sim/machine/identity.ts';
import { WEIGHTS } from '../../sim/machine/meter/weights.ts';
import { hasPicoImage } from '../../sim/machine/pico/index.ts';
import { loadModule } from '../../sim/machine/wasm-modules.ts';
import { busyFigures, QUICK_CASES } from '../bench/cost/busy.ts';
import { callErrors } from '../bench/cost/errors.ts';
import { median } from '../bench/measure.ts';

const MEDIAN_PERCENT = 5;
const WORST_PERCENT = 15;
const LOAD_PERCENT = 10;
/** Of each scene; the bench takes all. */
const SEEDS = 2;

describe('weights', () => {
  it.each(['interlock', 'stimulator'] as const)(
    'REQ-SIM-126: the weights are fitted to build/%s.wasm',
    (name) => {
      const hash = createHash('sha256')
        .update(sourceOf(loadModule(name)) ?? '')
        .digest('hex');
      const isFitted = WEIGHTS.modules[name].fittedTo === hash;
      const sentence = `sim/machine/meter/weights.ts is fitted to another ${name}: run "npm run calibrate"`;
      expect(isFitted ? 'fitted' : sentence).toBe('fitted');
    },
  );
  it.runIf(hasPicoImage())(
    'REQ-SIM-126: a call takes what it takes on the Pico, 5 % in the median and 15 % at worst, in each row',
    () => {
      const wrong = [...callErrors(SEEDS)].flatMap(([name, errors]) => {
        const [middle, worst] = [median(errors), errors.reduce((most, error) => Math.max(most, error), 0)];
        const isRight = middle <= MEDIAN_PERCENT && worst <= WORST_PERCENT;
        return isRight ? [] : [`${name}: median ${middle.toFixed(1)} %, worst ${worst.toFixed(1)} %`];
      });
      expect(wrong).toEqual([]);
    },
  );
  it.runIf(hasPicoImage())(
    'REQ-SIM-128: the processor is busy for as long as the Pico’s, within 10 %',
    () => {
      const wrong = busyFigures(QUICK_CASES).filter(({ value }) => value > LOAD_PERCENT);
      expect(wrong).toEqual([]);
    },
  );
});
