// Copies and clears whole words: records and batches are made of them, and a plain loop is 2 KiB smaller than the standard
// library's general memory routines.

/** Copies `bytes` (a multiple of 4) between ranges that do not overlap. */
export function copyWords(to: usize, from: usize, bytes: i32): void {
  for (let at = 0; at < bytes; at += 4) store<i32>(to + <usize>at, load<i32>(from + <usize>at));
}

/** Sets `bytes` (a multiple of 4) to zero. */
export function clearWords(to: usize, bytes: i32): void {
  for (let at = 0; at < bytes; at += 4) store<i32>(to + <usize>at, 0);
}
