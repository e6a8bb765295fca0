// Crystal, 125 MHz for the processor, 48 MHz for the converter, 1 µs for timer and watchdog; and how pins are set up.

#include "board.h"

static void unreset(uint32_t blocks) {
  CLEAR_ALIAS(RESETS_RESET) = blocks;
  while ((RESETS_DONE & blocks) != blocks) {
  }
}

/** 12 MHz × `feedback` / (post dividers), datasheet 2.18.2. */
static void start_pll(uint32_t pll, uint32_t feedback, uint32_t post1, uint32_t post2) {
  PLL_CS(pll) = 1;
  PLL_FBDIV(pll) = feedback;
  CLEAR_ALIAS(PLL_PWR(pll)) = PLL_POWER_CORE;
  while (!(PLL_CS(pll) & PLL_LOCK)) {
  }
  PLL_PRIM(pll) = (post1 << 16) | (post2 << 12);
  CLEAR_ALIAS(PLL_PWR(pll)) = PLL_POWER_POSTDIV;
}

void clocks_start(void) {
  XOSC_STARTUP = 47; // 1 ms, in 256 periods of 12 MHz
  XOSC_CTRL = XOSC_ENABLE_1_15MHZ;
  while (!(XOSC_STATUS & XOSC_STABLE)) {
  }
  // After a reset by the watchdog the processor may still run on the PLL that is about to be set up anew.
  CLEAR_ALIAS(CLK_SYS_CTRL) = CLK_SYS_AUX;
  while (CLK_SYS_SELECTED != 1) {
  }
  CLK_REF_CTRL = CLK_REF_XOSC;
  while (CLK_REF_SELECTED != 1u << CLK_REF_XOSC) {
  }
  SET_ALIAS(RESETS_RESET) = RESET_PLL_SYS | RESET_PLL_USB;
  unreset(RESET_PLL_SYS | RESET_PLL_USB);
  start_pll(PLL_SYS, 125, 6, 2);
  start_pll(PLL_USB, 100, 5, 5);
  SET_ALIAS(CLK_SYS_CTRL) = CLK_SYS_AUX;
  while (CLK_SYS_SELECTED != 1u << CLK_SYS_AUX) {
  }
  CLK_PERI_CTRL = CLK_ENABLE;
  CLK_ADC_CTRL = CLK_ENABLE;
  WATCHDOG_TICK = 12 | WATCHDOG_TICK_ENABLE;
  unreset(RESET_IO_BANK0 | RESET_PADS_BANK0 | RESET_TIMER | RESET_UART0 | RESET_ADC | RESET_DMA | RESET_PIO0);
}

void pin_function(uint32_t pin, uint32_t function) {
  PAD(pin) = PAD_INPUT | PAD_SCHMITT | PAD_4MA;
  IO_CTRL(pin) = function;
}

/** An input that reads high while nothing is connected. */
void pin_input(uint32_t pin) {
  PAD(pin) = PAD_INPUT | PAD_SCHMITT | PAD_PULL_UP;
  IO_CTRL(pin) = FUNCTION_SIO;
}
