// Registers of the RP2040 that this board uses, by the names and offsets of its datasheet (build 2024-10-15, chapter 2 to 4).
// Every peripheral has aliases that flip, set or clear the bits of a write in one go (datasheet 2.1.2).
#ifndef REGISTERS_H
#define REGISTERS_H

#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))
#define XOR_ALIAS(reg) REG((uintptr_t) & (reg) + 0x1000u)
#define SET_ALIAS(reg) REG((uintptr_t) & (reg) + 0x2000u)
#define CLEAR_ALIAS(reg) REG((uintptr_t) & (reg) + 0x3000u)

// 2.14 resets
#define RESETS_RESET REG(0x4000c000)
#define RESETS_DONE REG(0x4000c008)
#define RESET_ADC (1u << 0)
#define RESET_DMA (1u << 2)
#define RESET_IO_BANK0 (1u << 5)
#define RESET_PADS_BANK0 (1u << 8)
#define RESET_PIO0 (1u << 10)
#define RESET_PLL_SYS (1u << 12)
#define RESET_PLL_USB (1u << 13)
#define RESET_TIMER (1u << 21)
#define RESET_UART0 (1u << 22)

// 2.13 power-on state machine
#define PSM_WDSEL REG(0x40010008)
#define PSM_ALL 0x1ffffu
#define PSM_ROSC (1u << 0)
#define PSM_XOSC (1u << 1)

// 2.16 crystal oscillator
#define XOSC_CTRL REG(0x40024000)
#define XOSC_STATUS REG(0x40024004)
#define XOSC_STARTUP REG(0x4002400c)
#define XOSC_ENABLE_1_15MHZ 0xfabaa0u
#define XOSC_STABLE (1u << 31)

// 2.18 PLLs
#define PLL_SYS 0x40028000u
#define PLL_USB 0x4002c000u
#define PLL_CS(pll) REG((pll) + 0x0)
#define PLL_PWR(pll) REG((pll) + 0x4)
#define PLL_FBDIV(pll) REG((pll) + 0x8)
#define PLL_PRIM(pll) REG((pll) + 0xc)
#define PLL_LOCK (1u << 31)
#define PLL_POWER_CORE ((1u << 0) | (1u << 5))
#define PLL_POWER_POSTDIV (1u << 3)

// 2.15 clocks
#define CLK_REF_CTRL REG(0x40008030)
#define CLK_REF_SELECTED REG(0x40008038)
#define CLK_SYS_CTRL REG(0x4000803c)
#define CLK_SYS_SELECTED REG(0x40008044)
#define CLK_PERI_CTRL REG(0x40008048)
#define CLK_ADC_CTRL REG(0x40008060)
#define CLK_REF_XOSC 2u
#define CLK_SYS_AUX 1u
#define CLK_ENABLE (1u << 11)

// 2.19 GPIO
#define IO_CTRL(pin) REG(0x40014004u + 8u * (pin))
#define IO_INTR(pin) REG(0x400140f0u + 4u * ((pin) >> 3))
#define IO_INTE(pin) REG(0x40014100u + 4u * ((pin) >> 3))
#define IO_EDGE_LOW(pin) (4u << (4u * ((pin) & 7u)))
#define FUNCTION_UART 2u
#define FUNCTION_SIO 5u
#define FUNCTION_PIO0 6u
#define PAD(pin) REG(0x4001c004u + 4u * (pin))
#define PAD_SCHMITT (1u << 1)
#define PAD_PULL_UP (1u << 3)
#define PAD_4MA (1u << 4)
#define PAD_INPUT (1u << 6)
#define PAD_OUTPUT_DISABLE (1u << 7)

// 2.3.1 single-cycle IO
#define SIO_IN REG(0xd0000004)
#define SIO_OUT_SET REG(0xd0000014)
#define SIO_OUT_CLR REG(0xd0000018)
#define SIO_OUT_XOR REG(0xd000001c)
#define SIO_OE_SET REG(0xd0000024)

// 4.6 timer
#define TIMER_ALARM(n) REG(0x40054010u + 4u * (n))
#define TIMER_ARMED REG(0x40054020)
#define TIMER_RAWL REG(0x40054028)
#define TIMER_INTR REG(0x40054034)
#define TIMER_INTE REG(0x40054038)

// 4.7 watchdog
#define WATCHDOG_CTRL REG(0x40058000)
#define WATCHDOG_LOAD REG(0x40058004)
#define WATCHDOG_REASON REG(0x40058008)
#define WATCHDOG_SCRATCH(n) REG(0x4005800cu + 4u * (n))
#define WATCHDOG_TICK REG(0x4005802c)
#define WATCHDOG_ENABLE (1u << 30)
#define WATCHDOG_REASON_TIMER 1u
#define WATCHDOG_TICK_ENABLE (1u << 9)

