// Where a trap of a module, a fault of the processor and a grown stack end: output off, one line, and nothing more until the
// watchdog resets the chip.

#include "board.h"
#include "wasm-rt.h"

static void say(uint32_t code) {
  switch (code) {
    case WASM_RT_TRAP_OOB:
      line_say("trap: access outside of memory");
      return;
    case WASM_RT_TRAP_DIV_BY_ZERO:
      line_say("trap: division by zero");
      return;
    case WASM_RT_TRAP_UNREACHABLE:
      line_say("trap: an assertion failed");
      return;
    case FAULT_HARD:
      line_say("fault of the processor");
      return;
    case FAULT_STACK:
      line_say("the stack has grown over its guard");
      return;
    default:
      line_say("trap");
  }
}

/** REQ-BRD-005. The code is noted first: who watches the pins then knows why the output goes off. */
IN_RAM void board_fault(uint32_t code) {
  __asm__ volatile("cpsid i");
  WATCHDOG_SCRATCH(1) = code;
  stage_off();
  say(code);
  for (;;) __asm__ volatile("wfi");
}

void wasm_rt_trap(wasm_rt_trap_t code) { board_fault((uint32_t)code); }
