// What a run leaves behind, as the table, the JSON and the report tell it.

import type { Capture } from '../../test/oracle/capture.ts';
import type { Therapy } from '../therapy/therapy.ts';

/** What an area was asked to do. */
export interface AreaAsked {
  readonly rateHz: number;
  readonly burst?: { readonly pulses: number; readonly intraRateHz: number };
  readonly phaseUs: number;
  readonly gapUs: number;
  readonly amplitudeUa: number;
  /** Charge of the first phase on the electrode that carries most of it, pC. */
  readonly chargePc: number;
  /** Soft stop, ms. */
  readonly rampDownMs: number;
  /** The charge of a pulse is recovered through the shorted electrodes: its phases leave a net charge by design. */
  readonly passive: boolean;
}

/** What an area was seen to do; undefined fields could not be seen. */
export interface AreaSeen {
  readonly pulses: number;
  readonly rateHz?: number;
  readonly phaseUs?: number;
  readonly gapUs?: number;
  readonly amplitudeUa?: number;
  readonly chargePc?: number;
  /** Largest charge that a pulse's commanded levels leave on an electrode, signed, pC; with passive recharge the whole phase. */
  readonly netChargePc?: number;
  /** Largest difference of an onset from the exact instant, ns. */
  readonly onsetErrorNs?: number;
  /** Longest wait for a pulse of another area, µs. */
  readonly delayUs?: number;
}

export interface AreaRecord {
  readonly name: string;
  readonly asked: AreaAsked;
  readonly seen: AreaSeen;
}

export interface FindingRecord {
  readonly rule: string;
  /** ns from the start of the trace. */
  readonly atNs: number;
  readonly message: string;
}

export interface ImpedanceRecord {
  readonly plus: string;
  readonly minus: string;
  /** undefined: the current could not be driven (an open contact). */
  readonly ohm: number | undefined;
}

/** How long an order to stop took to reach the output. */
export interface StopRecord {
  readonly kind: 'STOP' | 'ESTOP';
  /** From the sending of the order to the end of the last phase that is driven, ns. */
  readonly latencyNs: number;
  /** The programmed soft stop, ns: part of the latency. */
  readonly rampNs: number;
}

export interface DeviceRecord {
  readonly port: string;
  readonly firmware: string;
  readonly board: string;
  readonly profile: string;
  readonly batteryMv: number;
  readonly temperatureMc: number;
  /** Whether the link is authenticated; if not, it is "not defended". */
  readonly authenticated: boolean;
}

/** How near the output came to the interlock's limits, over all electrodes, measurements before the therapy included. */
export interface LawsRecord {
  readonly holds: boolean;
  readonly amplitudeUa: number;
  readonly phasePc: number;
  /** Unrecovered charge with its doubt, pC. */
  readonly unrecoveredPc: number;
  /** Longest time above the recovered level, µs. */
  readonly recoveryUs: number;
}

/** What the simulated body saw of a therapy: true charges, with the errors of the sources and what recharge left. */
export interface BodyRecord {
  /** Largest unrecovered charge of an electrode, pC. */
  readonly unrecoveredPc: number;
}

/** Where the pictures come from: the trace and the instants in it that matter, ns. */
export interface ScopeRecord {
  readonly capture: Capture;
  readonly startNs: number;
  readonly stopNs: number;
  readonly endNs: number;
}

export interface RunRecord {
  readonly name: string;
  readonly file: string;
  readonly therapy: Therapy;
  readonly device: DeviceRecord;
  readonly seed: number | undefined;
  readonly ranMs: number;
  readonly holds: boolean;
  /** It was ended before its first pulse was due. */
  readonly notJudged?: boolean;
  /** False where only the device's own word was judged: no capture of the output. */
  readonly levelsSeen: boolean;
  readonly interrupted: boolean;
  readonly areas: readonly AreaRecord[];
  readonly stops: readonly StopRecord[];
  readonly impedances: readonly ImpedanceRecord[];
  readonly laws?: LawsRecord;
  /** Only where a body is simulated. */
  readonly body?: BodyRecord;
  readonly findings: readonly FindingRecord[];
  readonly findingsInAll: number;
  readonly scope?: ScopeRecord;
}

/** A fault injected on purpose, and what the interlock made of it. */
export interface FaultRecord {
  readonly name: string;
  readonly therapy: string;
  /** What was broken, in words. */
  readonly injected: string;
  /** Name of the trip that the device reported. */
  readonly trip: string;
  readonly holds: boolean;
  /** The fault in the trace, ns. */
  readonly faultNs: number;
  /** Output at zero for good, ns. */
  readonly offNs: number;
  /** When the device says that it tripped, ns of the trace. */
  readonly tripNs: number;
  /** When the host had the FAULT event, ns of the trace. */
  readonly reportedNs: number;
  readonly boundNs: number;
  readonly scope?: ScopeRecord;
}

export interface SessionRecord {
  readonly title: string;
  readonly version: string;
  readonly seed: number | undefined;
  readonly runs: readonly RunRecord[];
  readonly faults: readonly FaultRecord[];
}

/** The sentence that every document of this project carries. */
export const NOTICE =
  'Stimgate is a research platform, not a medical device. Nothing here is clinical advice; do not connect it to a person.';

/** What is said of the link until it is authenticated. */
export const LINK_NOTICE = 'The link is not authenticated: not defended against an attacker.';
