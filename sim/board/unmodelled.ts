// What the simulator says to an access that it does not model, in place of an answer that it would have to invent.

/** The firmware did something that no board defines: an unknown channel, an impossible segment, more segments than room. */
export class UnmodelledAccess extends Error {
  override readonly name = 'UnmodelledAccess';
}

/** Stops a module in the middle of a call: the processor was reset, or hangs. Never reaches a caller of the simulator. */
export class ProcessorStopped extends Error {
  override readonly name = 'ProcessorStopped';
}
