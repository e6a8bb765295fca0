// Every way to spoil an ideal output is found, by the right rule.

import { describe, expect, test } from 'vitest';
import type { Therapy } from '../../host/therapy/therapy.ts';
import { type JudgeOptions, judge, MemoryCapture, type Rule } from '../oracle/index.ts';
import { captureOf, type IdealPulse, idealLevels, idealPulses } from './fixtures/ideal-waveform.ts';
import { ASYMMETRIC, BURST, CYCLED, FAST, RAMPED, TONIC, therapyOf } from './fixtures/oracle-therapies.ts';

const END_US = 3_500_000;
const ZERO = new Array(17).fill(0);

/** Rules found in the therapy's output after `spoil` has changed its pulses. */
function rulesOf(therapy: Therapy, spoil: (pulses: IdealPulse[]) => void, options?: JudgeOptions): Rule[] {
  const pulses = idealPulses(therapy, END_US);
  spoil(pulses);
  pulses.sort((a, b) => a.onsetUs - b.onsetUs);
  const verdict = judge(captureOf(pulses, END_US), therapy, options);
  expect(verdict.holds).toBe(verdict.findings.length === 0);
  return Object.keys(verdict.counts) as Rule[];
}

function move(pulse: IdealPulse, byUs: number): void {
  pulse.onsetUs += byUs;
}

function copyOf(pulse: IdealPulse, onsetUs: number): IdealPulse {
  return { ...pulse, onsetUs, pieces: structuredClone(pulse.pieces) };
}

function setAmplitude(pulse: IdealPulse, therapy: Therapy, amplitudeUa: number): void {
  const levels = idealLevels(therapy.areas[pulse.area], amplitudeUa);
  pulse.pieces[0].levelsUa = levels;
  const second = pulse.pieces.find((piece, i) => i > 0 && piece.state === 'drive');
  if (second) second.levelsUa = levels.map((level) => -level + 0);
}

const tonic = therapyOf(TONIC);
const burst = therapyOf(BURST);
const ramped = therapyOf(RAMPED);
const cycled = therapyOf(CYCLED);
const pair = therapyOf(TONIC, FAST);
const asymmetric = therapyOf(ASYMMETRIC);

describe('pulses', () => {
  test('REQ-ORC-003: an onset 1 µs late or early', () => {
    expect(rulesOf(tonic, (pulses) => void pulses[40].onsetUs++)).toEqual(['onset']);
    expect(rulesOf(tonic, (pulses) => void pulses[40].onsetUs--)).toEqual(['onset']);
    expect(rulesOf(tonic, (pulses) => void pulses[0].onsetUs--)).toEqual(['onset']);
    expect(rulesOf(burst, (pulses) => void pulses[41].onsetUs++)).toEqual(['onset']);
    expect(rulesOf(pair, (pulses) => void pulses[200].onsetUs++)).toEqual(['onset']);
  });

  test('REQ-ORC-003: an onset far from its instant', () => {
    expect(rulesOf(tonic, (pulses) => move(pulses[40], 3000))).toEqual(['onset']);
    expect(rulesOf(tonic, (pulses) => move(pulses[40], -3000))).toEqual(['onset']);
  });

  test('REQ-ORC-003: a rate that is 0.2 % off, as 1201.9 Hz instead of 1200', () => {
    const rules = rulesOf(therapyOf(FAST), (pulses) => {
      pulses.forEach((pulse, k) => {
        pulse.onsetUs = Math.floor((k * 1e6) / 1201.9);
      });
    });
    expect(rules).toContain('onset');
  });

  test('REQ-ORC-003: widths of both phases 1 µs off', () => {
    expect(rulesOf(tonic, (pulses) => void pulses[9].pieces[0].durationUs++)).toEqual([
      'phase-width',
      'balance',
    ]);
    expect(rulesOf(tonic, (pulses) => void pulses[9].pieces[2].durationUs--)).toEqual([
      'recharge-width',
      'balance',
    ]);
    expect(rulesOf(burst, (pulses) => void pulses[9].pieces[0].durationUs--)).toEqual(['phase-width']);
    expect(rulesOf(asymmetric, (pulses) => void pulses[60].pieces[2].durationUs++)).toEqual([
      'recharge-width',
      'balance',
    ]);
  });

  test('REQ-ORC-003: a gap of 249 µs instead of 250', () => {
    expect(rulesOf(tonic, (pulses) => void pulses[9].pieces[1].durationUs--)).toEqual(['gap']);
    expect(rulesOf(tonic, (pulses) => void pulses[9].pieces.splice(1, 1))).toEqual(['gap']);
  });

  test('REQ-ORC-003: recharge in the gap, open electrodes at rest', () => {
    const rules = rulesOf(tonic, (pulses) => {
      pulses[9].pieces[1].state = 'recharge';
    });
    expect(rules).toContain('recharge-missing');
    const open = rulesOf(tonic, (pulses) => {
      pulses[9].pieces.push({ durationUs: 400, state: 'open', levelsUa: ZERO });
    });
    expect(open).toEqual(['idle-open']);
  });

  test('REQ-ORC-003: one level 1 µA off', () => {
    expect(rulesOf(tonic, (pulses) => void pulses[9].pieces[0].levelsUa[0]++)).toEqual([
      'kirchhoff',
      'level',
      'balance',
    ]);
    const moved = rulesOf(tonic, (pulses) => {
      pulses[9].pieces[0].levelsUa[0]++;
      pulses[9].pieces[0].levelsUa[1]--;
    });
    expect(moved).toEqual(['level', 'balance']);
    const second = rulesOf(tonic, (pulses) => {
      pulses[9].pieces[2].levelsUa[0]++;
      pulses[9].pieces[2].levelsUa[1]--;
    });
    expect(second).toEqual(['recharge-level', 'balance']);
  });

  test('REQ-ORC-003: current on an electrode that is not in the therapy', () => {
    const rules = rulesOf(tonic, (pulses) => {
      pulses[9].pieces[0].levelsUa[7] = -100;
      pulses[9].pieces[0].levelsUa[2] += 100;
    });
    expect(rules).toContain('level');
  });

  test('REQ-ORC-003: a wrong amplitude', () => {
    expect(rulesOf(tonic, (pulses) => setAmplitude(pulses[9], tonic, 4020))).toEqual(['level']);
  });

  test('REQ-ORC-003: an active second phase that is missing, one that is too many', () => {
    expect(rulesOf(tonic, (pulses) => void pulses[9].pieces.splice(1, 2))).toEqual([
      'recharge-missing',
      'balance',
    ]);
    const extra = rulesOf(burst, (pulses) => {
      const [first] = pulses[9].pieces;
      pulses[9].pieces.push({ ...first, durationUs: 500, levelsUa: first.levelsUa.map((level) => -level) });
    });
    expect(extra).toEqual(['recharge-extra']);
  });
});

