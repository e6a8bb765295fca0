// Why an image was not flashed. The message is one line that can be shown to a user as it is.

/** What is wrong, and so whose turn it is. */
export type FlashFault =
  /** The image cannot be flashed: damaged, for another board, of another build. */
  | 'image'
  /** What was named as the target is none. */
  | 'target'
  /** The target failed: not there, full, read-only, gone. */
  | 'volume'
  /** The device did not answer, or runs something else. */
  | 'device';

export class FlashError extends Error {
  override readonly name = 'FlashError';
  readonly fault: FlashFault;

  constructor(fault: FlashFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }

  /** The command cannot be carried out as it was given. */
  get isMisuse(): boolean {
    return this.fault === 'image' || this.fault === 'target';
  }
}
