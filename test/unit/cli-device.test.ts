// The commands on a device that somebody else has left: running, tripped, with limits set; and a line that fails in mid-run.

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Message } from '../../firmware/wire.ts';
import { deliver } from '../../host/cli/deliver.ts';
import { endedEarly } from '../../host/cli/ended-early.ts';
import { pairsOf, setLimits } from '../../host/cli/prepare.ts';
import { stimulate } from '../../host/cli/stimulate.ts';
import { Stimulator } from '../../host/device/stimulator.ts';
import { FrameParser } from '../../host/link/parser.ts';
import { loadPreset } from '../../host/therapy/presets.ts';
import type { Therapy } from '../../host/therapy/therapy.ts';
import { type EmbeddedDevice, openEmbedded } from '../../host/transport/embedded.ts';
import { openTransport } from '../../host/transport/open.ts';
import { serve } from '../../host/transport/serve.ts';
import { madeSimulator, simulatedDevice } from '../../host/transport/simulator.ts';
import type { Transport } from '../../host/transport/transport.ts';
import type { Simulator } from '../../sim/index.ts';
import { stimgate } from './fixtures/command.ts';
import { FakeDevice } from './fixtures/fake-device.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const TONIC = loadPreset('tonic');
const QUICK: Therapy = { ...TONIC, areas: [{ ...TONIC.areas[0], rampUpMs: 0, rampDownMs: 0 }] };
const never = new AbortController().signal;

/** A simulated device on a TCP port. */
async function served(): Promise<{ simulator: Simulator; port: string }> {
  const simulator = await madeSimulator({ seed: 1, trace: false });
  const server = await serve(simulatedDevice(simulator), { port: 0, baud: 115_200 });
  closers.push(() => server.close());
  return { simulator, port: `tcp:127.0.0.1:${server.port}` };
}

async function opened(baud = 115_200): Promise<Transport> {
  const transport = await openTransport('sim', { seed: 1, baud });
  closers.push(() => transport.close());
  return transport;
}

/** Leaves a device stimulating without a host. */
async function leftRunning(port: string): Promise<void> {
  const stim = await Stimulator.connect(await openTransport(port));
  await stim.setArea(0, 0, QUICK.areas[0]);
  await stim.setAmplitude(0, 0, 2000);
  const started = stim.waitFor('state', 1000, (state) => state.therapy === 'STIMULATING');
  await stim.start(0, { mode: 'free-running' });
  await started;
  await stim.close();
}

describe('REQ-HST-103: a device that was left running or tripped', () => {
  it.each([[[]], [['--now']]])('run names the command that stops it; stop %j does', async (how) => {
    const { port } = await served();
    await leftRunning(port);
    const ran = await stimgate('run', 'tonic', '--port', port);
    expect(ran.exit).toBe(3);
    expect(ran.err).toContain(`the device is STIMULATING: end it with "stimgate stop --port ${port}"`);
    const stopped = await stimgate('stop', '--port', port, ...how);
    expect(stopped).toMatchObject({ exit: 0, out: `${port}: the output is off\n` });
    const info = await stimgate('info', '--port', port, '--json');
    expect(JSON.parse(info.out).status).toMatchObject({ therapy: 'IDLE', interlock: 'DISARMED' });
  });

  it('clear clears a trip, once its second has passed', async () => {
    const { simulator, port } = await served();
    await leftRunning(port);
    simulator.faults.inject({ kind: 'stuck-dac', electrode: 2, levelUa: 6000 });
    const stim = await Stimulator.connect(await openTransport(port));
    while ((await stim.status()).interlock !== 'TRIPPED') await stim.transport.clock.sleep(10);
    await stim.close();
    const ran = await stimgate('run', 'tonic', '--port', port);
    expect(ran.exit).toBe(3);
    expect(ran.err).toContain(`"stimgate clear --port ${port}"`);
    expect(await stimgate('clear', '--port', port)).toMatchObject({
      exit: 0,
      out: `${port}: the trip (READBACK) is cleared\n`,
    });
    expect(await stimgate('clear', '--port', port)).toMatchObject({ out: `${port}: there was no trip\n` });
  });

  it('nothing to stop is no error', async () => {
    expect(await stimgate('stop')).toMatchObject({ exit: 0, out: 'sim: nothing was running\n' });
    expect(JSON.parse((await stimgate('stop', '--json')).out)).toMatchObject({ wasRunning: false });
  });
});

