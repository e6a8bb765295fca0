// What a caller may do to an interlock from outside, as plain data: a counterexample is a list of these. A list holds no
// state of the interlock and no time of day, so that whoever has it can play it again.

/** Levels of the 16 contacts, µA, E1 first; the case follows from the flags. */
export type LevelsUa = readonly number[];

/** What the world does to the board; what is left out stays as it is. */
export interface SensorsStep {
  readonly call: 'sensors';
  readonly magnet?: boolean;
  readonly batteryMv?: number;
  readonly temperatureMc?: number;
  /** What the self-test of the output stage found. */
  readonly selfTest?: boolean;
  /** A sensor that converts no more (stale), or does so again. */
  readonly health?: {
    readonly sensor: 'battery' | 'temperature' | 'magnet';
    readonly is: 'healthy' | 'stale';
  };
  /** False: the watchdog has failed and never bites. */
  readonly watchdog?: false;
  /** The converter of an electrode (0–16) gives this level whenever something is driven; null: mended. */
  readonly stuck?: { readonly electrode: number; readonly levelUa: number | null };
}

export interface RequestStep {
  readonly call: 'request';
  readonly durationUs: number;
  readonly flags: number;
  readonly levelsUa: LevelsUa;
}

export interface LimitStep {
  readonly call: 'lower_limit' | 'raise_limit';
  readonly electrode: number;
  readonly amplitudeUa: number;
  readonly phasePc: number;
}

/** The same steps over and over: what fills a bucket is read at a glance. */
export interface RepeatStep {
  readonly call: 'repeat';
  readonly times: number;
  readonly steps: readonly Step[];
}

export type Step =
  /** The power comes back after it was off, or the watchdog resets. As the first step: the power-on itself. */
  | { readonly call: 'boot'; readonly by?: 'power' | 'watchdog' }
  | RequestStep
  /** The caller sleeps; the board's main loop polls the interlock at least every 10 ms of it, and at its end. */
  | { readonly call: 'wait'; readonly us: number }
  /** The caller keeps the processor: nobody polls. The watchdog bites after 50 ms where it is there. */
  | { readonly call: 'spin'; readonly us: number }
  | { readonly call: 'stop'; readonly mode: number }
  | { readonly call: 'arm' | 'clear' | 'status' | 'poll' }
  | LimitStep
  | { readonly call: 'reading'; readonly channel: number }
  | SensorsStep
  /** One bit of the interlock's memory flips. */
  | { readonly call: 'flip'; readonly address: number; readonly bit: number }
  | RepeatStep;

export type Call = Step['call'];

/** Levels of 16 contacts from those that are not 0, by index. */
export function levelsOf(levelsUa: Readonly<Record<number, number>>): LevelsUa {
  return Array.from({ length: 16 }, (_, contact) => levelsUa[contact] ?? 0);
}

/** Levels as the calls want them: eight words of two i16, contact 2k in the low half. */
export function wordsOf(levelsUa: LevelsUa): number[] {
  return Array.from(
    { length: 8 },
    (_, k) => ((levelsUa[2 * k] ?? 0) & 0xffff) | ((levelsUa[2 * k + 1] ?? 0) << 16),
  );
}

/** Levels from eight words. */
export function levelsOfWords(words: readonly number[]): number[] {
  const levelsUa: number[] = [];
  for (const word of words) levelsUa.push((word << 16) >> 16, word >> 16);
  return levelsUa;
}

/** How many steps a list makes when every repeat is written out. */
export function countSteps(steps: readonly Step[]): number {
  return steps.reduce(
    (sum, step) => sum + (step.call === 'repeat' ? step.times * countSteps(step.steps) : 1),
    0,
  );
}

/** µs that a list waits or spins in all. */
export function waitedUs(steps: readonly Step[]): number {
  return steps.reduce((sum, step) => {
    if (step.call === 'repeat') return sum + step.times * waitedUs(step.steps);
    return sum + (step.call === 'wait' || step.call === 'spin' ? step.us : 0);
  }, 0);
}
