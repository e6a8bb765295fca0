// What the board gives the stimulator: a clock, one serial line and the identity of its image. Module "hal" of the import section.
// There is nothing here that could reach the output: that way leads through interlock.ts only.

/** Free-running clock, µs modulo 2^32 (u32 in an i32). */
export declare function clock_us(): i32;
/** Next received byte, 0–255, or −1 when there is none. */
export declare function uart_read(): i32;
/** Hands a byte to the line. 1: taken, 0: the line is full, try again later. */
export declare function uart_write(byte: i32): i32;
/**
 * SHA-256 of the modules that the board's image holds, as little-endian words of its bytes: 0–7 of interlock.wasm, 8–15 of
 * stimulator.wasm. 0 for any other number, and for a module whose hash the board does not know.
 */
export declare function identity(word: i32): i32;
