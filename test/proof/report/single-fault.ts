// What a single fault of the list is: one thing breaks, everything else works. It may never count a measure that a board
// has yet to build as one that this project has shown.

export interface SingleFault {
  readonly fault: string;
  /** What the output does before anything catches it. */
  readonly effect: string;
  /** What catches it; empty where nothing does. */
  readonly caughtBy: string;
  /** How fast, in words with figures; empty where nothing catches it. */
  readonly within: string;
  /** Laws that carry it, if any. */
  readonly laws: readonly string[];
  readonly requirements: readonly string[];
  /** What is left: the residual risk. */
  readonly left: string;
  /** Whether the simulator can inject it. */
  readonly isSimulated: boolean;
}
