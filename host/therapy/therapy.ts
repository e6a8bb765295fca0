// A therapy as a clinician writes it down: the JSON file's shape after validation (therapy.schema.json).

/** Names of electrodes in files, plots and captures: E1 … E16 and CASE. */
export type ElectrodeName = `E${number}` | 'CASE';

/** Recharge after a pulse: shorted electrodes, an equal opposite phase, or a longer and weaker opposite phase. */
export type RechargeSetting = 'passive' | 'symmetric' | { readonly asymmetric: number };

export interface AreaSettings {
  readonly name?: string;
  /** Share of the amplitude on each electrode, ‰: cathodes sum to −1000, anodes to +1000. */
  readonly electrodes: Readonly<Partial<Record<ElectrodeName, number>>>;
  /** Sum over the cathodes, µA, in steps of 10. */
  readonly amplitudeUa: number;
  /** Width of the first phase, µs. */
  readonly phaseUs: number;
  /** Open-circuit time between the phases, µs: 0 or 10–500. */
  readonly interphaseGapUs?: number;
  readonly recharge: RechargeSetting;
  /** Pulses (or bursts) per second, Hz, in steps of 0.001. */
  readonly rateHz: number;
  readonly burst?: { readonly pulses: number; readonly intraRateHz: number };
  /** Soft start and soft stop, ms. */
  readonly rampUpMs?: number;
  readonly rampDownMs?: number;
  /** On and off time, ms. Each on-time starts with the soft start and ends with the soft stop. */
  readonly cycle?: { readonly onMs: number; readonly offMs: number };
}

export interface ElectrodeLimit {
  readonly amplitudeUa?: number;
  readonly phaseChargeNc?: number;
}

export interface Therapy {
  readonly name: string;
  /** Where the parameters were published. */
  readonly source?: string;
  readonly notes?: string;
  readonly profile: 'percutaneous-16';
  /** What the device does when the link falls silent: stop after 2 s (clinic) or go on. */
  readonly mode?: 'clinic' | 'free-running';
  /** Limits that the clinician sets on electrodes before the program is started. */
  readonly limits?: Readonly<Partial<Record<ElectrodeName, ElectrodeLimit>>>;
  /** One to four areas, interleaved. */
  readonly areas: readonly AreaSettings[];
}
