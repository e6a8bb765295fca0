// Has the oracle judge a capture of a run, and turns its verdict into the records of tables and reports.

import { AMPLITUDE_UA_MAX } from '../../firmware/profile.ts';
import type { Capture } from '../../test/oracle/capture.ts';
import {
  type AreaMeasure,
  type JudgeOptions,
  judge,
  judgeLimits,
  type Verdict,
} from '../../test/oracle/index.ts';
import type {
  AreaAsked,
  AreaRecord,
  AreaSeen,
  FindingRecord,
  LawsRecord,
  StopRecord,
} from '../report/record.ts';
import { contactLevelsUa, ELECTRODE_NAMES } from '../therapy/levels.ts';
import { PHASE_NC_SET_DEFAULT } from '../therapy/semantics.ts';
import type { AreaSettings, Therapy } from '../therapy/therapy.ts';

export interface JudgedRun {
  readonly verdict: Verdict;
  readonly areas: readonly AreaRecord[];
  readonly findings: readonly FindingRecord[];
  readonly stops: readonly StopRecord[];
}

/** Judges a capture against a therapy. */
export function judgeCapture(capture: Capture, therapy: Therapy, options: JudgeOptions = {}): JudgedRun {
  const verdict = judge(capture, therapy, options);
  const areas = verdict.areas.map((measure) => {
    const area = therapy.areas[measure.area];
    return {
      name: area.name ?? `Area ${measure.area + 1}`,
      asked: areaAsked(area),
      seen: areaSeen(measure),
    };
  });
  const findings = verdict.findings.map(({ rule, atNs, message }) => ({ rule, atNs, message }));
  return { verdict, areas, findings, stops: stopRecords(verdict, therapy) };
}

/** What an area's settings ask for. */
export function areaAsked(area: AreaSettings): AreaAsked {
  const peakUa = contactLevelsUa(area).reduce((peak, level) => Math.max(peak, Math.abs(level)), 0);
  return {
    rateHz: area.rateHz,
    burst: area.burst,
    phaseUs: area.phaseUs,
    gapUs: area.interphaseGapUs ?? 0,
    amplitudeUa: area.amplitudeUa,
    chargePc: peakUa * area.phaseUs,
    rampDownMs: area.rampDownMs ?? 0,
    passive: area.recharge === 'passive',
  };
}

function areaSeen(measure: AreaMeasure): AreaSeen {
  const { rateHz, phaseUs, gapUs, amplitudeUa, chargePerPhasePc } = measure.measured;
  const known = measure.pulses > 0;
  return {
    pulses: measure.pulses,
    rateHz: rateHz ?? undefined,
    phaseUs: phaseUs ?? undefined,
    gapUs: gapUs ?? undefined,
    amplitudeUa: amplitudeUa ?? undefined,
    chargePc: chargePerPhasePc ?? undefined,
    netChargePc: measure.netChargePc ?? undefined,
    onsetErrorNs: known ? measure.onsetErrorNsMax : undefined,
    delayUs: known ? measure.delayUsMax : undefined,
  };
}

function stopRecords(verdict: Verdict, therapy: Therapy): StopRecord[] {
  const rampNs = Math.max(0, ...therapy.areas.map((area) => area.rampDownMs ?? 0)) * 1e6;
  const { stopLatencyNsMax, offLatencyNsMax } = verdict.totals;
  const stops: StopRecord[] = [];
  if (stopLatencyNsMax !== null) stops.push({ kind: 'STOP', latencyNs: stopLatencyNsMax, rampNs });
  if (offLatencyNsMax !== null) stops.push({ kind: 'ESTOP', latencyNs: offLatencyNsMax, rampNs: 0 });
  return stops;
}

export interface JudgedLaws {
  readonly laws: LawsRecord;
  readonly findings: readonly FindingRecord[];
  readonly more: number;
}

/** Judges a whole capture against the interlock's laws L1–L7 with the limits that were set. */
export function judgeLaws(capture: Capture, therapy: Therapy): JudgedLaws {
  const limits = ELECTRODE_NAMES.map((name) => therapy.limits?.[name]);
  const { holds, peaks, findings, more } = judgeLimits(capture, {
    amplitudeUa: limits.map((limit) => limit?.amplitudeUa ?? AMPLITUDE_UA_MAX),
    phasePc: limits.map((limit) => (limit?.phaseChargeNc ?? PHASE_NC_SET_DEFAULT) * 1000),
  });
  const { amplitudeUa, phasePc, unrecoveredPc, recoveryUs } = peaks;
  return {
    laws: { holds, amplitudeUa, phasePc, unrecoveredPc, recoveryUs },
    findings: findings.map(({ rule, atNs, message }) => ({ rule, atNs, message })),
    more,
  };
}