describe('counts', () => {
  test('REQ-ORC-003: a missing and an extra pulse', () => {
    expect(rulesOf(tonic, (pulses) => void pulses.splice(50, 1))).toEqual(['pulse-missing']);
    expect(
      rulesOf(tonic, (pulses) => void pulses.push(copyOf(pulses[50], pulses[50].onsetUs + 4000))),
    ).toEqual(['pulse-extra']);
    expect(rulesOf(tonic, (pulses) => void pulses.splice(200))).toEqual(['pulse-missing']);
    expect(rulesOf(ramped, (pulses) => void pulses.splice(0, 2))).toEqual(['pulse-missing']);
  });

  test('REQ-ORC-003: a burst of 49 pulses instead of 48, and of 47', () => {
    const therapy = therapyOf({ ...BURST, phaseUs: 200, rateHz: 5, burst: { pulses: 48, intraRateHz: 500 } });
    const more = rulesOf(
      therapy,
      (pulses) => void pulses.push(copyOf(pulses[95], pulses[95].onsetUs + 2000)),
    );
    expect(more).toEqual(['pulse-extra', 'burst-count']);
    expect(rulesOf(therapy, (pulses) => void pulses.splice(95, 1))).toEqual(['pulse-missing', 'burst-count']);
  });

  test('REQ-ORC-003: a pulse in the off-time, a window that ends early', () => {
    const late = rulesOf(cycled, (pulses) => {
      const last = pulses.findLast((pulse) => pulse.onsetUs < 2_000_000)!;
      pulses.push(copyOf(last, 2_500_000));
    });
    expect(late).toEqual(['cycling']);
    const early = rulesOf(cycled, (pulses) => {
      const index = pulses.findIndex((pulse) => pulse.onsetUs > 1_800_000);
      while (pulses[index].onsetUs < 2_000_000) pulses.splice(index, 1);
    });
    expect(early).toEqual(['pulse-missing']);
  });
});

