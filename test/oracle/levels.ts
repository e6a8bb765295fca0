// Judges the levels of a first phase against the amplitude that the area may have at that instant.

import { electrodeName, type FindingList, type Rule } from './finding.ts';
import type { AreaIntent, Intent } from './intent.ts';
import type { Terms } from './options.ts';
import type { AreaPlan, PulseLevels } from './plan.ts';
import type { SeenPulse } from './pulse.ts';
import type { DuePulse } from './schedule.ts';
import type { ShapeJudge } from './shape.ts';

/** Keeps the last amplitude of one area, for ramps. */
export class LevelJudge {
  readonly #findings: FindingList;
  readonly #terms: Terms;
  readonly #shape: ShapeJudge;
  readonly #intent: AreaIntent;
  #lastUa = 0;
  #lastWindow = -1;

  constructor(findings: FindingList, terms: Terms, shape: ShapeJudge, intent: AreaIntent) {
    this.#findings = findings;
    this.#terms = terms;
    this.#shape = shape;
    this.#intent = intent;
  }

  /** Judges the first phase; gives the levels that the rest of the pulse has to fit. */
  judge(pulse: SeenPulse, due: DuePulse, intent: Intent, idealNs: number): PulseLevels {
    const { area } = due;
    if (!this.#terms.hasLevels) return this.#judgePolarity(pulse, due, intent);
    const seenUa = this.#nearestAllowed(pulse.amplitudeUa(), area, intent);
    const allowed = this.#intent.allows(intent, seenUa, idealNs, idealNs - due.tUs * 1000);
    const expected = area.levels(allowed ? seenUa : expectedUa(seenUa, intent));
    const wrong = this.#shape.firstWrong(pulse.firstUa, expected.firstUa);
    if (wrong >= 0) this.#report(pulse, due, intent, expected, wrong);
    this.#lastUa = seenUa;
    this.#lastWindow = due.window;
    return wrong >= 0 && this.#isShare(pulse, area, seenUa) ? area.levels(seenUa) : expected;
  }

  /** With a level tolerance the amplitude seen stands for the allowed one nearest to it. */
  #nearestAllowed(seenUa: number, area: AreaPlan, intent: Intent): number {
    if (this.#terms.levelToleranceUa === 0) return seenUa;
    if (intent.stopping) return Math.min(intent.highUa, Math.max(intent.lowUa, area.feasibleUa(seenUa + 5)));
    return expectedUa(seenUa, intent);
  }

  #judgePolarity(pulse: SeenPulse, due: DuePulse, intent: Intent): PulseLevels {
    const expected = due.area.levels(intent.amplitudesUa.find((amplitudeUa) => amplitudeUa > 0) ?? 0);
    const wrong = intent.stopping ? -1 : this.#shape.firstWrong(pulse.firstUa, expected.firstUa);
    if (wrong >= 0) {
      const message = () =>
        `area ${due.area.index + 1}: ${electrodeName(wrong)} is ${polarity(pulse.firstUa[wrong])}; ${polarity(expected.firstUa[wrong])} expected`;
      this.#findings.add('level', pulse.onsetNs, message, wrong);
    }
    return expected;
  }

  /** Whether the levels are those of some amplitude: then the amplitude is wrong, not one electrode. */
  #isShare(pulse: SeenPulse, area: AreaPlan, seenUa: number): boolean {
    return (
      area.feasibleUa(seenUa) === seenUa &&
      this.#shape.firstWrong(pulse.firstUa, area.levels(seenUa).firstUa) < 0
    );
  }

  #report(pulse: SeenPulse, due: DuePulse, intent: Intent, expected: PulseLevels, wrong: number): void {
    const { area } = due;
    const seenUa = pulse.amplitudeUa();
    if (this.#isShare(pulse, area, seenUa)) {
      const wanted = intent.stopping
        ? `${intent.lowUa} to ${intent.highUa} µA expected while stopping`
        : `${[...new Set(intent.amplitudesUa)].join(' or ')} µA expected`;
      const rule = this.#ruleOf(seenUa, due, intent, expected.amplitudeUa);
      this.#findings.add(
        rule,
        pulse.onsetNs,
        () => `area ${area.index + 1}: amplitude ${seenUa} µA; ${wanted}`,
      );
      return;
    }
    const message = () =>
      `area ${area.index + 1}: ${electrodeName(wrong)} at ${pulse.firstUa[wrong]} µA; ${expected.firstUa[wrong]} µA expected`;
    this.#findings.add('level', pulse.onsetNs, message, wrong);
  }

  #ruleOf(seenUa: number, due: DuePulse, intent: Intent, wantedUa: number): Rule {
    const { area, tUs, window } = due;
    if (intent.stopping) return 'stop-ramp';
    const targetUa = this.#intent.amplitudeUa;
    const { previousUa } = this.#intent;
    const late = previousUa >= 0 && area.valueUa(previousUa, tUs) === seenUa;
    if (late || intent.amplitudesUa.length > 1) return 'amplitude-change';
    const ramped = area.rampUpUs > 0 || (area.rampDownUs > 0 && area.periodUs > 0);
    if (ramped && seenUa > targetUa) return 'ramp-overshoot';
    if (wantedUa >= targetUa) return 'level';
    const rising = tUs < area.rampUpUs && window === this.#lastWindow;
    return rising && seenUa < this.#lastUa ? 'ramp-monotonic' : 'ramp';
  }
}

/** The allowed amplitude nearest to the one seen. */
function expectedUa(seenUa: number, intent: Intent): number {
  if (intent.stopping) return Math.min(intent.highUa, Math.max(intent.lowUa, seenUa));
  return intent.amplitudesUa.reduce((a, b) => (Math.abs(b - seenUa) < Math.abs(a - seenUa) ? b : a));
}

function polarity(level: number): string {
  return level === 0 ? 'off' : level < 0 ? 'a cathode' : 'an anode';
}
