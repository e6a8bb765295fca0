// What a pool and its Z3 processes say to each other. Plain JSON: no bigint, no Map.

export interface ToProcess {
  readonly id: number;
  readonly script: string;
  /** Z3's resource limit for it; 0 for none. */
  readonly effort: number;
  /** A further command for after "sat", or nothing. */
  readonly afterSat: string;
}

export type FromProcess =
  | { readonly kind: 'ready'; readonly version: string }
  | {
      readonly kind: 'answer';
      readonly id: number;
      /** All that Z3 printed for the script. */
      readonly output: string;
      /** What it printed for afterSat, or its reason for "unknown". */
      readonly details: string;
      readonly ms: number;
      readonly residentMb: number;
    }
  | { readonly kind: 'broken'; readonly id: number; readonly reason: string };
