// Amplitudes changed while the device stimulates, in any mix and within milliseconds, right up to what it accepts: the
// interlock never refuses or trips on what validation has accepted, however larger pulses of before still weigh.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AMPLITUDE_UA_MAX, ELECTRODES, PHASE_PC_MAX } from '../../firmware/profile.ts';
import { Status } from '../../firmware/status.ts';
import { Field } from '../../firmware/wire.ts';
import type { ElectrodeName, Therapy } from '../../host/therapy/therapy.ts';
import { compileBinary, instantiateStimulator, Mark, type SimulatorOptions } from '../../sim/index.ts';
import { judgeLimits } from '../oracle/index.ts';
import { statusName } from './rig/client.ts';
import { Device } from './rig/device.ts';
import { enough, few } from './rig/machine.ts';
import { therapies } from './rig/therapies.ts';

const SEED = 20_261_128;
/** A refusal's nearest value may itself be refused for another reason: range, divisibility, limits, charge. */
const TRIES = 6;

/** One change, and the time until the next. */
interface Change {
  readonly area: number;
  /** As much as the device takes, the same with all other areas silenced first, or a share of what the area has. */
  readonly kind: 'most' | 'instead' | 'share';
  readonly share: number;
  readonly waitUs: number;
}

const changes: fc.Arbitrary<Change[]> = fc.array(
  fc.record({
    area: fc.nat(3),
    kind: fc.constantFrom('most', 'instead', 'instead', 'share'),
    share: fc.constantFrom(0, 0.1, 0.5, 0.9),
    // Some changes follow one another as closely as frames can, others when the queue has been filled with the last.
    waitUs: fc.oneof(fc.constant(0), fc.integer({ min: 5000, max: 25_000 })),
  }),
  { minLength: 10, maxLength: 40 },
);

interface Tally {
  raised: number;
  refused: number;
  readonly faults: string[];
}

/** Asks for an amplitude, or for the nearest below that the device names. Returns what it then has. */
function ask(device: Device, area: number, wantedUa: number, presentUa: number, tally: Tally): number {
  let ua = wantedUa;
  for (let n = 0; n < TRIES; n++) {
    const { status, refusal } = device.setAmplitude(0, area, ua);
    if (status === Status.OK) {
      if (ua > presentUa) tally.raised++;
      return ua;
    }
    if (status === Status.RATIO_DIVIDES || status === Status.AMPLITUDE_STEP) expect(refusal?.area).toBe(area);
    // Zero and any lowering are always accepted, where the device can make the amplitude at all.
    else expect(ua, statusName(status)).toBeGreaterThan(presentUa);
    tally.refused++;
    const lower =
      refusal?.field === Field.AMPLITUDE && refusal.area === area ? refusal.nearest?.[0] : undefined;
    if (lower === undefined || lower >= ua || lower < 0) return presentUa;
    ua = lower;
  }
  throw new Error(`area ${area}: ${TRIES} nearest amplitudes were refused one after another`);
}

function faultsOf(device: Device): string[] {
  const faults = judgeLimits(device.sim.capture()).findings.map(({ rule, message }) => `${rule}: ${message}`);
  for (const { kind, argument } of device.sim.trace?.marks() ?? []) {
    if ([Mark.TRIP, Mark.TRAP, Mark.UNDERRUN, Mark.RESET].includes(kind)) {
      faults.push(`${Mark[kind]} ${argument}`);
    }
  }
  const { therapy } = device.status();
  for (const { reason, refusal } of device.told('state')) {
    if (reason !== 'NONE') faults.push(`ended with ${reason}, ${refusal}`);
  }
  return therapy === 'STIMULATING' ? faults : [...faults, `it is ${therapy}`];
}

