// From the first instruction to main: vectors, and RAM as the linker script lays it out.

#include "board.h"

extern uint32_t stack_top, data_start, data_end, data_load, bss_start, bss_end;
int main(void);
void magnet_interrupt(void);
void sample_interrupt(void);
void converter_interrupt(void);
void conversions_interrupt(void);
void line_interrupt(void);
void wake_interrupt(void);
void hang_interrupt(void);

void reset_handler(void) {
  const uint32_t *from = &data_load;
  for (uint32_t *to = &data_start; to < &data_end;) *to++ = *from++;
  for (uint32_t *to = &bss_start; to < &bss_end;) *to++ = 0;
  main();
}

/** HardFault, and every exception that has no business here. */
static void fault_handler(void) { board_fault(FAULT_HARD); }

typedef void (*handler)(void);

__attribute__((section(".vectors"), used)) const handler vectors[16 + 26] = {
    (handler)&stack_top,
    reset_handler,
    [2 ... 41] = fault_handler,
    [16 + IRQ_TIMER_0] = wake_interrupt,
    [16 + IRQ_TIMER_1] = conversions_interrupt,
    [16 + IRQ_TIMER_2] = hang_interrupt,
    [16 + IRQ_PIO0_0] = sample_interrupt,
    [16 + IRQ_IO_BANK0] = magnet_interrupt,
    [16 + IRQ_UART0] = line_interrupt,
    [16 + IRQ_ADC_FIFO] = converter_interrupt,
};