describe('limits: a therapy runs with its own limits, whatever was set before', () => {
  it('the limits of an earlier therapy do not hold for the next', async () => {
    const transport = await opened();
    const low: Therapy = {
      ...QUICK,
      limits: { E3: { amplitudeUa: 500 }, CASE: { phaseChargeNc: 100 } },
      areas: [{ ...QUICK.areas[0], amplitudeUa: 400 }],
    };
    const run = (therapy: Therapy) =>
      deliver(transport, { therapy, file: 'a.json', forMs: 200, seed: 1, signal: never });
    expect((await run(low)).record).toMatchObject({ holds: true, impedances: [] });
    const { record } = await run(QUICK);
    expect(record).toMatchObject({ holds: true, findings: [] });
    expect(record.impedances.length).toBeGreaterThan(1);
    expect((await run(low)).record).toMatchObject({
      impedances: [],
      areas: [{ seen: { amplitudeUa: 400 } }],
    });
  });

  it('sets all 17 electrodes, and measures none below the measuring pulse', async () => {
    const stim = await Stimulator.connect(await opened());
    const therapy = { ...QUICK, limits: { E3: { amplitudeUa: 900 }, E16: { phaseChargeNc: 2998 } } };
    await stim.setLimit('E7', { amplitudeUa: 10, phaseChargeNc: 1 });
    await setLimits(stim, therapy, 'a.json');
    expect(await stim.limit('E7')).toEqual({ amplitudeUa: 25_500, phaseChargeNc: 2004 });
    expect(await stim.limit('E3')).toEqual({ amplitudeUa: 900, phaseChargeNc: 2004 });
    expect(await stim.limit('E16')).toEqual({ amplitudeUa: 25_500, phaseChargeNc: 2998 });
    expect(pairsOf(therapy).map(({ plus }) => plus)).not.toContain('E3');
  });
});

