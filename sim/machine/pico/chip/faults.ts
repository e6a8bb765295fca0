// Why an instruction could not be carried out. Thrown where it is found, caught by the core's loop, which takes HardFault.

export type FaultKind =
  | 'unaligned'
  | 'unmapped'
  | 'read-only'
  | 'unmodelled'
  | 'in-reset'
  | 'undefined'
  | 'not-executable'
  | 'not-thumb'
  | 'breakpoint'
  | 'svcall'
  | 'return';

/** An instruction or a transfer that the chip refuses. Not an Error: a firmware that faults is not a bug of the simulator. */
export class BusFault {
  constructor(
    readonly kind: FaultKind,
    readonly detail: string,
  ) {}
}

/** What a fault was, for whoever looks for the reason: the listener hears of a lockup only. */
export interface FaultRecord {
  readonly cycle: number;
  /** The address of the instruction. */
  readonly pc: number;
  readonly kind: FaultKind;
  readonly detail: string;
}

/** An address as people write it. */
export function hex(value: number): string {
  return `0x${(value >>> 0).toString(16).padStart(8, '0')}`;
}