describe('areas', () => {
  test('REQ-ORC-003: a delay beyond the bound', () => {
    const rules = rulesOf(pair, (pulses) => {
      const at = pulses.findIndex(
        (pulse, i) => i > 100 && pulse.area === 0 && pulses[i + 1].onsetUs - pulse.onsetUs > 0,
      );
      pulses[at].onsetUs += 80;
    });
    expect(rules).toContain('delay-bound');
  });

  test('REQ-ORC-003: an onset that waits though nothing is in the way', () => {
    const therapy = therapyOf({ ...TONIC, rateHz: 10 }, { ...FAST, rateHz: 7 });
    expect(rulesOf(therapy, (pulses) => move(pulses[13], 20))).toEqual(['onset']);
  });

  test('REQ-ORC-003: pulses of two areas at the same time', () => {
    const pulses = idealPulses(pair, END_US);
    const at = pulses.findIndex((pulse, i) => i > 100 && pulse.area === 0 && pulses[i + 1].area === 1);
    const [a, b] = [pulses[at], pulses[at + 1]];
    const rest = pulses.filter((pulse) => pulse !== a && pulse !== b);
    const both = a.pieces[0].levelsUa.map((level, e) => level + b.pieces[0].levelsUa[e]);
    const piece = (durationUs: number, levelsUa: number[]) => ({
      durationUs,
      state: 'drive' as const,
      levelsUa,
    });
    const pieces = [piece(100, a.pieces[0].levelsUa), piece(30, both), piece(170, a.pieces[0].levelsUa)];
    const merged = { ...a, pieces: [...pieces, ...a.pieces.slice(1)] };
    const all = [...rest, merged].sort((x, y) => x.onsetUs - y.onsetUs);
    const verdict = judge(captureOf(all, END_US), pair);
    expect(Object.keys(verdict.counts)).toContain('overlap');
  });

  test('REQ-ORC-003: less than 10 µs of rest between two pulses', () => {
    const rules = rulesOf(pair, (pulses) => {
      const at = pulses.findIndex((pulse, i) => i > 100 && pulse.area === 0 && pulses[i + 1].area === 1);
      pulses[at + 1].onsetUs = pulses[at].onsetUs + 855;
    });
    expect(rules).toContain('overlap');
  });
});

describe('ramps', () => {
  test('REQ-ORC-003: over the target, falling while rising, off the formula', () => {
    expect(rulesOf(ramped, (pulses) => setAmplitude(pulses[65], ramped, 4020))).toEqual(['ramp-overshoot']);
    expect(rulesOf(ramped, (pulses) => setAmplitude(pulses[30], ramped, 500))).toEqual(['ramp-monotonic']);
    expect(
      rulesOf(ramped, (pulses) => setAmplitude(pulses[30], ramped, pulses[30].amplitudeUa + 10)),
    ).toEqual(['ramp']);
  });

  test('REQ-ORC-003: no soft start at all', () => {
    const rules = rulesOf(ramped, (pulses) => {
      for (const pulse of pulses) setAmplitude(pulse, ramped, 4010);
    });
    expect(rules).toEqual(['ramp']);
  });
});

describe('captures', () => {
  test('REQ-ORC-003: findings are bounded and the rest is counted', () => {
    const pulses = idealPulses(tonic, END_US);
    for (const pulse of pulses) pulse.pieces[0].levelsUa[0] -= 5;
    const verdict = judge(captureOf(pulses, END_US), tonic, { findingsMax: 30 });
    expect(verdict.findings.length).toBe(30);
    expect(verdict.findings.length + verdict.more).toBe(3 * pulses.length);
  });

  test('REQ-ORC-003: a capture in the wrong state is not taken for a pulse', () => {
    const capture = new MemoryCapture();
    capture.add(1e6, 'recharge', [-100, 100, ...new Array(15).fill(0)]);
    capture.add(1e9, 'recharge', ZERO);
    expect(Object.keys(judge(capture, tonic).counts)).toContain('level');
  });
});

describe('output that a capture does not show whole', () => {
  /** The ideal output from a drive of pulse 20 on, or up to it, with that drive lasting `lastsUs`. */
  function stuck(therapy: Therapy, phase: 0 | 1, isAtEnd: boolean, lastsUs: number, hasLevels = true) {
    const capture = new MemoryCapture('stuck', 0, hasLevels);
    const levelsOf = (levelsUa: Int32Array) => (hasLevels ? levelsUa : levelsUa.map(Math.sign));
    const all = [...captureOf(idealPulses(therapy, END_US), END_US).stretches()];
    const drives = all.filter(({ state }) => state === 'drive');
    const stuckAt = all.indexOf(drives[40 + phase]);
    const rest = isAtEnd ? all.slice(0, stuckAt) : all.slice(stuckAt + 1);
    const extend = () => capture.add(lastsUs * 1000, 'drive', levelsOf(all[stuckAt].levelsUa));
    if (!isAtEnd) extend();
    for (const { startNs, endNs, state, levelsUa } of rest)
      capture.add(endNs - startNs, state, levelsOf(levelsUa));
    if (isAtEnd) extend();
    return judge(capture, therapy);
  }

  test('REQ-ORC-003 REQ-ORC-011: a phase that goes on to the end, or since before the beginning, is found', () => {
    for (const hasLevels of [true, false])
      for (const phase of [0, 1] as const)
        for (const isAtEnd of [true, false]) {
          const name = `phase ${phase}, at the ${isAtEnd ? 'end' : 'beginning'}, levels ${hasLevels}`;
          expect(stuck(tonic, phase, isAtEnd, 50_000, hasLevels).counts, name).toHaveProperty('phase-width');
          const part = stuck(tonic, phase, isAtEnd, 100, hasLevels);
          expect(part.findings, name).toEqual([]);
        }
  });

  test('REQ-ORC-003: of output that goes on it is not said that none came', () => {
    const { findings, totals } = stuck(tonic, 0, true, 50_000);
    expect(findings.map(({ message }) => message).join()).not.toMatch(/no output/);
    expect(totals.silentFromNs).toBeNull();
  });
});
