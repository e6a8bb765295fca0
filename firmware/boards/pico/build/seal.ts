// The seal of an image: by it `stimgate flash` sees a bit that has changed anywhere. It keeps out damage, not an attacker.

import { createHash } from 'node:crypto';
import { sealPlace } from './identity.ts';

/** Writes the seal into an image that has a record and is as long as it will be in flash. */
export function seal(image: Uint8Array): void {
  sealPlace(image)?.set(sealOf(image));
}

/** Whether an image is as it was sealed. */
export function isSealed(image: Uint8Array): boolean {
  const place = sealPlace(image); // REQ-IMG-007
  return place !== undefined && sealOf(image).equals(place);
}

function sealOf(image: Uint8Array): Buffer {
  const bare = image.slice();
  sealPlace(bare)?.fill(0);
  return createHash('sha256').update(bare).digest();
}
