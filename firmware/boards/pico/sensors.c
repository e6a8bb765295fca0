// Converter and magnet. The converter samples the output when the stage says that it is time, and looks at battery and
// temperature every millisecond in between. The magnet's interrupt switches off at once, whatever else is going on.

#include "board.h"

/** What has been converted last and when. */
struct reading {
  int32_t value;
  uint32_t at_us;
};

#define CONVERSION_US 1000u
#define MIDPOINT 2048
#define UA_PER_STEP 16
#define MV_PER_STEP 8
/** Bits of `wanted`, by what they are converted from. */
#define WANTS(channel) (1u << (channel))

static volatile struct reading battery, temperature;
static volatile uint32_t readback = (uint32_t)SENSE_NO_SAMPLE;
static volatile int32_t voltage_mv;
static volatile uint32_t sampled_flags, sampled_ua;
/** Conversions that wait, and the one under way. */
static volatile uint32_t wanted, converting;
static volatile bool is_converting, magnet_latch, self_test;

/** Starts what waits, the output first. Called with this file's interrupts off. */
IN_RAM static void convert_next(void) {
  if (is_converting || wanted == 0) return;
  uint32_t channel = 0;
  while (!(wanted & WANTS(channel))) channel++;
  wanted &= ~WANTS(channel);
  converting = channel;
  is_converting = true;
  ADC_CS = ADC_CS_ENABLE | ADC_CS_START | ADC_CS_CHANNEL(channel);
}

/** The middle of a segment that is to be sampled. */
IN_RAM void sample_interrupt(void) {
  PIO_IRQ = 1;
  sampled_flags = stage_playing_flags();
  wanted |= WANTS(ADC_CURRENT);
  convert_next();
}

/** A sample is whole when its voltage has been converted too: the voltage is asked for after the read-back alone. */
IN_RAM static void publish_sample(int32_t steps) {
  voltage_mv = steps * MV_PER_STEP;
  uint32_t electrode = (sampled_flags >> SAMPLE_SHIFT) & SAMPLE_MASK;
  uint32_t tag = (sampled_flags >> TAG_SHIFT) & TAG_MASK;
  readback = (sampled_ua & 0xffff) | electrode << READBACK_ELECTRODE_SHIFT | tag << READBACK_TAG_SHIFT;
}

IN_RAM void converter_interrupt(void) {
  int32_t steps = (int32_t)(ADC_FIFO & 0xfff);
  is_converting = false;
  switch (converting) {
    case ADC_CURRENT:
      sampled_ua = (uint32_t)((steps - MIDPOINT) * UA_PER_STEP);
      wanted |= WANTS(ADC_VOLTAGE);
      break;
    case ADC_VOLTAGE:
      publish_sample(steps - MIDPOINT);
      break;
    case ADC_TEMPERATURE: // 500 mV at 0 °C, 10 mV more for each degree
      temperature.value = steps * 330000 / 4096 - 50000;
      temperature.at_us = NOW_US();
      break;
    default: // a third of VSYS
      battery.value = steps * 9900 / 4096;
      battery.at_us = NOW_US();
  }
  convert_next();
}

/** Every millisecond. Of the same priority as the other two: they do not interrupt each other. */
void conversions_interrupt(void) {
  TIMER_INTR = 2;
  TIMER_ALARM(1) = NOW_US() + CONVERSION_US;
  wanted |= WANTS(ADC_TEMPERATURE) | WANTS(ADC_BATTERY);
  convert_next();
}

/** REQ-BRD-009. Highest priority. Output off first, then the latch for `poll`. */
IN_RAM void magnet_interrupt(void) {
  stage_off();
  magnet_latch = true;
  IO_INTR(PIN_MAGNET) = IO_EDGE_LOW(PIN_MAGNET);
}

IN_RAM bool magnet_is_latched(void) { return magnet_latch; }

static uint32_t read_magnet(void) {
  uint32_t primask = disable_interrupts();
  bool is_seen = magnet_latch || !(SIO_IN & BIT(PIN_MAGNET));
  magnet_latch = false;
  restore_interrupts(primask);
  return is_seen;
}

/** One conversion, waited for: before interrupts are on. */
static int32_t convert_now(uint32_t channel) {
  ADC_CS = ADC_CS_ENABLE | ADC_CS_START | ADC_CS_CHANNEL(channel);
  while (ADC_FCS & ADC_FCS_EMPTY) {
  }
  return (int32_t)(ADC_FIFO & 0xfff);
}

void sensors_start(void) {
  for (uint32_t channel = 0; channel < 4; channel++) {
    PAD(PIN_ADC + channel) = PAD_OUTPUT_DISABLE;
    IO_CTRL(PIN_ADC + channel) = 31; // no digital function
  }
  ADC_CS = ADC_CS_ENABLE;
  while (!(ADC_CS & ADC_CS_READY)) {
  }
  ADC_FCS = ADC_FCS_ENABLE | ADC_FCS_THRESHOLD(1u);
  // With the output off no current flows; a converter that sees some is not to be believed. REQ-ARM-005
  int32_t zero_ua = (convert_now(ADC_CURRENT) - MIDPOINT) * UA_PER_STEP;
  self_test = zero_ua <= READBACK_UA_MAX && zero_ua >= -READBACK_UA_MAX;
  battery.value = convert_now(ADC_BATTERY) * 9900 / 4096;
  temperature.value = convert_now(ADC_TEMPERATURE) * 330000 / 4096 - 50000;
  battery.at_us = temperature.at_us = NOW_US();
  ADC_INTE = 1;
  TIMER_INTE = 7;
  TIMER_ALARM(1) = NOW_US() + CONVERSION_US;
  pin_input(PIN_MAGNET);
  IO_INTR(PIN_MAGNET) = IO_EDGE_LOW(PIN_MAGNET);
  IO_INTE(PIN_MAGNET) = IO_EDGE_LOW(PIN_MAGNET);
  enable_interrupt(IRQ_ADC_FIFO, 1);
  enable_interrupt(IRQ_TIMER_1, 1);
  enable_interrupt(IRQ_IO_BANK0, 0);
}

/** The newest value, SENSE_STALE when it is older than 20 ms. */
static uint32_t fresh(const volatile struct reading *reading) {
  uint32_t primask = disable_interrupts();
  int32_t value = reading->value;
  uint32_t age_us = NOW_US() - reading->at_us;
  restore_interrupts(primask);
  return (uint32_t)(age_us > SENSE_AGE_US_MAX ? SENSE_STALE : value);
}

IN_RAM uint32_t sense(uint32_t channel) {
  switch (channel) {
    case SENSE_MAGNET:
      return read_magnet();
    case SENSE_READBACK:
      return readback;
    case SENSE_VOLTAGE_MV:
      return (uint32_t)voltage_mv;
    case SENSE_BATTERY_MV:
      return fresh(&battery);
    case SENSE_TEMPERATURE_MC:
      return fresh(&temperature);
    case SENSE_SELF_TEST:
      return self_test;
    default:
      return (uint32_t)SENSE_STALE;
  }
}
