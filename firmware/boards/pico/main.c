// The main loop around the two modules, line for line that of the simulator (sim/machine/main-loop.ts), so that both end in
// the same way (REQ-BRD-004), and what it runs on.

#include "board.h"
#include "hal.h"
#include "interlock.h"
#include "stimulator.h"

static w2c_interlock interlock;
static w2c_stimulator stimulator;

/** Below the stack; a stack that has grown too far has written over it. */
extern uint32_t stack_bottom;
#define STACK_GUARD 0x57ac6a4du

/** REQ-FLT-006: keeps a word in a register that the watchdog's reset leaves alone, and shows a trip on its pin. */
static void retain(uint32_t status) {
  WATCHDOG_SCRATCH(0) = status;
  uint32_t state = status & STATUS_STATE_MASK;
  if (state == STATE_TRIPPED || state == STATE_LOCKED) SIO_OUT_SET = BIT(PIN_TRIP);
  else SIO_OUT_CLR = BIT(PIN_TRIP);
}

/** The word that `retain` kept, if the watchdog and not the power has reset the chip; else 0. */
static uint32_t retained(void) { return (WATCHDOG_REASON & WATCHDOG_REASON_TIMER) ? WATCHDOG_SCRATCH(0) : 0; }

/** 32 bits of the ring oscillator's jitter (RP2040 datasheet 2.17.5). */
static uint32_t entropy(void) {
  uint32_t bits = 0;
  for (uint32_t i = 0; i < 32; i++) bits = bits << 1 | (ROSC_RANDOMBIT & 1);
  return bits;
}

/** The counter runs down twice as fast as it should (erratum RP2040-E1). */
static void watchdog_feed(void) {
  if (stack_bottom != STACK_GUARD) board_fault(FAULT_STACK);
  WATCHDOG_LOAD = 2 * WATCHDOG_US;
}

static void watchdog_start(void) {
  PSM_WDSEL = PSM_ALL & ~(PSM_ROSC | PSM_XOSC);
  stack_bottom = STACK_GUARD;
  watchdog_feed();
  WATCHDOG_CTRL = WATCHDOG_ENABLE;
}

static void board_start(void) {
  clocks_start();
  watchdog_start();
  stage_start();
  SIO_OE_SET = BIT(PIN_HEARTBEAT) | BIT(PIN_TRIP);
  pin_function(PIN_HEARTBEAT, FUNCTION_SIO);
  pin_function(PIN_TRIP, FUNCTION_SIO);
  sensors_start();
  line_start();
  enable_interrupt(IRQ_TIMER_0, 3);
  enable_interrupt(IRQ_TIMER_2, 1);
  wasm2c_interlock_instantiate(&interlock, &interlock_hal);
  wasm2c_stimulator_instantiate(&stimulator, &stimulator_hal, (struct w2c_interlock *)&interlock);
}

void wake_interrupt(void) { TIMER_INTR = 1; }

static volatile bool is_asleep;

/** REQ-BRD-010: due HUNG_US after the sleep, and again after each look at the clock that it finds. Even the longest work looks. */
void hang_interrupt(void) {
  TIMER_INTR = BIT(2);
  if (is_asleep) return;
  uint32_t now_us = NOW_US();
  uint32_t interlock_us = now_us - interlock_hal.clock_us, stimulator_us = now_us - stimulator_hal.clock_us;
  uint32_t silent_us = interlock_us < stimulator_us ? interlock_us : stimulator_us;
  if (silent_us >= HUNG_US) stage_off();
  else TIMER_ALARM(2) = now_us + HUNG_US - silent_us;
}

/** Sleeps until `duration_us` have passed, the line wakes it or the magnet has come. */
static void sleep_us(uint32_t duration_us) {
  uint32_t begin_us = NOW_US();
  TIMER_ALARM(0) = begin_us + duration_us;
  is_asleep = true;
  TIMER_ARMED = BIT(2);
  for (;;) {
    // With interrupts off nothing can come between the look and the sleep; what is pending ends the sleep all the same.
    uint32_t primask = disable_interrupts();
    bool is_over = NOW_US() - begin_us >= duration_us || line_wakes() || magnet_is_latched();
    if (!is_over) __asm__ volatile("wfi");
    restore_interrupts(primask);
    if (is_over) break;
  }
  interlock_hal.clock_us = NOW_US();
  is_asleep = false;
  TIMER_ALARM(2) = interlock_hal.clock_us + HUNG_US;
}

int main(void) {
  board_start();
  w2c_interlock_boot(&interlock, READBACK_UA_MAX, retained());
  w2c_stimulator_boot(&stimulator, BOARD_PICO, entropy(), READBACK_UA_MAX);
  for (;;) {
    retain(w2c_interlock_poll(&interlock));
    uint32_t wish_us = w2c_stimulator_poll(&stimulator);
    watchdog_feed();
    sleep_us(wish_us < POLL_PERIOD_US ? wish_us : POLL_PERIOD_US);
  }
}
