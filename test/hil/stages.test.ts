// The hardware in the loop, stage by stage from boot to soak, on whatever STIMGATE_PORT names: `sim` (the default), `pico`, or
// the path of a serial port with a device behind it. A stage that fails leaves the later ones out. `npm run hil`.

import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFailed } from 'vitest';
import { State, Status } from '../../firmware/status.ts';
import * as wire from '../../firmware/wire.ts';
import { Message, RESPONSE_STATUS } from '../../firmware/wire.ts';
import { deliver } from '../../host/cli/deliver.ts';
import { type DeviceEvents, decodeStatus } from '../../host/device/messages.ts';
import { Stimulator } from '../../host/device/stimulator.ts';
import { packageIdentity } from '../../host/flash/package-identity.ts';
import { DeviceError, LinkError } from '../../host/link/errors.ts';
import { encodeFrame } from '../../host/link/frame.ts';
import { ELECTRODE_NAMES } from '../../host/therapy/levels.ts';
import { loadPreset } from '../../host/therapy/presets.ts';
import type { AreaSettings } from '../../host/therapy/therapy.ts';
import { openTransport } from '../../host/transport/open.ts';
import type { Transport } from '../../host/transport/transport.ts';
import { therapies } from '../property/rig/therapies.ts';
import { RawLine } from './raw-line.ts';

const PORT = process.env.STIMGATE_PORT ?? 'sim';
const BAUD = Number(process.env.STIMGATE_BAUD ?? 115_200);
const SOAK_S = wholeSeconds(process.env.STIMGATE_SOAK_S ?? '10');
const SLOT = 3;
/** From START: the discharge of the output and the self-test. */
const ARMED_MS = 3000;
const NEVER = new AbortController().signal;

const TONIC: AreaSettings = {
  electrodes: { E1: -1000, E2: 1000 },
  amplitudeUa: 500,
  phaseUs: 100,
  recharge: 'symmetric',
  rateHz: 100,
};

let transport: Transport;
let raw: RawLine;
let broken: string | undefined;

beforeAll(async () => {
  transport = await openTransport(PORT, { baud: BAUD, seed: 7 });
  transport.port.setMaxListeners(100);
  raw = new RawLine(transport);
});
// Whatever has failed, nothing goes on without anybody to watch it.
afterAll(async () => {
  if (transport === undefined) return;
  try {
    await (await Stimulator.connect(transport)).estop();
  } finally {
    await transport.close();
  }
});
beforeEach((context) => {
  if (broken !== undefined) context.skip(`an earlier stage has failed: ${broken}`);
  onTestFailed(() => {
    broken = context.task.name;
  });
});

function wholeSeconds(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text))
    throw new Error(`STIMGATE_SOAK_S=${text}: give whole seconds, such as 10`);
  return Number(text);
}

/** A new session on the line, with nothing going on. */
async function session(): Promise<Stimulator> {
  const stim = await Stimulator.connect(transport);
  if ((await stim.status()).therapy !== 'IDLE') await stim.estop();
  return stim;
}

async function refusal(work: Promise<unknown>): Promise<DeviceError> {
  const error = await work.then(
    () => undefined,
    (reason: Error) => reason,
  );
  expect(error).toBeInstanceOf(DeviceError);
  return error as DeviceError;
}

/** Programs one area and starts it. */
async function started(stim: Stimulator, area: AreaSettings, mode: 'clinic' | 'free-running'): Promise<void> {
  await stim.erase(SLOT);
  await stim.setArea(SLOT, 0, area);
  await stim.setAmplitude(SLOT, 0, area.amplitudeUa);
  await stim.start(SLOT, { mode });
  await stim.waitFor('state', ARMED_MS, ({ therapy }) => therapy === 'STIMULATING');
}

function kept<N extends keyof DeviceEvents>(stim: Stimulator, name: N): DeviceEvents[N][] {
  const events: DeviceEvents[N][] = [];
  stim.on(name, ((event: DeviceEvents[N]) => events.push(event)) as never);
  return events;
}