describe('REQ-HST-104: the end of a run', () => {
  it.each([9600, 2400])('at %i baud the delay of the line is not charged to the device', async (baud) => {
    const options = { therapy: TONIC, file: 'tonic', forMs: 1000, seed: 1, signal: never };
    const { record } = await deliver(await opened(baud), options);
    expect(record).toMatchObject({ holds: true, findings: [] });
  });

  it('a run that is interrupted before its first pulse is not judged', async () => {
    const controller = new AbortController();
    const onProgress = (text: string): void => {
      if (text.includes('stimulating')) controller.abort();
    };
    const slow: Therapy = { ...TONIC, areas: [{ ...TONIC.areas[0], rampUpMs: 60_000, amplitudeUa: 1000 }] };
    const options = { therapy: slow, file: 'slow', forMs: 1000, seed: 1, signal: controller.signal };
    const { record } = await deliver(await opened(), { ...options, onProgress });
    expect(record).toMatchObject({ interrupted: true, notJudged: true, holds: true, findings: [] });
  });

  it('an area that was not due by then is not missed, another is judged', async () => {
    const [area] = TONIC.areas;
    const slow = { ...area, rateHz: 2, rampUpMs: 1000, amplitudeUa: 1000 };
    const therapy: Therapy = { ...TONIC, areas: [{ ...area, rampUpMs: 0 }, slow] };
    const options = { therapy, file: 'two', forMs: 300, seed: 1, signal: never };
    const { record } = await deliver(await opened(), { ...options, alsoEstop: true });
    expect(record).toMatchObject({ holds: true, notJudged: false, findings: [] });
    expect(record.areas[0].seen.pulses).toBeGreaterThan(0);
  });

  it('Ctrl-C during a soft stop switches the output off at once', async () => {
    const controller = new AbortController();
    const transport = await opened();
    const soft: Therapy = { ...TONIC, areas: [{ ...TONIC.areas[0], rampDownMs: 10_000 }] };
    const onProgress = (text: string): void => {
      if (text.includes('stimulating, 1.0')) transport.clock.after(500, () => controller.abort());
    };
    const options = { therapy: soft, file: 'soft', forMs: 1000, seed: 1, signal: controller.signal };
    const { record, commands } = await deliver(transport, { ...options, onProgress });
    expect(record).toMatchObject({ interrupted: true, holds: true, findings: [] });
    expect(commands.map((command) => command.kind)).toEqual(['start', 'stop', 'estop']);
    expect(commands[2].atNs - commands[1].atNs).toBeLessThan(510e6);
  });

  it('only a run that ended before a pulse was due is not judged', () => {
    const none = [{ seen: { pulses: 0 } }];
    const fault = { trip: 'READBACK', state: 'TRIPPED', clockUs: 1 } as const;
    expect(endedEarly(QUICK, { ranMs: 40, fault: undefined }, none)).toBe(true);
    expect(endedEarly(QUICK, { ranMs: 40, fault }, none)).toBe(false);
    expect(endedEarly(QUICK, { ranMs: 40, fault: undefined }, [{ seen: { pulses: 1 } }])).toBe(false);
    expect(endedEarly(QUICK, { ranMs: 46, fault: undefined }, none)).toBe(false);
    expect(endedEarly(TONIC, { ranMs: 200, fault: undefined }, none)).toBe(false);
  });

  it.each([
    [QUICK, 'in clinic mode it ends by itself within 2 s'],
    [{ ...QUICK, mode: 'free-running' } as Therapy, '"stimgate stop --now"'],
  ])(
    'ESTOP is tried when the device does not answer, and the line says what is known',
    async (therapy, words) => {
      const device = new FakeDevice();
      const stim = await Stimulator.connect(await openEmbedded(device, 'sim', 1_000_000));
      closers.push(() => stim.close());
      device.instead = () => true;
      const error = await stimulate(stim, therapy, { forMs: 100, ending: 'STOP', signal: never }).catch(
        (e) => e,
      );
      expect(error).toMatchObject({ name: 'LinkError', fault: 'timeout' });
      expect(error.message).toContain(`the output may still be on; `);
      expect(error.message).toContain(words);
      expect(device.requests.map((frame) => frame.type)).toContain(Message.ESTOP);
    },
  );

  it('a line that breaks in the second therapy leaves the verdict and the report of the first', async () => {
    const device = simulatedDevice(await madeSimulator({ seed: 1, trace: false }));
    const parser = new FrameParser();
    let starts = 0;
    const watched: EmbeddedDevice = {
      ...device,
      receive: (bytes) => {
        for (const { type } of parser.push(bytes)) starts += Number((type as Message) === Message.START);
        if (starts === 2) setTimeout(() => void server.close(), 50);
        device.receive(bytes);
      },
    };
    const server = await serve(watched, { port: 0, baud: 115_200 });
    closers.push(() => server.close());
    const folder = mkdtempSync(join(tmpdir(), 'stimgate-cut-'));
    closers.push(() => rm(folder, { recursive: true }));
    const files = ['one', 'two'].map((name) => join(folder, `${name}.json`));
    for (const file of files) writeFileSync(file, JSON.stringify(QUICK));
    const report = join(folder, 'report.html');
    const port = `tcp:127.0.0.1:${server.port}`;
    const said = await stimgate(
      'run',
      ...files,
      '--port',
      port,
      '--for',
      '300ms',
      '--report',
      report,
      '--json',
    );
    expect(said.exit).toBe(3);
    const told = JSON.parse(said.out);
    expect(told).toMatchObject({ holds: false, report, runs: [{ holds: true }] });
    expect(told.error).toMatch(/was closed.*; the output may still be on; in clinic mode it ends/);
    expect(readFileSync(report, 'utf8')).toContain('</html>');
  });

  it('where only STOP is not answered, ESTOP ends it', async () => {
    const device = new FakeDevice();
    const stim = await Stimulator.connect(await openEmbedded(device, 'sim', 1_000_000));
    closers.push(() => stim.close());
    device.instead = (frame) => frame.type === Message.START;
    const error = await stimulate(stim, QUICK, { forMs: 100, ending: 'STOP', signal: never }).catch((e) => e);
    expect(error.message).toContain('did not answer START');
    expect(error.message).toContain('ESTOP was answered: the output is off');
  });
});

it('REQ-HST-103: what the device refuses of an area names the area', async () => {
  // Passive recharge cannot keep up with it: only the device's charge model sees that.
  const passive = { ...loadPreset('burstdr').areas[0], rateHz: 300, burst: undefined, cycle: undefined };
  const path = join(tmpdir(), `stimgate-${process.pid}.json`);
  writeFileSync(path, JSON.stringify({ ...QUICK, areas: [{ ...QUICK.areas[0], rateHz: 4 }, passive] }));
  closers.push(() => rm(path));
  const said = await stimgate('run', path);
  expect(said.exit).toBe(2);
  expect(said.err).toMatch(/the device refused areas\[\d\]\./);
});
