// Which pin does what (REQ-BRD-001). README.md has the same table with what to connect.
#ifndef PINS_H
#define PINS_H

#define PIN_UART_TX 0u
#define PIN_UART_RX 1u
/** Levels of the 17 electrodes, shifted out: data, clock, and the latch whose rising edge is the output's edge. */
#define PIN_DATA 2u
#define PIN_CLOCK 3u
#define PIN_LATCH 4u
/** High while a segment plays. */
#define PIN_RUN 5u
/** High while the sources drive. */
#define PIN_ACTIVE 6u
/** High while all electrodes are shorted; both low: open. */
#define PIN_RECHARGE 7u
/** High while the case takes part. */
#define PIN_CASE 8u
/** Electrode whose current the read-back shows, five bits. */
#define PIN_MUX 9u
/** Low: no current and all electrodes shorted, whatever the other pins say. */
#define PIN_ENABLE 14u
/** Toggles once a turn of the main loop. */
#define PIN_HEARTBEAT 15u
/** High while the interlock has tripped or is locked. */
#define PIN_TRIP 16u
/** Rate of the line: both open 115,200; 20 low 230,400; 21 low 460,800; both low 921,600 baud. */
#define PIN_BAUD_0 20u
#define PIN_BAUD_1 21u
/** Reed switch to ground: low while the magnet is there. */
#define PIN_MAGNET 22u
/** Analogue inputs: read-back current, drive voltage, surface temperature, battery (a third of VSYS). */
#define PIN_ADC 26u
#define ADC_CURRENT 0u
#define ADC_VOLTAGE 1u
#define ADC_TEMPERATURE 2u
#define ADC_BATTERY 3u

#define BIT(pin) (1u << (pin))

#endif
