// The client above the real firmware in the embedded simulator: a whole session, and the same run from the same seed.

import { afterEach, describe, expect, it } from 'vitest';
import { Status } from '../../firmware/status.ts';
import { type DeliveredBatch, expandDelivered } from '../../host/device/delivered.ts';
import type { StateEvent } from '../../host/device/messages.ts';
import { Stimulator } from '../../host/device/stimulator.ts';
import type { AreaSettings } from '../../host/therapy/therapy.ts';
import { openTransport } from '../../host/transport/open.ts';
import { serve } from '../../host/transport/serve.ts';
import { madeSimulator, simulatedDevice } from '../../host/transport/simulator.ts';
import { openTcp } from '../../host/transport/tcp.ts';

const AREA: AreaSettings = {
  electrodes: { E3: -1000, E4: 1000 },
  amplitudeUa: 0,
  phaseUs: 200,
  interphaseGapUs: 20,
  recharge: 'symmetric',
  rateHz: 90.909,
  rampUpMs: 0,
  rampDownMs: 0,
};

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function connected(seed: number): Promise<Stimulator> {
  const stim = await Stimulator.connect(await openTransport('sim', { seed }));
  closers.push(() => stim.close());
  return stim;
}

/** Programs AREA, stimulates for a while, stops, and gives what the device told. */
async function session(stim: Stimulator, forMs: number): Promise<DeliveredBatch[]> {
  const delivered: DeliveredBatch[] = [];
  stim.on('delivered', (batch) => delivered.push(batch));
  await stim.setArea(0, 0, AREA);
  await stim.setAmplitude(0, 0, 2000);
  const end = stim.keepAlive();
  const started = stim.waitFor('state', 1000, (state) => state.therapy === 'STIMULATING');
  await stim.start(0);
  await started;
  await stim.transport.clock.sleep(forMs);
  const idle = stim.waitFor('state', 1000, (state: StateEvent) => state.therapy === 'IDLE');
  await stim.stop();
  expect((await idle).reason).toBe('STOP');
  await stim.transport.clock.sleep(200);
  end();
  return delivered;
}

describe('the embedded simulator', () => {
  it('is a device with its profile, that echoes and refuses', async () => {
    const stim = await connected(1);
    expect(stim.info).toMatchObject({ profile: 'percutaneous-16', electrodes: 17, board: 'simulator' });
    expect(await stim.setArea(3, 1, AREA)).toEqual(AREA);
    await expect(stim.setArea(3, 1, { ...AREA, phaseUs: 5 })).rejects.toMatchObject({
      code: Status.PHASE_WIDTH,
      message: 'the device refused areas[1].phaseUs 5: nearest 10 µs',
    });
    expect(await stim.area(3, 1)).toEqual(AREA);
    await expect(stim.start(9)).rejects.toMatchObject({ code: Status.EMPTY_PROGRAM });
  });

  it('reports a timestamp for each pulse, and they are where the trace has them', async () => {
    const stim = await connected(2);
    const delivered = await session(stim, 500);
    const onsetsUs = delivered.flatMap((batch) => expandDelivered(batch));
    expect(onsetsUs.length).toBeGreaterThan(40);
    const traced: number[] = [];
    let wasZeroNs = 0;
    for (const stretch of stim.transport.simulator?.capture().stretches() ?? []) {
      if (stretch.levelsUa[2] >= 0) continue;
      if (stretch.startNs > wasZeroNs) traced.push(stretch.startNs);
      wasZeroNs = stretch.endNs;
    }
    expect(onsetsUs.length).toBe(traced.length);
    // The device's clock starts when it has booted; the difference is the same for every pulse.
    const bootUs = traced[0] / 1000 - onsetsUs[0];
    expect(traced.map((onsetNs) => onsetNs / 1000 - bootUs)).toEqual(onsetsUs);
  });

  it('gives the same trace for the same seed, however busy the process is', async () => {
    const run = async (seed: number, busy: boolean): Promise<string> => {
      const stim = await connected(seed);
      const load = busy ? setInterval(() => Array.from({ length: 20_000 }, Math.sqrt), 0) : undefined;
      const impedance = await stim.measureImpedance('E3', 'E4');
      const delivered = await session(stim, 300);
      clearInterval(load);
      const capture = stim.transport.simulator?.capture().stretches() ?? [];
      const stretches = Array.from(capture, ({ startNs, endNs, levelsUa }) => [startNs, endNs, ...levelsUa]);
      return JSON.stringify([impedance, delivered, stretches, await stim.status()]);
    };
    expect(await run(7, true)).toBe(await run(7, false));
    expect(await run(8, false)).not.toBe(await run(7, false));
  });

  it('measures an impedance of a few hundred ohms', async () => {
    const { ohm, mismatch } = await (await connected(3)).measureImpedance('E1', 'CASE');
    expect(mismatch).toBe(false);
    expect(ohm).toBeGreaterThan(100);
    expect(ohm).toBeLessThan(5000);
  });

  it('stops by itself 2 s after the last frame in clinic mode', async () => {
    const stim = await connected(4);
    await stim.setArea(0, 0, AREA);
    await stim.setAmplitude(0, 0, 1000);
    await stim.start(0);
    const ended = stim.waitFor('state', 5000, (state) => state.therapy === 'IDLE');
    expect((await ended).reason).toBe('LINK_LOSS');
  });
});

describe('a served simulator', () => {
  it('answers over TCP', async () => {
    const device = simulatedDevice(await madeSimulator({ seed: 5, trace: false }));
    const { port, close } = await serve(device, { port: 0, baud: 115_200 });
    closers.push(close);
    const stim = await Stimulator.connect(await openTcp('127.0.0.1', port));
    closers.push(() => stim.close());
    expect(await stim.setArea(0, 0, AREA)).toEqual(AREA);
  });
});
