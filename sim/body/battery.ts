// The implant's battery: its voltage falls in a straight line with the charge drawn. All values are background.

/** Capacity from full to empty, and the voltage that it falls by: 200 mAh over 4100–3000 mV. */
const CAPACITY_UC = 720e6;
const SPAN_MV = 1100;
/** What the electronics draw all the time, µA, and the efficiency of the 12 V converter. */
const QUIESCENT_UA = 60;
const EFFICIENCY = 0.8;
const PC_PER_UC = 1e6;

export class Battery {
  #setMv: number;
  #drawnUc = 0;

  constructor(millivolts: number) {
    this.#setMv = millivolts;
  }

  /** Voltage now, whole mV. */
  get mv(): number {
    return Math.max(0, Math.floor(this.#setMv - (this.#drawnUc * SPAN_MV) / CAPACITY_UC));
  }

  /** Sets the voltage; the drain goes on from there. */
  set mv(millivolts: number) {
    this.#setMv = millivolts;
    this.#drawnUc = 0;
  }

  /** Time passes with outputPc pushed out of the electrodes against the compliance voltage. */
  draw(durationUs: number, outputPc: number, complianceMv: number): void {
    const converted = outputPc === 0 ? 0 : (outputPc * complianceMv) / (this.#setMv * EFFICIENCY);
    this.#drawnUc += (durationUs * QUIESCENT_UA + converted) / PC_PER_UC;
  }
}
