// How near the output came to the interlock's limits, told apart for the therapy and for the measurement before it.

import { LawJudge, type LawPeaks, LIMITS } from '../../test/oracle/index.ts';
import { chargeText, currentText, timeText } from './format.ts';
import type { LawsRecord, RunRecord, ScopeRecord } from './record.ts';

type Fact = readonly [string, string];

/** What the laws and the body model say of a run, as pairs of a name and a sentence. */
export function lawFacts(run: RunRecord): Fact[] {
  const { laws, scope, body } = run;
  const facts: Fact[] = [];
  if (laws !== undefined) {
    const verdict = laws.holds ? 'hold' : 'broken';
    if (scope === undefined) {
      facts.push(['Laws L1–L7', `${verdict}, measurements before the therapy included; ${peaksText(laws)}`]);
    } else {
      const { before, therapy } = peaksAround(scope);
      facts.push(['Laws L1–L7', `${verdict} over the whole trace; the therapy: ${peaksText(therapy)}`]);
      if (before.amplitudeUa > 0) facts.push(['Impedance test', pulseText(before)]);
    }
  }
  if (body !== undefined) {
    const text = `largest unrecovered charge of an electrode ${chargeText(body.unrecoveredPc)}, bound ${chargeText(LIMITS.unrecoveredPc)}`;
    facts.push(['Body model', `${text}; with the errors of the sources and the recharge of the electrodes`]);
  }
  return facts;
}

/** The greatest values before a therapy starts (the measurement of impedances) and from its start on. */
export function peaksAround(scope: ScopeRecord): { before: LawPeaks; therapy: LawPeaks } {
  const before = new LawJudge();
  const therapy = new LawJudge();
  for (const stretch of scope.capture.stretches()) {
    (stretch.startNs < scope.startNs ? before : therapy).feed(stretch);
  }
  return { before: before.peaks, therapy: therapy.peaks };
}

function pulseText({ amplitudeUa, phasePc }: Pick<LawPeaks, 'amplitudeUa' | 'phasePc'>): string {
  return `at most ${currentText(amplitudeUa)} on a contact, ${chargeText(phasePc)} in a phase`;
}

function peaksText(peaks: Omit<LawsRecord, 'holds'>): string {
  const recovered = peaks.recoveryUs > 0 ? `, recovered within ${timeText(peaks.recoveryUs * 1000)}` : '';
  return `${pulseText(peaks)}, ${chargeText(peaks.unrecoveredPc)} unrecovered (doubt included)${recovered}`;
}
