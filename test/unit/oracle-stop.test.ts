// Stopping, switching off, starting again and changes of amplitude: what the commands allow, and what they do not.

import { describe, expect, test } from 'vitest';
import type { Therapy } from '../../host/therapy/therapy.ts';
import { type Command, judge, type Rule, type Verdict } from '../oracle/index.ts';
import { captureOf, type IdealPulse, idealLevels, idealPulses } from './fixtures/ideal-waveform.ts';
import { FAST, RAMPED, TONIC, therapyOf } from './fixtures/oracle-therapies.ts';

const LEAD_US = 65_000;
const END_US = 4_000_000;
const tonic = therapyOf(TONIC);
const ramped = therapyOf(RAMPED);

/** A command `tUs` after t0. */
function command(kind: Command['kind'], tUs: number, more: Partial<Command> = {}): Command {
  return { atNs: (tUs + LEAD_US) * 1000, kind, ...more };
}

function verdictOf(pulses: IdealPulse[], therapy: Therapy, commands: Command[]): Verdict {
  return judge(captureOf(pulses, END_US, LEAD_US), therapy, { commands });
}

function rulesOf(pulses: IdealPulse[], therapy: Therapy, commands: Command[]): Rule[] {
  return Object.keys(verdictOf(pulses, therapy, commands).counts) as Rule[];
}

/** Output of a device that takes a STOP `latencyUs` after it was sent and has 12 ms queued. */
function stopped(therapy: Therapy, sentUs: number, latencyUs = 3000): IdealPulse[] {
  const full = idealPulses(therapy, END_US);
  const takenUs = sentUs + latencyUs;
  const rampUs = Math.max(...therapy.areas.map((area) => (area.rampDownMs ?? 0) * 1000));
  const after = idealPulses(therapy, END_US, takenUs);
  const queued = full.filter((pulse) => pulse.onsetUs <= takenUs + 12_000);
  return [...queued, ...after.filter((p) => p.onsetUs > takenUs + 12_000 && p.idealUs < takenUs + rampUs)];
}

describe('stop', () => {
  test('REQ-ORC-004: pulses end within the latency, and nothing is missing after it', () => {
    const verdict = verdictOf(stopped(tonic, 2_000_000), tonic, [command('stop', 2_000_000)]);
    expect(verdict.findings).toEqual([]);
    expect(verdict.totals.stopLatencyNsMax).toBeLessThan(16e6);
  });

  test('REQ-ORC-004: the soft stop follows the formula whenever it was taken', () => {
    for (const latencyUs of [0, 700, 9_999, 12_900]) {
      const pulses = stopped(ramped, 2_000_000, latencyUs);
      expect(verdictOf(pulses, ramped, [command('stop', 2_000_000)]).findings).toEqual([]);
    }
  });

  test('REQ-ORC-004: areas with different soft stops', () => {
    const therapy = therapyOf(RAMPED, { ...FAST, rateHz: 100 }, { ...TONIC, rateHz: 7, rampDownMs: 200 });
    const verdict = verdictOf(stopped(therapy, 2_000_000), therapy, [command('stop', 2_000_000)]);
    expect(verdict.findings).toEqual([]);
  });

  test('REQ-ORC-004: output that goes on is found', () => {
    const pulses = idealPulses(tonic, END_US);
    expect(rulesOf(pulses, tonic, [command('stop', 2_000_000)])).toContain('output-after-end');
  });

  test('REQ-ORC-004: a STOP that is taken too late is found', () => {
    const pulses = stopped(tonic, 2_000_000, 60_000);
    expect(rulesOf(pulses, tonic, [command('stop', 2_000_000)])).not.toEqual([]);
  });

  test('REQ-ORC-004: a soft stop that jumps, rises or is cut short is found', () => {
    const jump = stopped(ramped, 2_000_000);
    const at = jump.findIndex((pulse) => pulse.onsetUs > 2_200_000);
    jump[at].pieces[0].levelsUa = idealLevels(RAMPED, 4010);
    expect(rulesOf(jump, ramped, [command('stop', 2_000_000)])).toContain('stop-ramp');
    const off = stopped(ramped, 2_000_000);
    off[at].pieces[0].levelsUa = idealLevels(RAMPED, off[at].amplitudeUa - 40);
    expect(rulesOf(off, ramped, [command('stop', 2_000_000)])).toContain('stop-ramp');
    const cut = stopped(ramped, 2_000_000).slice(0, -10);
    expect(rulesOf(cut, ramped, [command('stop', 2_000_000)])).toEqual(['pulse-missing']);
  });

  test('REQ-ORC-004: the pulse in progress must be completed', () => {
    const pulses = stopped(tonic, 2_000_000);
    pulses.at(-1)!.pieces.splice(1);
    expect(rulesOf(pulses, tonic, [command('stop', 2_000_000)])).toContain('recharge-missing');
  });
});

