// Failures of other devices, each as a scenario that ours must come through.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Status } from '../../firmware/status.ts';
import * as wire from '../../firmware/wire.ts';
import type { CampaignCase } from '../../host/campaign/case.ts';
import { isFailure } from '../../host/campaign/record.ts';
import { recordOf, runCase } from '../../host/campaign/run-case.ts';
import { encodeArea } from '../../host/device/area-record.ts';
import { loadPreset, PRESETS } from '../../host/therapy/presets.ts';
import type { Therapy } from '../../host/therapy/therapy.ts';
import { bodyOptions, CYCLE_NS } from '../../sim/index.ts';
import { Device } from './rig/device.ts';
import { few } from './rig/machine.ts';

const SEED = 20_261_201;
const THERAPY: Therapy = {
  name: 'scenario',
  profile: 'percutaneous-16',
  areas: [
    {
      electrodes: { E3: -1000, E4: 1000 },
      amplitudeUa: 3000,
      phaseUs: 200,
      recharge: 'symmetric',
      rateHz: 80,
    },
  ],
};
const CASE: CampaignCase = {
  therapy: THERAPY,
  seed: SEED,
  stream: 'plain',
  end: 'stop',
  forMs: 500,
  steps: [],
  faults: [],
};

async function outcomeOf(one: CampaignCase) {
  return recordOf(0, one, await runCase(one));
}

/** The bytes of a whole session: programming, START, a change of amplitude, STOP. */
function recordedSession(device: Device): Uint8Array[] {
  const { client } = device;
  const frames: Uint8Array[] = [];
  const say = (type: wire.Message, payload = new Uint8Array(0)): void => {
    const bytes = client.encode(type, payload);
    frames.push(bytes);
    expect(client.exchange(bytes, type, client.sequence).status).toBe(Status.OK);
  };
  const amplitude = Uint8Array.of(0, 0, 0, 0, 0xb8, 0x0b, 0, 0);
  say(wire.Message.SET_AREA, Uint8Array.of(0, 0, 0, 0, ...encodeArea(THERAPY.areas[0])));
  say(wire.Message.SET_AMPLITUDE, amplitude);
  say(wire.Message.START, Uint8Array.of(0, 1));
  device.run(150_000);
  say(wire.Message.SET_AMPLITUDE, amplitude);
  say(wire.Message.STOP);
  device.run(100_000);
  return frames;
}

function pulsesSince(device: Device, cycle: number): number {
  let pulses = 0;
  for (const { startNs, state } of device.sim.capture().stretches())
    if (state === 'drive' && startNs >= cycle * CYCLE_NS) pulses++;
  return pulses;
}

