// After the copy: waits until a device answers, asks it which binaries it runs and compares them with the image's.

import type { ImageIdentity } from '../../firmware/boards/pico/build/identity.ts';
import { Status } from '../../firmware/status.ts';
import type { FirmwareIdentity } from '../device/messages.ts';
import { Stimulator } from '../device/stimulator.ts';
import { DeviceError, LinkError } from '../link/errors.ts';
import type { Transport } from '../transport/transport.ts';
import { FlashError } from './errors.ts';
import { binaryWords, differences } from './package-identity.ts';

export interface ReadBackOptions {
  /** How long a device may take to answer, ms. */
  readonly waitMs: number;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
}

/** A device that starts is asked again after this, ms. */
const AGAIN_MS = 200;
/** One attempt to reach it: it answers at once or is not there yet. */
const ATTEMPT = { timeoutMs: 300, retries: 1 };

/**
 * The identity that the device at `port` tells; `open` opens the line to it anew for each attempt.
 * @throws FlashError where none answers in time, or one that does not know the message.
 */
export async function readBack(
  port: string,
  open: () => Promise<Transport>,
  { waitMs, signal }: ReadBackOptions,
): Promise<FirmwareIdentity> {
  const deadlineMs = performance.now() + waitMs;
  for (;;) {
    try {
      return await asked(await open());
    } catch (error) {
      if (error instanceof DeviceError && error.code === Status.UNKNOWN_MESSAGE)
        throw new FlashError(
          'device',
          `the device at ${port} does not know IDENTITY: another, older firmware runs on it`,
        );
      if (!(error instanceof LinkError)) throw error;
      if (performance.now() + AGAIN_MS > deadlineMs || signal?.aborted) throw silent(waitMs, error);
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

/** No device; what the line said last may tell why. A simulator, which it may recommend, is of no help here. */
function silent(waitMs: number, last: LinkError): FlashError {
  const why = last.message.replace('; "--port sim" needs none', '');
  const message = `no device has answered within ${waitMs / 1000} s of the copy: ${why}`;
  return new FlashError('device', message, { cause: last });
}

async function asked(transport: Transport): Promise<FirmwareIdentity> {
  const stimulator = await Stimulator.connect(transport, ATTEMPT);
  try {
    return await stimulator.identity();
  } finally {
    await stimulator.close();
  }
}

/**
 * Refuses a device that runs something else than the image.
 * @throws FlashError that names what differs.
 */
export function requireSame(port: string, told: FirmwareIdentity, image: ImageIdentity): void {
  const different = differences(told, image);
  if (different.length === 0) return;
  const which = different.map((name) => `${briefly(told[name])} and not ${briefly(image[name])}`);
  throw new FlashError(
    'device',
    `the device at ${port} does not run this image: ${binaryWords(different)} there ${different.length === 1 ? 'is' : 'are'} ${which.join(', ')}`,
  );
}

/** The beginning of a hash, enough to tell two apart. */
function briefly(hash: string | undefined): string {
  return hash === undefined ? 'unknown' : `${hash.slice(0, 12)}…`;
}