describe('off', () => {
  const cutAt = (untilUs: number): IdealPulse[] => {
    const pulses = idealPulses(tonic, untilUs);
    const last = pulses.at(-1)!;
    last.pieces = [{ ...last.pieces[0], durationUs: untilUs - last.onsetUs }];
    return pulses;
  };
  const onset = idealPulses(tonic, 2_000_000).at(-1)!.onsetUs;

  test('REQ-ORC-004: ESTOP, magnet and trip may cut a pulse', () => {
    for (const kind of ['estop', 'magnet', 'trip'] as const) {
      const verdict = verdictOf(cutAt(onset + 120), tonic, [command(kind, onset + 100)]);
      expect(verdict.findings).toEqual([]);
      expect(verdict.totals.offLatencyNsMax).toBe(20_000);
    }
  });

  test('REQ-ORC-004: output later than the latency is found', () => {
    const commands = [command('estop', onset + 100)];
    const capture = captureOf(cutAt(onset + 120), END_US, LEAD_US);
    const verdict = judge(capture, tonic, { commands, offLatencyNs: 10_000 });
    expect(verdict.findings.map((finding) => finding.rule)).toEqual(['off-latency']);
    expect(rulesOf(idealPulses(tonic, END_US), tonic, commands)).toEqual(['output-after-end']);
  });

  test('REQ-ORC-004: a cut pulse without a command is found', () => {
    expect(rulesOf(cutAt(onset + 120), tonic, [])).toContain('phase-width');
  });

  test('REQ-ORC-004: a start after the end begins a run of its own', () => {
    const again = idealPulses(ramped, 1_500_000).map((pulse) => ({
      ...pulse,
      onsetUs: pulse.onsetUs + 2_333_333,
    }));
    const pulses = [...idealPulses(ramped, 1_200_000), ...again];
    const commands = [command('start', -1000), command('magnet', 1_200_000), command('start', 2_000_000)];
    const verdict = verdictOf(pulses, ramped, [...commands, command('estop', 3_833_333)]);
    expect(verdict.findings).toEqual([]);
    expect(verdict.totals.runs).toBe(2);
    expect(rulesOf(pulses, ramped, commands.slice(0, 2))).toEqual(['output-after-end']);
  });
});

describe('amplitude', () => {
  const changed = (atUs: number, amplitudeUa: number): IdealPulse[] => {
    const later = idealPulses(therapyOf({ ...TONIC, amplitudeUa }), END_US);
    return idealPulses(tonic, END_US).map((pulse, i) => (pulse.onsetUs < atUs ? pulse : later[i]));
  };
  const change = command('amplitude', 2_000_000, { area: 0, amplitudeUa: 5000 });

  test('REQ-ORC-004: a change takes effect once, within 25 ms', () => {
    expect(rulesOf(changed(2_000_000, 5000), tonic, [change])).toEqual([]);
    expect(rulesOf(changed(2_024_000, 5000), tonic, [change])).toEqual([]);
  });

  test('REQ-ORC-004: a change that is late, never comes, or comes unasked is found', () => {
    expect(rulesOf(changed(2_050_000, 5000), tonic, [change])).toEqual(['amplitude-change']);
    expect(rulesOf(idealPulses(tonic, END_US), tonic, [change])).toEqual(['amplitude-change']);
    expect(rulesOf(changed(2_000_000, 5000), tonic, [])).toEqual(['level']);
    expect(rulesOf(changed(1_900_000, 5000), tonic, [change])).toEqual(['level']);
  });

  test('REQ-ORC-004: from nothing and back to nothing', () => {
    const zero = therapyOf({ ...TONIC, amplitudeUa: 0 }, { ...FAST, rateHz: 50 });
    const whole = idealPulses(therapyOf(TONIC, { ...FAST, rateHz: 50 }), END_US);
    const pulses = whole.filter(
      (pulse) => pulse.area === 1 || (pulse.onsetUs >= 2_010_000 && pulse.onsetUs < 3_010_000),
    );
    const commands = [
      command('amplitude', 2_000_000, { area: 0, amplitudeUa: TONIC.amplitudeUa }),
      command('amplitude', 3_000_000, { area: 0, amplitudeUa: 0 }),
    ];
    expect(verdictOf(pulses, zero, commands).findings).toEqual([]);
  });
});
