// Therapy files that cannot be used: each is refused with one line that names the field, the value, the limit, the nearest values.

import { describe, expect, it } from 'vitest';
import { parseTherapy } from '../../host/therapy/load.ts';
import { findTherapy } from '../../host/therapy/presets.ts';
import { TherapyError } from '../../host/therapy/problem.ts';

const AREA = {
  electrodes: { E3: -1000, E4: 1000 },
  amplitudeUa: 4000,
  phaseUs: 300,
  recharge: 'symmetric',
  rateHz: 50,
};

/** What is said of a therapy of these areas and fields. */
function said(areas: object[], fields: object = {}): string[] {
  return saidOf(JSON.stringify({ name: 'test', profile: 'percutaneous-16', areas, ...fields }));
}

function saidOf(text: string): string[] {
  try {
    parseTherapy(text, 'a.json');
    return [];
  } catch (error) {
    if (!(error instanceof TherapyError)) throw error;
    return error.message.split('\n');
  }
}

const area = (changes: object): string[] => said([{ ...AREA, ...changes }]);

describe('REQ-HST-101: a therapy file that cannot be delivered is refused, a line for each problem', () => {
  it('accepts the area that the others are made from', () => {
    expect(area({})).toEqual([]);
  });

  it.each([
    [{ amplitudeUa: 30000 }, 'amplitudeUa: 30000 µA is above the limit of 25500 µA; nearest: 25500 µA'],
    [{ amplitudeUa: 4005 }, 'amplitudeUa: 4005 µA is not in steps of 10 µA; nearest: 4000 µA or 4010 µA'],
    [{ phaseUs: 5 }, 'phaseUs: 5 µs is below the limit of 10 µs; nearest: 10 µs'],
    [{ phaseUs: 30.5 }, 'phaseUs: 30.5 µs is not a whole number; nearest: 30 µs or 31 µs'],
    [{ rateHz: 20000 }, 'rateHz: 20000 Hz is above the limit of 10000 Hz; nearest: 10000 Hz'],
    [{ rateHz: 47.3001 }, 'rateHz: 47.3001 Hz is not in steps of 0.001 Hz; nearest: 47.3 Hz or 47.301 Hz'],
    [{ interphaseGapUs: 5 }, 'interphaseGapUs: 5 µs is neither 0 nor 10 to 500 µs; nearest: 0 µs or 10 µs'],
    [{ rateHz: '50' }, 'rateHz: "50" is not a number'],
    [{ amplitudeUA: 3 }, 'amplitudeUA: unknown field; did you mean amplitudeUa?'],
    [
      { recharge: 'active' },
      'recharge: "active" is not one of "passive", "symmetric", {"asymmetric": 2 to 10}',
    ],
    [{ recharge: { asymmetric: 12 } }, 'recharge.asymmetric: 12 is above the limit of 10; nearest: 10'],
    [
      { electrodes: { E3: -900, E4: 1000 } },
      'electrodes: the cathodes sum to -900 ‰, which must be -1000 ‰; nearest: E3 -1000 ‰',
    ],
    [
      { electrodes: { E3: -1000, E17: 1000 } },
      'electrodes.E17: unknown electrode; there are E1 to E16 and CASE',
    ],
    [
      { burst: { pulses: 20, intraRateHz: 500 } },
      'burst.pulses: a burst of 20 pulses at 500 Hz takes 38610 µs, longer than the period of 20000 µs at 50 Hz; nearest: 10 pulses',
    ],
    [
      { recharge: { asymmetric: 4 }, amplitudeUa: 4010 },
      'amplitudeUa: 4010 µA puts -4010 µA on E3, which does not divide by the recharge ratio 4; nearest: 4000 µA or 4020 µA',
    ],
    [
      { cycle: { onMs: 100, offMs: 100 }, rampUpMs: 80, rampDownMs: 40 },
      'cycle.onMs: the ramps take 120 ms, longer than the on-time of 100 ms; nearest: 120 ms',
    ],
    [
      { cycle: { onMs: 60, offMs: 100 }, rateHz: 10, rampUpMs: 20 },
      'cycle.onMs: no pulse of an on-time of 60 ms is above 0 µA on its ramps; nearest: 101 ms',
    ],
    [{ amplitudeUa: 0 }, 'amplitudeUa: every amplitude is 0 µA: there is nothing to deliver; nearest: 10 µA'],
  ])('%j', (changes, line) => {
    expect(area(changes)).toEqual([`a.json: areas[0].${line}`]);
  });

  it('names amplitude and width that keep the charge limit', () => {
    expect(area({ amplitudeUa: 8500, phaseUs: 500 })[0]).toBe(
      'a.json: areas[0].amplitudeUa: 8500 µA for 500 µs puts 4250 nC on E3 in a phase, ' +
        'above the limit at boot of 2004 nC; nearest: 4000 µA, or phaseUs 235 µs',
    );
    expect(area({ amplitudeUa: 4000, phaseUs: 500 })).toEqual([]);
    expect(area({ amplitudeUa: 8500, phaseUs: 235 })).toEqual([]);
  });

  it('four areas that cannot be interleaved: the widths and rates that it names do fit', () => {
    const four = (phaseUs: number, rateHz: number): object[] =>
      [50, 60, 70, rateHz].map((hz, index) => ({
        ...AREA,
        rateHz: hz,
        phaseUs: index === 0 ? phaseUs : 300,
        recharge: 'symmetric',
      }));
    expect(said(four(300, 500))).toEqual([
      'a.json: areas: the pulses of the 4 areas take 2440 µs, longer than the shortest time between onsets, ' +
        '2000 µs in areas[3]; nearest: areas[0].phaseUs 80 µs or areas[3].rateHz 409.836 Hz',
    ]);
    expect(said(four(80, 500))).toEqual([]);
    expect(said(four(81, 500))).toHaveLength(1);
    expect(said(four(300, 409.836))).toEqual([]);
    expect(said(four(300, 409.837))).toHaveLength(1);
  });

  it('areas of equal rates are slowed down each, and the rate that is named does', () => {
    const equal = (rateHz: number): object[] => [0, 1, 2].map(() => ({ ...AREA, rateHz }));
    expect(said(equal(1000))[0]).toMatch(
      /nearest: areas\[0\]\.rateHz and areas\[1\]\.rateHz and areas\[2\]\.rateHz 546\.448 Hz each$/,
    );
    expect(said(equal(546.448))).toEqual([]);
    expect(said(equal(546.449))).toHaveLength(1);
  });

  it('cycling counts from the last onset that there is, not from the end of the on-time', () => {
    const wide = { phaseUs: 897, recharge: { asymmetric: 2 }, amplitudeUa: 400, rateHz: 47 };
    // Onsets at 0 µs only: the pulse has 22 ms until the next window.
    expect(area({ ...wide, cycle: { onMs: 20, offMs: 2 } })).toEqual([]);
    // A second onset at 21,276 µs leaves 2,724 µs; the pulse takes 2,701 µs.
    expect(area({ ...wide, cycle: { onMs: 22, offMs: 2 } })).toEqual([]);
    expect(area({ ...wide, phaseUs: 905, cycle: { onMs: 22, offMs: 2 } })[0]).toMatch(
      /2724 µs in areas\[0\]; nearest: areas\[0\]\.phaseUs 904 µs or areas\[0\]\.cycle\.offMs 3 ms$/,
    );
    expect(area({ ...wide, phaseUs: 905, cycle: { onMs: 22, offMs: 3 } })).toEqual([]);
  });

  it('tells every problem of a file at once', () => {
    expect(said([{ ...AREA, phaseUs: 5, rateHz: 1 }], { mode: 'x' })).toHaveLength(3);
  });

  it.each([
    ['{ "name": }', 'not JSON at line 1, column 11: unexpected "}"'],
    ['{\n  "name": "x",\n}', 'not JSON at line 3, column 1: unexpected "}"'],
    ['{"a": [1, 2', 'not JSON at line 1, column 12: the file ends too early'],
    ['{"a": 01}', 'not JSON at line 1, column 7: unexpected "01}"'],
    ['{"a": 1} {', 'not JSON at line 1, column 10: unexpected "{"'],
    ['', 'not JSON at line 1, column 1: the file ends too early'],
    ['therapy: tonic', 'not JSON at line 1, column 1: unexpected "therapy:"'],
    ['['.repeat(5000), `not JSON at line 1, column 101: unexpected "${'['.repeat(20)}"`],
    ['3', '3 is not an object'],
    ['{"a": 1, "b": {"a": 2},\n "\\u0061": 3}', '"a" is there twice, again at line 2, column 2'],
    ['[{"x": [], "x": 1}]', '"x" is there twice, again at line 1, column 12'],
  ])('not JSON, or not a therapy: %j', (text, line) => {
    expect(saidOf(text)).toEqual([`a.json: ${line}`]);
  });

  it('names that a terminal would obey, that are empty or too long; numbers past all bounds', () => {
    const named = (name: string): string[] => said([AREA], { name });
    const obeyed = "has a control character or one that turns the text's direction";
    expect(named('a\u001b[2J')).toEqual([`a.json: name: "a\\u001b[2J" ${obeyed}`]);
    expect(named('a\u202eb')).toEqual([`a.json: name: "a\\u202eb" ${obeyed}`]);
    expect(named('')).toEqual(['a.json: name: is empty']);
    expect(named('n'.repeat(81))).toEqual(['a.json: name: 81 characters are more than the limit of 80']);
    expect(area({ name: '\u0007' })[0]).toContain(obeyed);
    expect(area({ '\u001b[2J': 1 })[0]).toContain('areas[0].\\u001b[2J: unknown field');
    expect(area({ phaseUs: 'x'.repeat(500) })[0]).toHaveLength(82);
    expect(
      saidOf(
        JSON.stringify({ name: 'a', profile: 'percutaneous-16', areas: [{ ...AREA, rateHz: 0.5 }] }).replace(
          '0.5',
          '1e400',
        ),
      ),
    ).toEqual(['a.json: areas[0].rateHz: the number is too great to be read; nearest: 10000 Hz']);
    expect(area({ electrodes: {} })).toEqual([
      'a.json: areas[0].electrodes: 0 fields are fewer than the limit of 2',
    ]);
  });

  it('missing fields, and no or too many areas', () => {
    expect(saidOf('{}')).toEqual([
      'a.json: name: is missing',
      'a.json: profile: is missing',
      'a.json: areas: is missing',
    ]);
    expect(said([])).toEqual(['a.json: areas: 0 items are fewer than the limit of 1']);
    expect(said([AREA, AREA, AREA, AREA, AREA])).toEqual([
      'a.json: areas: 5 items are more than the limit of 4',
    ]);
  });

  it('a file that is not there, and a folder', () => {
    expect(() => findTherapy('no/such.json')).toThrow('no/such.json: no such file');
    expect(() => findTherapy('test')).toThrow('test: is a folder, not a file');
  });
});
