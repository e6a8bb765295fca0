// The two programs of the output stage, for the state machines of PIO0 (RP2040 datasheet 3.4). Both use one bit of side-set,
// which leaves four bits of delay.
//
//  shift: 17 × 16 bits of levels at 31.25 MHz, most significant bit first, E1 … E16, case; then hands the segment's control
//         word on. It begins when the stage has latched what it shifted before. y holds 271 for ever.
//  stage: latches what has been shifted, sets the mode pins in the same cycle, and holds them for the segment's time. In the
//         middle it asks for a sample where one is wanted. With nothing to follow it goes to recharge.
//
//  control word   31  30   29     28               9 8         4   3      2       1     0
//               +----+---+------+-------------------+-----------+----+--------+------+---+
//               |  0 |odd|sample|  count of a half  |    mux    |case|recharge|active|run|
//               +----+---+------+-------------------+-----------+----+--------+------+---+
//  From one latch to the next pass 2 · count + STAGE_CYCLES + sample + odd cycles.
#ifndef STAGE_PROGRAMS_H
#define STAGE_PROGRAMS_H

#include <stdint.h>

#define SIDE(bit) ((bit) << 12)
#define DELAY(cycles) ((cycles) << 8)
#define JMP(condition, to) ((condition) << 5 | (to))
#define ALWAYS 0u
#define X_DECREMENT 2u
#define NOT_Y 3u
#define WAIT_IRQ(n) (0x2000u | 1u << 7 | 2u << 5 | (n))
#define OUT(to, bits) (0x6000u | (to) << 5 | ((bits) & 31u))
#define PUSH 0x8020u
#define PULL 0x80a0u
#define MOV(to, from) (0xa000u | (to) << 5 | (from))
#define RAISE_IRQ(n) (0xc000u | (n))
#define SET_PINS(value) (0xe000u | (value))
#define NOP MOV(Y, Y)
#define PINS 0u
#define X 1u
#define Y 2u
#define NONE 3u
#define STATUS 5u
#define ISR 6u
#define OSR 7u

/** Flag between the two programs: the shift register may change. */
#define IRQ_LATCHED 4u
/** Flag to the processor: the middle of a segment that is to be sampled. */
#define IRQ_SAMPLE 0u

#define SHIFT_AT 0u
#define SHIFT_LENGTH 7u
#define STAGE_AT SHIFT_LENGTH
#define STAGE_LENGTH 18u
#define STAGE_CYCLES 14u
#define LEVEL_BITS 272u

static const uint16_t PROGRAMS[SHIFT_LENGTH + STAGE_LENGTH] = {
    // shift
    WAIT_IRQ(IRQ_LATCHED),                            // 0
    MOV(X, Y),                                        // 1
    OUT(PINS, 1) | DELAY(1),                          // 2 bit
    JMP(X_DECREMENT, SHIFT_AT + 2) | SIDE(1) | DELAY(1),
    OUT(NONE, 16),                                    // 4: the case's word has 16 bits
    OUT(ISR, 32),
    PUSH,
    // stage
    MOV(Y, STATUS),                                   // 0 end: ones where nothing waits
    JMP(NOT_Y, STAGE_AT + 4),
    NOP,
    SET_PINS(4),                                      // 3: recharge alone
    PULL,                                             // 4 next
    OUT(PINS, 9) | SIDE(1),                           // 5: the edge (REQ-BRD-008)
    RAISE_IRQ(IRQ_LATCHED) | SIDE(1),
    OUT(X, 20) | SIDE(1),
    MOV(ISR, X) | SIDE(1),                            // LATCH is high for 32 ns
    JMP(X_DECREMENT, STAGE_AT + 9),                   // 9
    OUT(Y, 1),
    JMP(NOT_Y, STAGE_AT + 13),
    RAISE_IRQ(IRQ_SAMPLE),
    MOV(X, ISR),                                      // 13
    JMP(X_DECREMENT, STAGE_AT + 14),                  // 14
    OUT(Y, 1),
    JMP(NOT_Y, STAGE_AT + 0),
    NOP,                                              // 17
};

#endif
