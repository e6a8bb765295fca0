// What the two modules import from "hal": names and arguments are those that wasm2c gives them. Only interlock.c's calls
// reach the output; the linker has no other way for the stimulator than its own three and the interlock's exports.

#include "hal.h"

#include "board.h"

struct w2c_hal interlock_hal, stimulator_hal;

IN_RAM uint32_t w2c_hal_clock_us(struct w2c_hal *hal) {
  hal->clock_us = NOW_US();
  return hal->clock_us;
}

IN_RAM uint32_t w2c_hal_sense(struct w2c_hal *hal, uint32_t channel) {
  (void)hal;
  return sense(channel);
}

IN_RAM uint32_t w2c_hal_segment_room(struct w2c_hal *hal) {
  (void)hal;
  return stage_room();
}

IN_RAM void w2c_hal_segment(struct w2c_hal *hal, uint32_t duration_us, uint32_t flags, uint32_t w0, uint32_t w1, uint32_t w2,
                            uint32_t w3, uint32_t w4, uint32_t w5, uint32_t w6, uint32_t w7) {
  (void)hal;
  const uint32_t levels[8] = {w0, w1, w2, w3, w4, w5, w6, w7};
  // The stimulator reckons a first onset from the clock that it read last before its request.
  stage_segment(duration_us, flags, levels, stimulator_hal.clock_us);
}

void w2c_hal_off(struct w2c_hal *hal) {
  (void)hal;
  stage_off();
}

void w2c_hal_heartbeat(struct w2c_hal *hal) {
  (void)hal;
  SIO_OUT_XOR = BIT(PIN_HEARTBEAT);
}

uint32_t w2c_hal_uart_read(struct w2c_hal *hal) {
  (void)hal;
  return (uint32_t)line_read();
}

uint32_t w2c_hal_uart_write(struct w2c_hal *hal, uint32_t byte) {
  (void)hal;
  return line_write(byte);
}

uint32_t w2c_hal_identity(struct w2c_hal *hal, uint32_t word) {
  (void)hal;
  return word < 16 ? identity_record[4 + word] : 0;
}
