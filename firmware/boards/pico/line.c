// The serial line: UART0, an interrupt a byte in both directions, and a ring each way. The UART's own FIFOs stay off: their
// timeout of 32 bits would hold the end of an ESTOP back for longer than it may take. The main loop is woken by the end of
// a frame, or where much has gathered, rather than by every byte.

#include "board.h"

#define RX_BYTES 256u
#define TX_BYTES 128u

static volatile uint8_t rx[RX_BYTES];
static volatile uint8_t tx[TX_BYTES];
// Counts; a byte lies at its number modulo the ring's size.
static volatile uint32_t rx_in, rx_out, tx_in, tx_out;
/** Delimiters put into the ring, and taken out of it. */
static volatile uint32_t ends_in, ends_out;

/** 16ths of a bit in 64ths of a cycle of 125 MHz (RP2040 datasheet 4.2.7.1), rounded. */
static uint32_t divisor64(uint32_t baud) { return (125000000u * 4u + baud / 2) / baud; }

/** The rate that the two straps ask for: pins.h. */
static uint32_t strapped_baud(void) {
  uint32_t low = ~SIO_IN;
  return 115200u << ((low >> PIN_BAUD_0 & 1) + 2 * (low >> PIN_BAUD_1 & 1));
}

void line_start(void) {
  pin_input(PIN_BAUD_0);
  pin_input(PIN_BAUD_1);
  pin_function(PIN_UART_TX, FUNCTION_UART);
  pin_input(PIN_UART_RX);
  IO_CTRL(PIN_UART_RX) = FUNCTION_UART;
  uint32_t divisor = divisor64(strapped_baud());
  UART_IBRD = divisor >> 6;
  UART_FBRD = divisor & 63;
  UART_LCR_H = UART_LCR_8_BITS;
  UART_CR = UART_CR_ENABLE;
  UART_IMSC = UART_INT_RX;
  enable_interrupt(IRQ_UART0, 2);
}

IN_RAM void line_interrupt(void) {
  while (!(UART_FR & UART_FR_RX_EMPTY)) {
    uint8_t byte = (uint8_t)UART_DR;
    uint32_t in = rx_in;
    // A byte that finds the ring full is lost; its frame then is damaged, and counted.
    if (in - rx_out >= RX_BYTES) continue;
    rx[in % RX_BYTES] = byte;
    rx_in = in + 1;
    if (byte == 0) ends_in++;
  }
  UART_ICR = UART_INT_TX;
  while (tx_in != tx_out && !(UART_FR & UART_FR_TX_FULL)) UART_DR = tx[tx_out++ % TX_BYTES];
}

/** REQ-BRD-007 */
bool line_wakes(void) { return ends_in != ends_out || rx_in - rx_out >= RX_WAKE_BYTES; }

/** REQ-BRD-003: next received byte, −1: none. */
int32_t line_read(void) {
  uint32_t out = rx_out;
  if (rx_in == out) return -1;
  uint8_t byte = rx[out % RX_BYTES];
  rx_out = out + 1;
  if (byte == 0) ends_out++;
  return byte;
}

/** 1: taken, 0: the ring is full. The interrupt comes when the transmitter has become empty: the first byte is put there. */
uint32_t line_write(uint32_t byte) {
  if (tx_in - tx_out >= TX_BYTES) return 0;
  uint32_t primask = disable_interrupts();
  if (tx_in == tx_out && !(UART_FR & UART_FR_TX_FULL)) {
    UART_DR = byte & 0xff;
    SET_ALIAS(UART_IMSC) = UART_INT_TX;
  } else {
    tx[tx_in++ % TX_BYTES] = (uint8_t)byte;
  }
  restore_interrupts(primask);
  return 1;
}

/** Says something without interrupts, as a frame of its own that no host takes for one of the link's. */
void line_say(const char *text) {
  for (const char *c = text;; c++) {
    while (UART_FR & UART_FR_TX_FULL) {
    }
    UART_DR = (uint8_t)*c;
    if (*c == 0 && c != text) return;
  }
}
