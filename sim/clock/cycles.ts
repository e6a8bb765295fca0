// The unit of simulated time: cycles of a 125 MHz processor, whole numbers held exactly in a double.

export const CLOCK_HZ = 125_000_000;
export const CYCLES_PER_US = 125;
/** One cycle in ns, exactly. */
export const CYCLE_NS = 8;

/** µs to cycles. */
export function cyclesOfUs(durationUs: number): number {
  return durationUs * CYCLES_PER_US;
}
