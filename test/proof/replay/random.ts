// Hostile sequences drawn from a seed: the last resort of a search. The same number gives the same sequence.
import { FLAG_CASE, FLAG_HOLD, FLAG_MEASURE, FLAG_RECHARGE } from '../../../firmware/board.ts';
import { RandomStream } from '../../../sim/clock/random.ts';
import { ARMED, ARMED_WIDE } from './drivers.ts';
import { levelsOf, type Step } from './steps.ts';

const STEPS = 400;
const LEVELS_UA = [1, 20, 900, 1001, 2000, 2800, 4000, 7000, 12_750, 25_500, 25_501, 32_767];
const ACTIVE_US = [9, 10, 19, 20, 30, 100, 101, 200, 500, 999, 1000, 1001];
const IDLE_US = [9, 10, 20, 200, 799, 800, 900, 4600, 5000, 5001];
const WAITS_US = [0, 1, 50, 200, 1000, 5000, 9000, 20_000, 64_799, 64_800, 1_000_000];
/** Mostly none, so that current flows. */
const ACTIVE_FLAGS = [0, 0, 0, 0, FLAG_CASE, FLAG_MEASURE, FLAG_CASE | FLAG_MEASURE, FLAG_RECHARGE];

class Draw {
  private readonly stream: RandomStream;
  constructor(seed: number) {
    this.stream = new RandomStream(seed, 'hostile');
  }
  below(bound: number): number {
    return this.stream.below(bound);
  }
  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)];
  }
}

function active(draw: Draw): Step {
  const levelUa = draw.of(LEVELS_UA) * (draw.below(2) === 0 ? 1 : -1);
  const first = draw.below(4);
  const levelsUa = { [first]: levelUa, [first + 1]: draw.below(20) === 0 ? 0 : -levelUa };
  return {
    call: 'request',
    durationUs: draw.of(ACTIVE_US),
    flags: draw.of(ACTIVE_FLAGS),
    levelsUa: levelsOf(levelsUa),
  };
}

function idle(draw: Draw): Step {
  const flags = draw.below(3) === 0 ? FLAG_HOLD : FLAG_RECHARGE;
  return { call: 'request', durationUs: draw.of(IDLE_US), flags, levelsUa: levelsOf({}) };
}

function rare(draw: Draw): Step {
  switch (draw.below(7)) {
    case 0:
      return { call: 'stop', mode: draw.below(3) };
    case 1:
      return { call: 'clear' };
    case 2:
      return { call: 'reading', channel: draw.of([0, 8, 11, 40, -1, -20_000_000]) };
    case 3:
      return { call: 'sensors', batteryMv: draw.of([2999, 3800]), temperatureMc: draw.of([37_000, 39_001]) };
    case 4:
      return { call: 'sensors', magnet: draw.below(2) === 0 };
    default: {
      const amplitudeUa = draw.of([-1, 0, 1000, 3000, 25_500, 25_501]);
      const phasePc = draw.of([0, 500_000, 2_004_000, 2_998_000, 2_998_001]);
      const call = draw.below(2) === 0 ? 'lower_limit' : 'raise_limit';
      return { call, electrode: draw.below(19) - 1, amplitudeUa, phasePc };
    }
  }
}

/** Number `seed` of the hostile sequences. */
export function randomSteps(seed: number): Step[] {
  const draw = new Draw(seed);
  const steps: Step[] = [...(seed % 2 === 0 ? ARMED : ARMED_WIDE)];
  for (let count = 0; count < STEPS; count++) {
    const which = draw.below(100);
    if (which < 40) steps.push(active(draw));
    else if (which < 65) steps.push(idle(draw));
    else if (which < 93) steps.push({ call: 'wait', us: draw.of(WAITS_US) });
    else if (which < 97) steps.push({ call: 'arm' });
    else steps.push(rare(draw));
  }
  return steps;
}
