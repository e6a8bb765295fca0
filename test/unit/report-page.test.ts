// The report and the table: what they say, and that the page stands on its own.

import { describe, expect, it } from 'vitest';
import { reportPage } from '../../host/report/page.ts';
import type { RunRecord, SessionRecord } from '../../host/report/record.ts';
import { tableText } from '../../host/report/table.ts';
import { loadPreset } from '../../host/therapy/presets.ts';
import { unclosedTag } from './report-markup.ts';
import { syntheticCapture } from './report-synthetic.ts';

function record(changes: Partial<RunRecord> = {}): RunRecord {
  const therapy = loadPreset('tonic');
  const area = therapy.areas[0];
  const values = { rateHz: 50, phaseUs: 300, gapUs: 50, amplitudeUa: 4000, chargePc: 1_200_000 };
  return {
    name: therapy.name,
    file: 'tonic',
    therapy,
    device: {
      port: 'sim',
      firmware: '0.1.0',
      board: 'simulator',
      profile: 'percutaneous-16',
      batteryMv: 3900,
      temperatureMc: 37_000,
      authenticated: false,
    },
    seed: 7,
    ranMs: 1000,
    holds: true,
    levelsSeen: true,
    interrupted: false,
    areas: [
      {
        name: 'Area 1',
        asked: { ...values, rampDownMs: 200, passive: false },
        seen: { ...values, pulses: 1234, netChargePc: 0, onsetErrorNs: 0, delayUs: 0 },
      },
    ],
    stops: [{ kind: 'STOP', latencyNs: 211_300_000, rampNs: 200e6 }],
    impedances: [{ plus: 'E3', minus: 'CASE', ohm: 750 }],
    findings: [],
    findingsInAll: 0,
    scope: { capture: syntheticCapture(area, 1e8, 1.1e9, 1.3e9), startNs: 1e8, stopNs: 1.1e9, endNs: 1.3e9 },
    ...changes,
  };
}

function session(runs: readonly RunRecord[]): SessionRecord {
  const { scope } = record();
  const fault = {
    name: 'A current source sticks',
    therapy: 'tonic',
    injected: 'the source of E4 sticks at 8 mA',
    trip: 'READBACK',
    holds: true,
    faultNs: 5e8,
    offNs: 7.6e8,
    tripNs: 7.61e8,
    reportedNs: 7.63e8,
    boundNs: 3e8,
    scope,
  };
  return { title: 'Stimgate', version: '0.1.0', seed: 7, runs, faults: [fault] };
}

describe('REQ-HST-105: the report', () => {
  it('is one well-formed page that loads nothing', () => {
    const page = reportPage(session([record()]));
    expect(unclosedTag(page.replace(/<style>[^<]*<\/style>/, ''))).toBe('');
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(|(?:src|href)=/);
    expect(page.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:\/\//);
  });

  it('says that this is a research platform and that the link is not defended', () => {
    const page = reportPage(session([record()]));
    expect(page).toContain('Stimgate is a research platform, not a medical device.');
    expect(page).toContain('not defended');
  });

  it('shows pulse, train, ramp, the whole therapy and the fault, with seed and versions', () => {
    const page = reportPage(session([record()]));
    for (const title of [
      'One pulse',
      'The train',
      'The ramp',
      'Start to stop',
      'From the fault to the trip',
      'The trip',
    ]) {
      expect(page).toContain(`<h3>${title}</h3>`);
    }
    expect(page).toContain('7 (the same seed');
    expect(page).toContain('PMC8229652');
  });

  it('shows findings, and what a file says only as text', () => {
    const name = '<script>alert(1)</script>';
    const findings = [{ rule: 'onset', atNs: 1e6, message: 'late <b>' }];
    const therapy = { ...loadPreset('tonic'), name, source: name };
    const page = reportPage(session([record({ name, therapy, findings, findingsInAll: 1, holds: false })]));
    expect(page).not.toMatch(/<script|late <b>/);
    expect(page).toContain('fails (1 finding)');
    expect(page).toContain('late &#60;b&#62;');
  });

  it('tells the peaks of the therapy apart from those of the whole trace, measurement included', () => {
    const laws = {
      holds: true,
      amplitudeUa: 9000,
      phasePc: 2_000_000,
      unrecoveredPc: 2_000_000,
      recoveryUs: 0,
    };
    const page = reportPage(session([record({ laws, body: { unrecoveredPc: 1_234_000 } })]));
    expect(page).toContain('the therapy: at most 4,000 µA on a contact, 1,200 nC in a phase');
    expect(page).not.toContain('9,000 µA');
    expect(page).toContain('largest unrecovered charge of an electrode 1,234 nC, bound 5,080 nC');
  });

  it('says so where no levels were seen', () => {
    const page = reportPage(session([record({ levelsSeen: false, scope: undefined })]));
    expect(page).toContain('levels and widths were not seen');
  });
});

describe('REQ-HST-105: the table', () => {
  it('puts what was asked above what was seen', () => {
    const lines = tableText([record()]).split('\n');
    expect(lines[0]).toMatch(
      /^therapy +rate Hz +width µs +amplitude µA +gap µs +charge nC +net pC +pulses +onset error +STOP +ESTOP$/,
    );
    expect(lines[1]).toMatch(/^Tonic, low frequency +asked +50 +300 +4,000 +50 +1,200 +ramp 200 ms$/);
    expect(lines[2]).toMatch(/^ +seen +50 +300 +4,000 +50 +1,200 +0 +1,234 +0 ns +211\.3 ms +– +holds$/);
  });

  it('shows a dash where nothing was seen', () => {
    const [area] = record().areas;
    const lines = tableText([record({ areas: [{ ...area, seen: { pulses: 0 } }], stops: [] })]).split('\n');
    expect(lines[2]).toMatch(/^ +seen +– +– +– +– +– +– +0 +– +– +– +holds$/);
  });

  it('calls a run that ended before its first pulse neither good nor bad', () => {
    const painted = tableText([record({ notJudged: true })], (style, text) => `<${style}>${text}</>`);
    expect(painted).toContain('<dim>not judged</>');
    const page = reportPage(session([record({ notJudged: true })]));
    expect(page).toContain('<span class="muted">not judged</span>');
    expect(page).toContain('0 of 1 hold.');
  });

  it('says of an order that met no pulse that there was none, not that it took 0 ns', () => {
    const stops = [{ kind: 'ESTOP' as const, latencyNs: 0, rampNs: 0 }];
    expect(tableText([record({ stops })])).toMatch(/ – +no pulse {2}holds$/);
    const page = reportPage(session([record({ stops })]));
    expect(page).toContain('ESTOP: no pulse in progress when the order arrived, none after it');
    expect(page).not.toContain('last current 0 ns');
  });

  it('has styles only where a painter is given', () => {
    const painted = tableText(
      [record({ holds: false, findingsInAll: 3 })],
      (style, text) => `<${style}>${text}</>`,
    );
    expect(painted).toContain('<red>fails (3 findings)</>');
    expect(tableText([record()])).not.toContain('\u001b');
  });
});