// 2.17 ring oscillator
#define ROSC_RANDOMBIT REG(0x4006001c)

// 4.2 UART (PL011)
#define UART_DR REG(0x40034000)
#define UART_FR REG(0x40034018)
#define UART_IBRD REG(0x40034024)
#define UART_FBRD REG(0x40034028)
#define UART_LCR_H REG(0x4003402c)
#define UART_CR REG(0x40034030)
#define UART_IMSC REG(0x40034038)
#define UART_ICR REG(0x40034044)
#define UART_FR_BUSY (1u << 3)
#define UART_FR_RX_EMPTY (1u << 4)
#define UART_FR_TX_FULL (1u << 5)
#define UART_LCR_8_BITS (3u << 5)
#define UART_CR_ENABLE ((1u << 0) | (1u << 8) | (1u << 9))
#define UART_INT_RX (1u << 4)
#define UART_INT_TX (1u << 5)

// 4.9 ADC
#define ADC_CS REG(0x4004c000)
#define ADC_FCS REG(0x4004c008)
#define ADC_FIFO REG(0x4004c00c)
#define ADC_INTE REG(0x4004c018)
#define ADC_CS_ENABLE (1u << 0)
#define ADC_CS_START (1u << 2)
#define ADC_CS_READY (1u << 8)
#define ADC_CS_CHANNEL(n) ((n) << 12)
#define ADC_FCS_ENABLE (1u << 0)
#define ADC_FCS_THRESHOLD(n) ((n) << 24)
#define ADC_FCS_EMPTY (1u << 8)

// 2.5 DMA
#define DMA_READ(ch) REG(0x50000000u + 0x40u * (ch))
#define DMA_WRITE(ch) REG(0x50000004u + 0x40u * (ch))
#define DMA_COUNT(ch) REG(0x50000008u + 0x40u * (ch))
#define DMA_CTRL_TRIG(ch) REG(0x5000000cu + 0x40u * (ch))
#define DMA_CTRL(ch) REG(0x50000010u + 0x40u * (ch))
#define DMA_READ_TRIG(ch) REG(0x5000003cu + 0x40u * (ch))
#define DMA_ABORT REG(0x50000444)
#define DMA_EN (1u << 0)
#define DMA_HIGH_PRIORITY (1u << 1)
#define DMA_WORD (2u << 2)
#define DMA_INCR_READ (1u << 4)
#define DMA_RING_READ(bits) ((bits) << 6)
#define DMA_CHAIN_TO(ch) ((ch) << 11)
#define DMA_TREQ(n) ((n) << 15)
#define DMA_IRQ_QUIET (1u << 21)
#define DMA_BUSY (1u << 24)
#define DREQ_PIO0_TX0 0u
#define DREQ_PIO0_TX1 1u
#define DREQ_PIO0_RX0 4u
#define DREQ_ALWAYS 0x3fu

// 3.7 PIO
#define PIO_CTRL REG(0x50200000)
#define PIO_FLEVEL REG(0x5020000c)
#define PIO_TXF(sm) REG(0x50200010u + 4u * (sm))
#define PIO_RXF(sm) REG(0x50200020u + 4u * (sm))
#define PIO_IRQ REG(0x50200030)
#define PIO_IRQ_FORCE REG(0x50200034)
#define PIO_PADOUT REG(0x5020003c)
#define PIO_INSTR_MEM(n) REG(0x50200048u + 4u * (n))
#define PIO_EXECCTRL(sm) REG(0x502000ccu + 0x18u * (sm))
#define PIO_SHIFTCTRL(sm) REG(0x502000d0u + 0x18u * (sm))
#define PIO_INSTR(sm) REG(0x502000d8u + 0x18u * (sm))
#define PIO_PINCTRL(sm) REG(0x502000dcu + 0x18u * (sm))
#define PIO_IRQ0_INTE REG(0x5020012c)
#define PIO_ENABLE(sm) (1u << (sm))
#define PIO_RESTART(sm) (1u << (4u + (sm)))

// Cortex-M0+ (ARMv6-M architecture reference manual, B3)
#define NVIC_ISER REG(0xe000e100)
#define NVIC_ICPR REG(0xe000e280)
#define NVIC_IPR(irq) REG(0xe000e400u + ((irq) & ~3u))
#define IRQ_TIMER_0 0u
#define IRQ_TIMER_1 1u
#define IRQ_TIMER_2 2u
#define IRQ_PIO0_0 7u
#define IRQ_IO_BANK0 13u
#define IRQ_UART0 20u
#define IRQ_ADC_FIFO 22u

#endif
