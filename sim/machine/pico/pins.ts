// The pins of the board, as firmware/boards/pico/pins.h names them; a test compares the two.

export const PIN_UART_RX = 1;
export const PIN_DATA = 2;
export const PIN_CLOCK = 3;
export const PIN_LATCH = 4;
export const PIN_RUN = 5;
export const PIN_ACTIVE = 6;
export const PIN_RECHARGE = 7;
export const PIN_CASE = 8;
export const PIN_MUX = 9;
export const PIN_ENABLE = 14;
export const PIN_HEARTBEAT = 15;
export const PIN_BAUD_0 = 20;
export const PIN_BAUD_1 = 21;
export const PIN_MAGNET = 22;
export const ADC_CURRENT = 0;
export const ADC_VOLTAGE = 1;
export const ADC_TEMPERATURE = 2;
export const ADC_BATTERY = 3;
