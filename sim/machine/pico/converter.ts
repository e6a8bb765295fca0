// The analogue inputs: what the RP2040's 12-bit converter sees of output, battery and temperature. firmware/boards/pico/
// sensors.c turns the steps back, and README.md there has the scales.

import { ELECTRODES } from '../../../firmware/profile.ts';
import type { Board } from '../../board/board.ts';
import { RandomStream } from '../../clock/random.ts';
import type { PinDecoder } from './decoder.ts';
import { ADC_BATTERY, ADC_CURRENT, ADC_TEMPERATURE, ADC_VOLTAGE } from './pins.ts';

const STEPS = 4096;
const MIDPOINT = 2048;
const UA_PER_STEP = 16;
const MV_PER_STEP = 8;
/** Full scale of the temperature input, m°C, and what is subtracted: 3.3 V at 10 mV/°C, 500 mV at 0 °C. */
const FULL_SCALE_MC = 330_000;
const OFFSET_MC = 50_000;
/** Full scale of the battery input, mV: three times 3.3 V. */
const FULL_SCALE_MV = 9900;
/** What a converter that fails its self-test is off by, steps: more than any tolerance. */
const BROKEN_STEPS = 100;

export class Converter {
  private readonly board: Board;
  private readonly decoder: PinDecoder;
  private readonly random: RandomStream;
  private driveMv = 0;

  constructor(board: Board, decoder: PinDecoder, seed: number) {
    this.board = board;
    this.decoder = decoder;
    this.random = new RandomStream(seed, 'converter');
  }

  /** A conversion of `channel` begins: its result in steps, with a step of noise either way; −1: it never ends. */
  start(cycle: number, channel: number): number {
    const steps = this.stepsOf(cycle, channel);
    if (steps === null) return -1;
    const noisy = Math.round(steps) + this.random.below(3) - 1;
    return Math.max(0, Math.min(STEPS - 1, noisy));
  }

  private stepsOf(cycle: number, channel: number): number | null {
    switch (channel) {
      case ADC_CURRENT:
        return MIDPOINT + this.sample(cycle) / UA_PER_STEP;
      case ADC_VOLTAGE:
        return MIDPOINT + this.driveMv / MV_PER_STEP;
      case ADC_TEMPERATURE: {
        const milliCelsius = this.board.temperature.convert(cycle);
        return milliCelsius === null ? null : ((milliCelsius + OFFSET_MC) * STEPS) / FULL_SCALE_MC;
      }
      case ADC_BATTERY: {
        this.board.readBattery(cycle);
        const millivolts = this.board.battery.convert(cycle);
        return millivolts === null ? null : (millivolts * STEPS) / FULL_SCALE_MV;
      }
      default:
        return 0;
    }
  }

  private sample(cycle: number): number {
    const offsetUa = this.board.selfTestPassed ? 0 : BROKEN_STEPS * UA_PER_STEP;
    const electrode = this.decoder.muxed;
    if (electrode >= ELECTRODES) return offsetUa;
    const { currentUa, driveMv } = this.board.playback.probe(cycle, electrode);
    this.driveMv = driveMv;
    return currentUa + offsetUa;
  }
}
