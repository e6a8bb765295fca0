// Two levels travel in a word: contact 2k in the low half, 2k + 1 in the high half, i16 µA each.

export function low(word: i32): i32 {
  return <i32>(<i16>word);
}
export function high(word: i32): i32 {
  return word >> 16;
}