describe.sequential(`REQ-HST-122: a device on ${PORT}`, () => {
  it('1 boot: it answers, says what it is, and is well', async () => {
    const stim = await session();
    expect(stim.info).toMatchObject({ profile: 'percutaneous-16', authenticated: false });
    const status = await stim.status();
    expect(status).toMatchObject({ therapy: 'IDLE', trip: 'NONE' });
    expect(State[status.interlock as keyof typeof State]).toBeLessThanOrEqual(State.DISARMED);
    expect(status.batteryMv).toBeGreaterThan(2000);
    expect(status.temperatureMc).toBeGreaterThan(-10_000);
  });

  it('2 identity: it runs the two binaries of this package', async () => {
    const stim = await session();
    expect(await stim.identity()).toEqual(packageIdentity());
  });

  it('3 limits: what is set is held, on every electrode, and nothing past the hard ones', async () => {
    const stim = await session();
    for (const [n, name] of ELECTRODE_NAMES.entries()) {
      const limit = { amplitudeUa: 10_000 + 10 * n, phaseChargeNc: 1000 + n };
      expect(await stim.setLimit(name, limit)).toEqual(limit);
      expect(await stim.limit(name)).toEqual(limit);
      expect(await stim.setLimit(name, { amplitudeUa: 25_500, phaseChargeNc: 2004 })).toBeDefined();
    }
    expect((await refusal(stim.setLimit('E1', { amplitudeUa: 25_510 }))).code).toBe(Status.LIMIT);
    expect(await stim.limit('E1')).toEqual({ amplitudeUa: 25_500, phaseChargeNc: 2004 });
  });

  it('4 programs: areas come back exactly as they were set', async () => {
    const stim = await session();
    const generated = fc.sample(therapies({}), { seed: 4, numRuns: 20 });
    let held = 0;
    for (const { areas } of generated) {
      await stim.erase(SLOT);
      for (const [index, area] of areas.entries()) {
        const echo = await stim.setArea(SLOT, index, area).catch((error) => error as Error);
        if (echo instanceof DeviceError) continue;
        expect(await stim.area(SLOT, index)).toEqual(echo);
        held++;
      }
    }
    expect(held).toBeGreaterThan(10);
  });

  it('5 refusals: numbered, with the nearest value, which is accepted', async () => {
    const stim = await session();
    await stim.erase(SLOT);
    const dense = { ...TONIC, phaseUs: 500, rateHz: 2000 };
    const refused = await refusal(stim.setArea(SLOT, 0, dense));
    expect(refused.code).toBe(Status.RATE);
    const nearestMhz = refused.nearest?.[0] ?? Number.NaN;
    await stim.setArea(SLOT, 0, { ...dense, rateHz: nearestMhz / 1000 });
    expect((await refusal(stim.start(SLOT + 1))).code).toBe(Status.EMPTY_PROGRAM);
    expect((await refusal(stim.stop())).code).toBe(Status.NOT_STIMULATING);
  });

  it('6 link: noise, damage and repeats change nothing and are counted; the same frame has one effect', async () => {
    const stim = await session();
    const before = await stim.status();
    raw.write(Uint8Array.from([0, ...Array.from({ length: 150 }, (_, n) => 1 + ((n * 37) % 255)), 0]));
    const damaged = encodeFrame({
      version: 1,
      type: Message.ESTOP,
      session: 1,
      sequence: 9,
      payload: new Uint8Array(),
    });
    damaged[6] ^= 4;
    raw.write(damaged);
    const after = await stim.status();
    expect(after.framesDamaged).toBeGreaterThanOrEqual(before.framesDamaged + 2);
    // A session of its own: an amplitude set twice with one frame, and an older sequence.
    const hello = await raw.ask(Message.HELLO, 0, 0);
    const number = new DataView(hello.payload.buffer, hello.payload.byteOffset).getUint32(
      wire.HELLO_SESSION,
      true,
    );
    const first = await raw.ask(Message.ERASE, number, 1, [SLOT]);
    const again = await raw.ask(Message.ERASE, number, 1, [SLOT]);
    expect([...again.payload]).toEqual([...first.payload]);
    expect((await raw.ask(Message.ERASE, number, 0, [SLOT])).payload[RESPONSE_STATUS]).toBe(
      Status.BAD_SEQUENCE,
    );
    expect((await raw.ask(0x3f, number, 2)).payload[RESPONSE_STATUS]).toBe(Status.UNKNOWN_MESSAGE);
    expect(decodeStatus((await raw.ask(Message.STATUS, number, 2)).payload).therapy).toBe('IDLE');
  });

  it('7 a second host takes over, and the first one is told', async () => {
    const first = await session();
    const second = await session();
    const error = await first.status().catch((reason: Error) => reason);
    expect(error).toBeInstanceOf(LinkError);
    expect((error as LinkError).fault).toBe('reset');
    expect((await second.status()).therapy).toBe('IDLE');
  });

  it('8 impedance: measured, or said to be out of reach', async () => {
    const stim = await session();
    const { ohm, mismatch, measuredUa } = await stim.measureImpedance('E1', 'E2');
    if (!mismatch) {
      expect(ohm).toBeGreaterThan(0);
      expect(measuredUa).toBeGreaterThan(0);
    }
  });

  it.each(['tonic', 'burstdr', 'drg'])('9 therapy: %s is delivered exactly', async (name) => {
    const delivery = await deliver(transport, {
      therapy: loadPreset(name),
      file: name,
      forMs: 2000,
      seed: undefined,
      signal: NEVER,
    });
    expect(delivery.record).toMatchObject({ holds: true, findings: [] });
  });

  it('10 amplitude: changed while it runs, from one pulse to the next', async () => {
    const stim = await session();
    const batches = kept(stim, 'delivered');
    await started(stim, TONIC, 'free-running');
    await transport.clock.sleep(300);
    expect(await stim.setAmplitude(SLOT, 0, 800)).toBe(800);
    await transport.clock.sleep(400);
    await stim.stop();
    await stim.waitFor('state', 2000, ({ therapy }) => therapy === 'IDLE');
    expect([...new Set(batches.map(({ amplitudeUa }) => amplitudeUa))]).toEqual([500, 800]);
  });

  it('11 ESTOP: at once', async () => {
    const stim = await session();
    await started(stim, TONIC, 'free-running');
    await transport.clock.sleep(200);
    const states = kept(stim, 'state');
    await stim.estop();
    const status = await stim.status();
    expect(status).toMatchObject({ therapy: 'IDLE', stopReason: 'ESTOP' });
    await transport.clock.sleep(100);
    expect(states.map(({ reason }) => reason)).toEqual(['ESTOP']);
    expect((await stim.status()).pulses).toBe(status.pulses);
  });

  it('12 silence: clinic mode ends by itself 2 s after the last frame', async () => {
    const stim = await session();
    await started(stim, TONIC, 'clinic');
    const { pulses } = await stim.status();
    await transport.clock.sleep(2500);
    const status = await stim.status();
    expect(status).toMatchObject({ therapy: 'IDLE', stopReason: 'LINK_LOSS' });
    // 100 Hz for 2 s and what was queued.
    expect(status.pulses - pulses).toBeGreaterThan(190);
    expect(status.pulses - pulses).toBeLessThan(210);
  });

  it(`13 soak: ${SOAK_S} s, every pulse told and in time`, { timeout: 60_000 + 2000 * SOAK_S }, async () => {
    const delivery = await deliver(transport, {
      therapy: loadPreset('tonic'),
      file: 'tonic',
      forMs: 1000 * SOAK_S,
      seed: undefined,
      signal: NEVER,
    });
    expect(delivery.record).toMatchObject({ holds: true, findings: [] });
    expect(delivery.record.areas[0].seen.pulses).toBeGreaterThan(45 * SOAK_S);
  });
});
