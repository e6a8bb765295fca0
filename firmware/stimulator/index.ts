// The stimulator: link, programs and schedule. It can only ask for output; the interlock alone releases it.
// Its exports are `boot` and `poll` for the board's main loop, and its memory.

import { takeTurn } from './attend.ts';
import { bootClock, updateClock } from './link/clock.ts';
import { bootLink, pollLink } from './link/link.ts';
import { bootTherapy } from './therapy/engine.ts';
import { setReadbackTolerance } from './therapy/impedance.ts';
import { setProcessor } from './therapy/validate-service.ts';

/**
 * Starts with nothing stored, nothing stimulating and no session. Nothing resumes by itself after a reset.
 * `board` is a BOARD_… number, `entropy` 32 bits that differ from boot to boot, the read-back tolerance in µA.
 */
export function boot(board: i32, entropy: i32, readbackToleranceUa: i32): void {
  bootClock();
  bootTherapy();
  setReadbackTolerance(readbackToleranceUa);
  setProcessor(board);
  bootLink(board, entropy, readbackToleranceUa);
}

/** One turn of the main loop: the therapy first, then the link. Returns µs until it wants to run again; 0: at once. */
export function poll(): i32 {
  const nowUs = updateClock();
  const therapyUs = takeTurn(nowUs); // REQ-LNK-013
  return min(therapyUs, pollLink(nowUs));
}