/** Starts a therapy that the device accepts and makes the changes; notes what went wrong. */
function drive(
  options: SimulatorOptions,
  therapy: Therapy,
  steps: Change[],
  hard: boolean,
  tally: Tally,
): boolean {
  const device = new Device(options);
  for (let electrode = 0; hard && electrode < ELECTRODES; electrode++) {
    device.setLimit(electrode, AMPLITUDE_UA_MAX, PHASE_PC_MAX);
  }
  if (!device.accepts(therapy)) return false;
  device.stimulate();
  const presentUa = therapy.areas.map(({ amplitudeUa }) => amplitudeUa);
  for (const { area: drawn, kind, share, waitUs } of steps) {
    const area = drawn % presentUa.length;
    for (const [other, ua] of presentUa.entries()) {
      if (kind === 'instead' && other !== area) presentUa[other] = ask(device, other, 0, ua, tally);
    }
    const wantedUa = kind === 'share' ? Math.floor((presentUa[area] * share) / 10) * 10 : AMPLITUDE_UA_MAX;
    presentUa[area] = ask(device, area, wantedUa, presentUa[area], tally);
    if (waitUs > 0) device.run(waitUs);
  }
  device.run(100_000);
  tally.faults.push(...faultsOf(device));
  return true;
}

/** Every second area drives the electrodes of the one before it, the other way round: their charges meet. */
function opposed(therapy: Therapy): Therapy {
  const areas = therapy.areas.map((area, index) => {
    if (index % 2 === 0 || typeof area.recharge === 'object') return area;
    const electrodes: Partial<Record<ElectrodeName, number>> = {};
    for (const [name, permille = 0] of Object.entries(therapy.areas[index - 1].electrodes)) {
      electrodes[name as ElectrodeName] = -permille;
    }
    return { ...area, electrodes };
  });
  return { ...therapy, areas };
}

/** Of all kinds; half of them two areas of long pulses that leave no time for a rest between them. */
const programs = fc.oneof(
  therapies({ areas: [2, 4], intervalUs: [60, 4000], ramps: false }).map(opposed),
  therapies({ areas: [2, 2], intervalUs: [900, 1700], ramps: false, bursts: false, cycling: false }).map(
    opposed,
  ),
);

function property(options: SimulatorOptions, tally: Tally) {
  return fc.property(programs, changes, fc.boolean(), (therapy, steps, hard) => {
    fc.pre(drive(options, therapy, steps, hard, tally));
    expect(tally.faults).toEqual([]);
  });
}

const newTally = (): Tally => ({ raised: 0, refused: 0, faults: [] });

/** The stimulator as it would be if it judged the present amplitudes alone. */
async function forgetful(): Promise<WebAssembly.Module> {
  const edited = 'firmware/stimulator/therapy/validate.ts';
  const weighs = 'changing < 0 ? ua : max(ua, peakUa(area))';
  const text = readFileSync(edited, 'utf8');
  expect(text.split(weighs).length).toBe(2);
  let binary = new Uint8Array();
  const { error } = await asc.main(['firmware/stimulator/index.ts', '--target', 'stimulator'], {
    readFile: (name: string, base: string) => {
      if (name.endsWith(edited)) return text.replace(weighs, 'ua');
      try {
        return readFileSync(join(base, name), 'utf8');
      } catch {
        return null;
      }
    },
    writeFile: (_name: string, contents: Uint8Array | string) => {
      if (typeof contents !== 'string') binary = Uint8Array.from(contents);
    },
  });
  expect(error).toBeNull();
  return compileBinary(binary);
}

describe('amplitudes changed while stimulating', () => {
  it('REQ-THR-008 REQ-VAL-024: any accepted changes, however fast, are never refused or tripped on', () => {
    const tally = newTally();
    fc.assert(property({}, tally), { seed: SEED, numRuns: few(250) });
    expect(tally.raised).toBeGreaterThan(enough(500));
    expect(tally.refused).toBeGreaterThan(enough(500));
  });

  it('REQ-THR-008: a stimulator that forgets its peaks is found', async () => {
    const module = await forgetful();
    const firmware: SimulatorOptions['firmware'] = {
      stimulator: (hal, interlock) => instantiateStimulator(hal, interlock, module),
    };
    const tally = newTally();
    const found = fc.check(property({ firmware }, tally), {
      seed: SEED,
      numRuns: 900,
      endOnFailure: true,
    });
    expect(found.failed).toBe(true);
    expect(tally.faults).toContainEqual(expect.stringContaining('ended with REFUSED'));
  });
});
