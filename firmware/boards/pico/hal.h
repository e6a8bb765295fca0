// The state of the two modules' ways to the board: wasm2c hands each of them its own.
#ifndef HAL_H
#define HAL_H

#include <stdint.h>

struct w2c_hal {
  /** What the module's clock said last, µs. */
  uint32_t clock_us;
};

extern struct w2c_hal interlock_hal, stimulator_hal;

#endif
