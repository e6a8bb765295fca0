// What the parts of the board give each other. constants.h is made by the build from board.ts, profile.ts, status.ts and
// wire.ts, so that C and AssemblyScript share every number.
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "constants.h"
#include "pins.h"
#include "registers.h"

/** Code that must not wait for flash. */
#define IN_RAM __attribute__((section(".ram_text"), noinline))
/** µs, modulo 2^32, since the last reset. */
#define NOW_US() TIMER_RAWL

/** Interrupts off; gives what `restore_interrupts` puts back. */
static inline uint32_t disable_interrupts(void) {
  uint32_t primask;
  __asm__ volatile("mrs %0, primask\n cpsid i" : "=r"(primask)::"memory");
  return primask;
}
static inline void restore_interrupts(uint32_t primask) { __asm__ volatile("msr primask, %0" ::"r"(primask) : "memory"); }
static inline void enable_interrupt(uint32_t irq, uint32_t priority) {
  NVIC_IPR(irq) = (NVIC_IPR(irq) & ~(0xffu << (8 * (irq & 3)))) | (priority << (6 + 8 * (irq & 3)));
  NVIC_ICPR = 1u << irq;
  NVIC_ISER = 1u << irq;
}

// clocks.c
void clocks_start(void);
void pin_function(uint32_t pin, uint32_t function);
void pin_input(uint32_t pin);

// stage.c: the output
void stage_start(void);
void stage_off(void);
void stage_segment(uint32_t duration_us, uint32_t flags, const uint32_t levels[8], uint32_t called_us);
uint32_t stage_room(void);
uint32_t stage_playing_flags(void);

// line.c: the serial line
void line_start(void);
int32_t line_read(void);
uint32_t line_write(uint32_t byte);
bool line_wakes(void);
void line_say(const char *text);

// sensors.c: converter and magnet
void sensors_start(void);
uint32_t sense(uint32_t channel);
bool magnet_is_latched(void);

// fault.c
enum fault { FAULT_HARD = 0x100, FAULT_STACK = 0x200 };
void board_fault(uint32_t code) __attribute__((noreturn));

// identity.c, made by the build
/** The marker of 16 bytes, then SHA-256 of interlock.wasm and of stimulator.wasm. */
extern const uint32_t identity_record[20];

#endif
