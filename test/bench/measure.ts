// How the bench measures: warm up, repeat, take the median. What runs in this process is measured in its own processor
// time, all threads, so that other work on the machine disturbs little; a busy machine still makes every figure worse.

export const REPEATS = 7;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** Processor time of this process so far, ms. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Median of the time that `run` takes by `clockMs`, ms, after `warmUps` runs that do not count. */
export function medianMs(
  run: () => void,
  { repeats = REPEATS, warmUps = 1, clockMs = processorMs } = {},
): number {
  for (let i = 0; i < warmUps; i++) run();
  const times: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const start = clockMs();
    run();
    times.push(clockMs() - start);
  }
  return median(times);
}

/** Median time of one of the `calls` that `run` makes, ns. The first runs are for the compilers. */
export function nsPerCall(calls: number, run: (calls: number) => void): number {
  return (medianMs(() => run(calls), { warmUps: 3 }) * 1e6) / calls;
}
