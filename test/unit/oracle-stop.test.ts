// Stopping, switching off, starting again and changes of amplitude: what the commands allow, and what they do not.

import { describe, expect, test } from 'vitest';
import type { Therapy } from '../../host/therapy/therapy.ts';
import { type Command, judge, type Rule, type Verdict } from '../oracle/index.ts';
import { captureOf, type IdealPulse, idealLevels, idealPulses } from './fixtures/ideal-waveform.ts';
import { ASYMMETRIC, BURST, FAST, RAMPED, TONIC, therapyOf } from './fixtures/oracle-therapies.ts';

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

  test('REQ-ORC-004: areas on the same contacts that fall silent one by one are told apart by their shape', () => {
    const { electrodes } = RAMPED;
    const quick = { ...FAST, electrodes, amplitudeUa: 900, rateHz: 171, rampDownMs: 0 };
    const passive = { ...quick, recharge: 'passive' as const, rateHz: 107, rampDownMs: 150 };
    const alike = { ...RAMPED, amplitudeUa: 7010, rateHz: 57.3, rampDownMs: 90 };
    const therapy = therapyOf(RAMPED, quick, passive, alike);
    for (let sentUs = 1_900_000; sentUs < 1_960_000; sentUs += 3111) {
      const pulses = stopped(therapy, sentUs);
      const commands = [command('stop', sentUs)];
      expect(verdictOf(pulses, therapy, commands).findings).toEqual([]);
      const at = pulses.findLastIndex((pulse) => pulse.area === 0 && pulse.amplitudeUa > 1000);
      pulses[at].pieces[0].durationUs++;
      expect(rulesOf(pulses, therapy, commands)).not.toEqual([]);
      pulses.splice(at, 1);
      expect(rulesOf(pulses, therapy, commands)).toContain('pulse-missing');
    }
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

describe('a soft stop that no command tells of', () => {
  const alone = (pulses: IdealPulse[], therapy: Therapy): Verdict => verdictOf(pulses, therapy, []);

  test('REQ-ORC-004: is recognised and judged as one', () => {
    const areas = therapyOf(
      RAMPED,
      { ...FAST, rateHz: 100, rampDownMs: 0 },
      { ...TONIC, rateHz: 7, rampDownMs: 600 },
    );
    const asymmetric = therapyOf({ ...ASYMMETRIC, rampDownMs: 800 });
    for (const therapy of [ramped, areas, asymmetric]) {
      for (const latencyUs of [0, 700, 12_900]) {
        const { findings, totals } = alone(stopped(therapy, 2_000_000, latencyUs), therapy);
        expect(findings).toEqual([]);
        const takenNs = (2_000_000 + latencyUs + LEAD_US) * 1000;
        expect(Math.abs((totals.softStopNs ?? 0) - takenNs)).toBeLessThan(5e6);
        expect(totals).toMatchObject({ silentFromNs: null, stopLatencyNsMax: null });
      }
    }
  });

  test('REQ-ORC-004: with what is wrong before it', () => {
    const pulses = stopped(ramped, 2_000_000);
    pulses[20].pieces[0].durationUs++;
    const { findings, totals } = alone(pulses, ramped);
    expect(totals.softStopNs).not.toBe(null);
    expect(findings.map(({ rule }) => rule)).toContain('phase-width');
    expect(findings.every(({ atNs }) => atNs < 2e9)).toBe(true);
  });

  test('REQ-ORC-004: is none if it jumps, rises, breaks off, has another slope, or is an end without a ramp', () => {
    const pulses = () => stopped(ramped, 2_000_000);
    const whole = pulses();
    const at = whole.findIndex((pulse) => pulse.onsetUs > 2_200_000);
    const changed = (index: number, amplitudeUa: number): IdealPulse[] => {
      const some = pulses();
      const levels = idealLevels(RAMPED, amplitudeUa);
      some[index].pieces[0].levelsUa = levels;
      some[index].pieces.at(-2)!.levelsUa = levels.map((levelUa) => -levelUa + 0);
      return some;
    };
    const steeper = therapyOf({ ...RAMPED, rampDownMs: (RAMPED.rampDownMs ?? 0) / 2 });
    const unlike: IdealPulse[][] = [
      changed(at, whole[at].amplitudeUa - 40),
      changed(at, whole[at - 1].amplitudeUa + 10),
      pulses().slice(0, -10),
      pulses().slice(0, at),
      stopped(steeper, 2_000_000),
      idealPulses(ramped, 2_000_000),
    ];
    for (const some of unlike) {
      const { holds, totals } = alone(some, ramped);
      expect(holds).toBe(false);
      expect(totals.softStopNs).toBe(null);
      expect(totals.silentFromNs).not.toBe(null);
    }
    expect(alone(idealPulses(ramped, END_US), ramped).totals).toMatchObject({
      softStopNs: null,
      silentFromNs: null,
    });
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
    const commands = [command('start', -1000), command('magnet', 1_200_000), command('start', 2_320_000)];
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

describe('start', () => {
  const shifted = (pulses: IdealPulse[], byUs: number): IdealPulse[] =>
    pulses.map((pulse) => ({ ...pulse, onsetUs: pulse.onsetUs + byUs }));
  const start = command('start', -64_000);

  test('REQ-ORC-004: each START that nothing follows is found, unless it was ended first', () => {
    const pulses = idealPulses(tonic, 1_000_000);
    const once = [start, command('stop', 990_000)];
    expect(rulesOf(pulses, tonic, [...once, command('start', 1_200_000)])).toEqual(['no-output']);
    const twice = [command('start', 1_200_000), command('estop', 2_000_000), command('start', 3_000_000)];
    expect(verdictOf(pulses, tonic, [...once, ...twice]).counts).toEqual({ 'no-output': 2 });
    expect(rulesOf(pulses, tonic, [...once, ...twice.slice(2), command('stop', 3_010_000)])).toEqual([]);
    expect(rulesOf(pulses, tonic, [...once, command('start', 3_990_000)])).toEqual([]);
    const first = [start, command('estop', 0), command('start', 100_000)];
    expect(rulesOf(shifted(pulses, 101_000), tonic, [...first, command('stop', 1_091_000)])).toEqual([]);
    const silent = [start, command('estop', 200_000), command('start', 300_000)];
    expect(rulesOf(shifted(pulses, 301_000), tonic, [...silent, command('stop', 1_291_000)])).toEqual([
      'no-output',
    ]);
  });

  test('REQ-ORC-004: a STOP before the first pulse that has an amplitude explains silence', () => {
    const slow = therapyOf({ ...RAMPED, rampUpMs: 30_000 });
    for (const kind of ['stop', 'estop'] as const)
      expect(rulesOf([], slow, [start, command(kind, 60_000)])).toEqual([]);
    expect(rulesOf([], slow, [command('stop', 10_000)])).toEqual([]);
    expect(rulesOf([], slow, [start, command('stop', 2_000_000)])).toEqual(['no-output']);
    expect(rulesOf([], slow, [start])).toEqual(['no-output']);
    expect(rulesOf([], slow, [])).toEqual(['no-output']);
  });

  test('REQ-ORC-004: a train that begins late is found, as is one whose first pulses are missing', () => {
    for (const therapy of [tonic, ramped, therapyOf(TONIC, FAST), therapyOf(BURST)]) {
      const pulses = idealPulses(therapy, END_US);
      const none = shifted(idealPulses(therapy, 2_000_000), 2_000_000);
      expect(rulesOf(pulses, therapy, [start])).toEqual([]);
      expect(rulesOf(pulses, therapy, [command('start', 1000)])).not.toEqual([]);
      expect(rulesOf(none, therapy, [start])).toEqual(['late-start']);
      expect(rulesOf(pulses.slice(25), therapy, [start])).not.toEqual([]);
      expect(rulesOf(pulses.slice(100), therapy, [start])).not.toEqual([]);
    }
    const passive = therapyOf({ ...TONIC, recharge: 'passive', rateHz: 40 });
    expect(rulesOf(idealPulses(passive, END_US).slice(1), passive, [start])).toEqual(['pulse-missing']);
    const options = { commands: [start], startLatencyNs: 2.1e9 };
    const late = captureOf(shifted(idealPulses(tonic, 2_000_000), 2_000_000), END_US, LEAD_US);
    expect(judge(late, tonic, options).findings).toEqual([]);
  });

  test('REQ-ORC-004: t0 is never before START, however the amplitudes of a stopped soft start fit', () => {
    const cycled = therapyOf({ ...RAMPED, rampUpMs: 200, rampDownMs: 50, cycle: { onMs: 300, offMs: 20 } });
    for (const therapy of [ramped, cycled, therapyOf({ ...RAMPED, rampUpMs: 100 }, ASYMMETRIC)]) {
      for (let sentUs = 3000; sentUs < 300_000; sentUs += 9973) {
        const pulses = stopped(therapy, sentUs);
        const { totals } = verdictOf(pulses, therapy, [start, command('stop', sentUs)]);
        if (pulses.length > 0) expect(totals.startNs).toBeGreaterThanOrEqual(start.atNs);
      }
    }
  });

  test('REQ-ORC-004: the discharge after the end of the run before may last until then', () => {
    const again = shifted(idealPulses(tonic, 1_000_000), 1_064_000);
    const pulses = [...idealPulses(tonic, 1_000_000), ...again];
    const ended = [start, command('estop', 999_000), command('start', 1_000_000)];
    expect(rulesOf(pulses, tonic, [...ended, command('estop', 2_064_000)])).toEqual([]);
  });
});
