// The board's main loop around the two modules. A board in C has the same functions with the same names and the same
// lines in the same order:
//
//   board_start();                              for (;;) {
//   interlock_boot(tolerance_ua(), retained());   interlock_poll();
//                                                 retain(interlock_status());
//   stimulator_boot(board_id(), entropy(),        uint32_t wish_us = stimulator_poll();
//                   tolerance_ua());              watchdog_feed();
//                                                 sleep_us(wish_us < POLL_PERIOD_US ? wish_us : POLL_PERIOD_US);
//                                               }
// sleep_us returns early when the end of a frame is waiting, or RX_WAKE_BYTES are, or the magnet's interrupt has come.

import { POLL_PERIOD_US } from '../../firmware/board.ts';

/** What the main loop runs on: the two modules and four services of the board. */
export interface LoopBoard {
  start(): void;
  /** Read-back tolerance of the board, µA. */
  toleranceUa(): number;
  boardId(): number;
  /** 32 bits, new at every start. */
  entropy(): number;
  /** The word given to `retain` last, if the reset since then was not one of the power; else 0. */
  retained(): number;
  /** Keeps a word in a register that a watchdog reset leaves alone. */
  retain(word: number): void;
  interlockStatus(): number;
  interlockBoot(toleranceUa: number, retained: number): void;
  stimulatorBoot(boardId: number, entropy: number, toleranceUa: number): void;
  interlockPoll(): void;
  /** µs until the stimulator wants to run again. */
  stimulatorPoll(): number;
  watchdogFeed(): void;
  sleepUs(durationUs: number): void;
}

/** What comes before the loop. */
export function startUp(board: LoopBoard): void {
  board.start();
  board.interlockBoot(board.toleranceUa(), board.retained());
  board.stimulatorBoot(board.boardId(), board.entropy(), board.toleranceUa());
}

/** The body of the loop. */
export function turn(board: LoopBoard): void {
  board.interlockPoll();
  board.retain(board.interlockStatus());
  const wishUs = board.stimulatorPoll();
  board.watchdogFeed();
  board.sleepUs(wishUs < POLL_PERIOD_US ? wishUs : POLL_PERIOD_US);
}
