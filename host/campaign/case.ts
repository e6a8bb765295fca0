// One run of a campaign, as plain data: it can be written to a file, read back, and run again to the same end.

import type { Fault } from '../../sim/index.ts';
import type { Therapy } from '../therapy/therapy.ts';
import type { Phase, StreamName, StruckName } from './names.ts';
import type { Plan } from './plan.ts';

/** A fault of the simulator, or a bit of the interlock's memory that flips at the start of a call or within one. */
export type CampaignFault =
  | Fault
  /** Flips as the interlock is called for the first time after the fault's instant. */
  | { readonly kind: 'flip-between-calls'; readonly address: number; readonly bit: number }
  /** Flips as the interlock calls the board for the `calls`-th time after the fault's instant; 0: the next time. */
  | {
      readonly kind: 'flip-in-call';
      readonly address: number;
      readonly bit: number;
      readonly calls: number;
    };

/** A fault and when it strikes. */
export interface PlannedFault {
  readonly name: StruckName;
  readonly fault: CampaignFault;
  /** The phase of operation that it is meant for, and the share of its length after which it strikes, ‰. */
  readonly phase: Phase;
  readonly atPermille: number;
}

/** Something that the host does while the device stimulates, ms after START. */
export type Step = { readonly atMs: number } & (
  | { readonly kind: 'amplitude'; readonly area: number; readonly permille: number }
  /** STOP, wait until idle, START. */
  | { readonly kind: 'restart' }
  /** The magnet comes, and leaves after `forMs`; START once the device is idle. */
  | { readonly kind: 'magnet'; readonly forMs: number }
  /** Bytes that are no frame. */
  | { readonly kind: 'noise'; readonly bytes: readonly number[] }
  /** A frame that was sent before, byte for byte: the last but `back`. */
  | { readonly kind: 'replay'; readonly back: number }
  /** A valid frame that another host has not been given a session for. */
  | { readonly kind: 'foreign'; readonly message: ForeignMessage; readonly salt: number }
);

/** Messages that would do something if a frame of another session were taken. */
export const FOREIGN_MESSAGES = ['START', 'STOP', 'ESTOP', 'SET_AMPLITUDE', 'ERASE'] as const;
export type ForeignMessage = (typeof FOREIGN_MESSAGES)[number];

/** A run: what is programmed, what the host does, what goes wrong. */
export interface CampaignCase {
  readonly therapy: Therapy;
  /** The board that it runs on, where it names one. */
  readonly machine?: Plan['machine'];
  readonly chargeGuard?: boolean;
  /** Seed of the simulator: body, entropy, noise. */
  readonly seed: number;
  readonly stream: StreamName;
  /** Time from START to the order to stop, ms. */
  readonly forMs: number;
  readonly end: 'stop' | 'estop' | 'link-loss';
  readonly steps: readonly Step[];
  readonly faults: readonly PlannedFault[];
}
