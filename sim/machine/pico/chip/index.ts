// The chip and what a board needs of it.

export { BootError, bootCrc } from './boot.ts';
export { Chip } from './chip.ts';
export { BusFault, type FaultKind, type FaultRecord } from './faults.ts';
export { type ChipListener, type ChipOptions, MENDS, type MendName } from './options.ts';
