// The hand-written C that the firmware's cycles are held against: what a C engineer would write of the same logic, with the
// same checks, widths and interfaces. Structures in place of offsets, pointers in place of addresses; no bounds are checked
// where C checks none. Levels travel by value, as they do between the modules: nothing is shared by address. Not a firmware.
#ifndef VERSUS_H
#define VERSUS_H

#include <stdbool.h>
#include <stdint.h>

#include "constants.h"
#include "numbers.h"

/** What the image keeps in RAM lies there in C too. */
#define IN_RAM __attribute__((section(".ram_text")))

/** A loop that keeps its registers to itself: few of them are left where everything is one function. */
#define APART __attribute__((noinline))

/** Levels of 16 contacts, µA: eight words where they travel. */
struct levels {
  union {
    int16_t ua[CONTACTS];
    uint32_t words[CONTACTS / 2];
  };
};

/** A word of a structure, whatever its fields are. */
typedef uint32_t word __attribute__((may_alias));

// hal.c: stand-ins for the board; the bench answers in their place.
uint32_t hal_clock_us(void);
int32_t hal_sense(int32_t channel);
int32_t hal_segment_room(void);
void hal_segment(int32_t duration_us, int32_t flags, struct levels levels);
void hal_off(void);
void hal_heartbeat(void);
int32_t hal_uart_read(void);
int32_t hal_uart_write(int32_t byte);

// interlock.c, gate.c
void interlock_boot(int32_t readback_ua, int32_t retained);
void interlock_poll(void);
int32_t interlock_request(int32_t duration_us, int32_t flags, struct levels levels);
int32_t interlock_stop(int32_t mode);
int32_t interlock_arm(void);
int32_t interlock_reading(int32_t channel);
int32_t interlock_status(void);

// poll.c
void stimulator_boot(int32_t board, uint32_t entropy, int32_t readback_ua);
int32_t stimulator_poll(void);

static inline int32_t least(int32_t a, int32_t b) { return a < b ? a : b; }
static inline int32_t most(int32_t a, int32_t b) { return a > b ? a : b; }
static inline int32_t magnitude(int32_t a) { return a < 0 ? -a : a; }

#endif
