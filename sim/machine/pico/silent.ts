// The listener of a chip whose pins nobody watches.

import type { ChipListener } from './chip/options.ts';

const nothing = (): void => {};

export const SILENT: ChipListener = {
  pioPins: nothing,
  pioShift: nothing,
  sioPins: nothing,
  uartByte: nothing,
  scratch: nothing,
  adcStart: () => 0,
  watchdog: nothing,
  lockup: nothing,
};
