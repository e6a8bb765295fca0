// Stand-ins for what the board gives the modules: the bench puts its own answers over them, as it does in the image. The
// table of vectors keeps everything that is called from outside.

#include "versus.h"

/** Room for the two instructions that the bench writes. */
#define STAND_IN __asm__ volatile("nop\n nop")

IN_RAM uint32_t hal_clock_us(void) {
  STAND_IN;
  return 0;
}
IN_RAM int32_t hal_sense(int32_t channel) {
  STAND_IN;
  return channel;
}
IN_RAM int32_t hal_segment_room(void) {
  STAND_IN;
  return 0;
}
IN_RAM void hal_segment(int32_t duration_us, int32_t flags, struct levels levels) {
  (void)duration_us, (void)flags, (void)levels;
  STAND_IN;
}
void hal_off(void) { STAND_IN; }
void hal_heartbeat(void) { STAND_IN; }
int32_t hal_uart_read(void) {
  STAND_IN;
  return -1;
}
int32_t hal_uart_write(int32_t byte) {
  STAND_IN;
  return byte;
}

extern uint32_t stack_top;

__attribute__((section(".vectors"), used)) static const void *const vectors[] = {
    &stack_top,           (const void *)interlock_poll,    (const void *)interlock_boot,
    (const void *)interlock_request, (const void *)interlock_stop,    (const void *)interlock_arm,
    (const void *)interlock_reading, (const void *)interlock_status,  (const void *)stimulator_boot,
    (const void *)stimulator_poll,
};