describe('failures of others', () => {
  it('REQ-LNK-005 REQ-LNK-007: CVE-2019-6538: a recorded session that is sent again starts nothing, in its own session or in a later one', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.integer({ min: 0, max: 200_000 }), (isLater, pauseUs) => {
        const device = new Device({ seed: SEED });
        const frames = recordedSession(device);
        device.run(pauseUs);
        if (isLater) {
          device.run(150_000);
          device.client.hello();
        }
        const from = device.sim.nowCycles;
        // The last frame is still the device's last: its repeat is answered as before, and that is all.
        for (const frame of frames) device.sim.write(frame);
        device.run(300_000);
        expect(pulsesSince(device, from)).toBe(0);
        const { therapy, framesRefused } = device.status();
        expect(therapy).toBe('IDLE');
        expect(framesRefused).toBeGreaterThanOrEqual(frames.length - 1);
      }),
      { seed: SEED, numRuns: few(12) },
    );
  });

  it('REQ-CMP-105 REQ-LNK-005: CVE-2019-6538: frames that are injected while it stimulates change no pulse', async () => {
    const steps: CampaignCase['steps'] = [
      { kind: 'foreign', atMs: 120, message: 'ESTOP', salt: 1 },
      { kind: 'foreign', atMs: 160, message: 'SET_AMPLITUDE', salt: 0xffff },
      { kind: 'replay', atMs: 200, back: 2 },
      { kind: 'replay', atMs: 240, back: 4 },
      { kind: 'foreign', atMs: 280, message: 'STOP', salt: 77 },
      { kind: 'foreign', atMs: 320, message: 'START', salt: 3 },
      { kind: 'noise', atMs: 360, bytes: Array.from({ length: 200 }, (_, i) => (i * 37) & 255) },
    ];
    const record = await outcomeOf({ ...CASE, stream: 'injection', steps });
    expect(record).toMatchObject({ outcome: 'pass' });
    expect(record.pulses).toBeGreaterThan(38);
  });

  it('REQ-LNK-003 REQ-LNK-005: recall Z-1600-2016: what was told to one device is not taken by another that stands in its place', () => {
    const one = new Device({ seed: 1 });
    const frames = recordedSession(one);
    const other = new Device({ seed: 2 });
    expect(other.client.session).not.toBe(one.client.session);
    const from = other.sim.nowCycles;
    for (const frame of frames) other.sim.write(frame);
    other.run(300_000);
    expect(pulsesSince(other, from)).toBe(0);
    expect(other.validate()).toBe(Status.EMPTY_PROGRAM);
    expect(other.status().framesRefused).toBe(frames.length);
  });

  it.each([30, 2000])(
    'REQ-CMP-105 REQ-ARM-001: a recall of 155,000 devices: after a magnet of %d ms it comes back, and delivers what it did',
    async (forMs) => {
      const steps: CampaignCase['steps'] = [
        { kind: 'magnet', atMs: 150, forMs },
        { kind: 'magnet', atMs: 400 + forMs, forMs },
      ];
      const record = await outcomeOf({ ...CASE, stream: 'magnet', steps, forMs: 800 });
      expect(record).toMatchObject({ outcome: 'pass' });
      // After the second magnet as well.
      expect(record.pulses).toBeGreaterThan(55);
      expect(record.offUs).toBeLessThan(1000);
    },
  );

  it.each([...PRESETS])(
    'REQ-CMP-105 REQ-SIM-103: output more than 25 % off its label: %s comes as it was programmed, and its true phase charge within 2 %',
    async (name) => {
      const therapy = loadPreset(name);
      // Ramps are judged too, but their charges say nothing of the label's.
      const areas = therapy.areas.map((area) => ({ ...area, rampUpMs: 0, rampDownMs: 0 }));
      const one = { ...CASE, therapy: { ...therapy, areas }, forMs: 400 };
      const run = await runCase(one);
      expect(recordOf(0, one, run)).toMatchObject({ outcome: 'pass' });
      const { cathodicError, anodicError } = bodyOptions(one.seed);
      for (const error of [...cathodicError, ...anodicError])
        expect(Math.abs(error)).toBeLessThanOrEqual(0.02);
      let largestPc = 0;
      for (const { startNs, endNs, levelsUa } of run.sim.capture().stretches())
        for (const levelUa of levelsUa)
          largestPc = Math.max(largestPc, (Math.abs(levelUa) * (endNs - startNs)) / 1000);
      const swingPc = Math.max(...(run.sim.body?.peaks.swingPc ?? []));
      expect(swingPc).toBeGreaterThan(0.98 * largestPc);
      expect(swingPc).toBeLessThan(1.02 * largestPc);
    },
  );

  it('REQ-CMP-105: a host that is not there when it recovers: every run of a noisy line ends right, or with nothing', async () => {
    for (const direction of ['rx', 'tx'] as const) {
      for (const kind of ['lossPpm', 'corruptPpm'] as const) {
        const record = await outcomeOf({
          ...CASE,
          faults: [
            {
              name: kind === 'lossPpm' ? 'byte-loss' : 'byte-corruption',
              fault: { kind: 'uart', direction, [kind]: 30_000 },
              phase: 'boot',
              atPermille: 0,
            },
          ],
        });
        expect(isFailure(record)).toBe(false);
        expect(['pass', 'refused']).toContain(record.outcome);
      }
    }
  });
});
