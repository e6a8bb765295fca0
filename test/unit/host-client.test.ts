// The client above an in-memory device: requests, retries, refusals, events, loss of the line, and simulated time.

import { afterEach, describe, expect, it } from 'vitest';
import { Status } from '../../firmware/status.ts';
import { Event, Field, HELLO_BYTES, Message } from '../../firmware/wire.ts';
import { Stimulator } from '../../host/device/stimulator.ts';
import { DeviceError, LinkError } from '../../host/link/errors.ts';
import { encodeFrame } from '../../host/link/frame.ts';
import type { AreaSettings } from '../../host/therapy/therapy.ts';
import { openEmbedded } from '../../host/transport/embedded.ts';
import { FakeDevice } from './fixtures/fake-device.ts';

const AREA: AreaSettings = {
  electrodes: { E3: -1000, E5: 600, CASE: 400 },
  amplitudeUa: 4000,
  phaseUs: 300,
  interphaseGapUs: 20,
  recharge: { asymmetric: 4 },
  rateHz: 49.999,
  burst: { pulses: 5, intraRateHz: 500 },
  rampUpMs: 500,
  rampDownMs: 0,
  cycle: { onMs: 30_000, offMs: 90_000 },
};

const opened: Stimulator[] = [];
afterEach(async () => {
  for (const stim of opened.splice(0)) await stim.close();
});

async function connected(
  device = new FakeDevice(),
  options = {},
): Promise<{ device: FakeDevice; stim: Stimulator }> {
  const stim = await Stimulator.connect(await openEmbedded(device, 'sim', 1_000_000), options);
  opened.push(stim);
  return { device, stim };
}

async function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => new Error('it did not fail'),
    (error: Error) => error,
  );
}

describe('requests', () => {
  it('connects with HELLO and INFO', async () => {
    const { device, stim } = await connected();
    expect(device.requests.map((frame) => [frame.type, frame.sequence])).toEqual([
      [Message.HELLO, 0],
      [Message.INFO, 1],
    ]);
    expect(stim.info).toMatchObject({ board: 'simulator', firmwareVersion: '1.2.3', authenticated: false });
  });

  it('an area comes back exactly', async () => {
    const { stim } = await connected();
    expect(await stim.setArea(1, 2, AREA)).toEqual(AREA);
    expect(await stim.area(1, 2)).toEqual(AREA);
    expect(await stim.setAmplitude(1, 2, 4010)).toBe(4010);
  });

  it('limits left out stay as they are', async () => {
    const { stim } = await connected();
    await stim.setLimit('E4', { amplitudeUa: 5000, phaseChargeNc: 1500.5 });
    expect(await stim.setLimit('E4', { amplitudeUa: 4000 })).toEqual({
      amplitudeUa: 4000,
      phaseChargeNc: 1500.5,
    });
    expect(await stim.limit(3)).toEqual({ amplitudeUa: 4000, phaseChargeNc: 1500.5 });
  });

  it('concurrent requests go out one after another', async () => {
    const { device, stim } = await connected();
    await Promise.all([stim.status(), stim.erase(3), stim.clear(), stim.status()]);
    expect(device.requests.slice(2).map((frame) => [frame.type, frame.sequence])).toEqual([
      [Message.STATUS, 2],
      [Message.ERASE, 3],
      [Message.CLEAR, 4],
      [Message.STATUS, 5],
    ]);
  });

  it('a retry repeats the same bytes and sequence', async () => {
    const { device, stim } = await connected();
    device.swallow = 2;
    await stim.setAmplitude(0, 0, 100);
    const [first, second, third] = device.requests.slice(2);
    expect(second).toEqual(first);
    expect(third).toEqual(first);
    await stim.status();
    expect(device.requests.at(-1)?.sequence).toBe(first.sequence + 1);
  });

  it('a late answer to an earlier HELLO does not keep the session from opening', async () => {
    const device = new FakeDevice();
    let hellos = 0;
    device.instead = (frame) => {
      if (frame.type !== Message.HELLO || ++hellos > 1) return false;
      // The first answer comes after the second HELLO has gone out and opened another session.
      const late = Uint8Array.of(0, 1, 1, 0, 0x35, 0x12, 0, 0);
      device.session++;
      device.event((Message.HELLO | 0x80) as number as Event, late, 499_900);
      return true;
    };
    const { stim } = await connected(device);
    expect((await stim.status()).clockUs).toBeGreaterThan(500_000);
  });

  it('ESTOP does not wait for a request that is not answered', async () => {
    const { device, stim } = await connected();
    device.instead = (frame) => frame.type === Message.STATUS;
    const waiting = failure(stim.status());
    await stim.transport.clock.sleep(10);
    const atMs = stim.transport.clock.nowMs();
    await stim.estop();
    expect(stim.transport.clock.nowMs() - atMs).toBeLessThan(5);
    expect(await waiting).toMatchObject({
      fault: 'superseded',
      message: expect.stringContaining('given up for ESTOP'),
    });
    await stim.stop();
  });

  it('STOP does not wait for a keep-alive either, and says when it was written', async () => {
    const { device, stim } = await connected();
    device.instead = (frame) => frame.type === Message.STATUS;
    const end = stim.keepAlive(100);
    const lost: unknown[] = [];
    stim.on('lost', (error) => lost.push(error));
    await stim.transport.clock.sleep(110);
    const atMs = stim.transport.clock.nowMs();
    expect(await stim.stop()).toBe(atMs);
    expect(stim.transport.clock.nowMs() - atMs).toBeLessThan(5);
    end();
    expect(lost).toEqual([]);
  });

  it('an ESTOP is not given up for a STOP', async () => {
    const { device, stim } = await connected();
    device.swallow = 1;
    const estop = stim.estop();
    const stop = stim.stop();
    await Promise.all([estop, stop]);
    const sent = device.requests.slice(2).map((frame) => frame.type);
    expect(sent).toEqual([Message.ESTOP, Message.ESTOP, Message.STOP]);
  });

  it('a line that sends back what it is given is told as such', async () => {
    const device = new FakeDevice();
    device.instead = (frame) => {
      device.say(encodeFrame(frame));
      return true;
    };
    const error = await failure(connected(device, { retries: 1 }));
    expect(error).toMatchObject({ fault: 'garbage', message: expect.stringContaining('the line is looped') });
  });
});

describe('refusals', () => {
  it.each([
    [[Status.PHASE_WIDTH, Field.PHASE, 10, 10], 'the device refused phaseUs 300: nearest 10 µs'],
    [[Status.RATE, Field.RATE, 49_000, 50_000], 'the device refused rateHz 49.999: nearest 49 Hz or 50 Hz'],
    [[Status.BAD_SLOT, 0, 0, 0], 'the device refused area 0 of slot 0: there is no such slot: 0 to 15'],
    [
      [Status.RATIO_DIVIDES, Field.AMPLITUDE, 3990, 4000],
      'the device refused amplitudeUa 4000 (a contact’s level does not divide by the ratio): nearest 3990 µA or 4000 µA',
    ],
    [[Status.CYCLING, Field.CYCLE_ON, 0, 0], 'the device refused cycle.onMs 30000: cycling'],
    [[Status.PHASE_WIDTH, Field.PHASE, 10, 10, 1], 'the device refused areas[0].phaseUs 300: nearest 10 µs'],
  ] as const)('%j reads "%s"', async (refusal, message) => {
    const { device, stim } = await connected();
    device.refusals.set(Message.SET_AREA, refusal);
    const error = (await failure(stim.setArea(0, 0, AREA))) as DeviceError;
    expect(error).toBeInstanceOf(DeviceError);
    expect(error.message).toBe(message);
    expect(error).toMatchObject({ code: refusal[0], name: Status[refusal[0]], field: refusal[1] });
    expect(error.nearest).toEqual(refusal[3] === 0 ? undefined : [refusal[2], refusal[3]]);
    expect(error.area).toBe(refusal[4] === undefined ? undefined : refusal[4] - 1);
  });

  it('one of a whole program names the area, and the value where it was asked for', async () => {
    const { device, stim } = await connected();
    device.refusals.set(Message.VALIDATE, [Status.INTERLEAVE, Field.RATE, 819_672, 819_672, 4]);
    expect((await failure(stim.validate(0))).message).toMatch(
      /^the device refused areas\[3\]\.rateHz \(.*\): nearest 819\.672 Hz$/,
    );
    const law = Status.PROGRAM_MEAN_CURRENT;
    const words = 'the mean current would be too high';
    const cases: [number, Field, string][] = [
      [2, Field.AMPLITUDE, `areas[1].amplitudeUa 4000 (${words}): nearest 3990 µA`],
      [3, Field.AMPLITUDE, `areas[2].amplitudeUa (${words}): nearest 3990 µA`],
      [2, Field.RATE, `areas[1].rateHz (${words}): nearest 3.99 Hz`],
    ];
    for (const [area, field, message] of cases) {
      device.refusals.set(Message.SET_AMPLITUDE, [law, field, 3990, 3990, area]);
      const error = await failure(stim.setAmplitude(0, 1, 4000));
      expect(error.message).toBe(`the device refused ${message}`);
    }
  });

  it.each([
    [{ rateHz: 49.9999 }, 'rateHz 49.9999 Hz cannot be sent: nearest 49.999 Hz or 50 Hz'],
    [{ phaseUs: 300.5 }, 'phaseUs 300.5 µs cannot be sent: nearest 300 µs or 301 µs'],
    [{ amplitudeUa: -1 }, 'amplitudeUa -1 µA cannot be sent: nearest 0 µA'],
    [{ rampUpMs: 70_000 }, 'rampUpMs 70000 ms cannot be sent: nearest 65535 ms'],
    [{ phaseUs: Number.NaN }, 'phaseUs NaN µs cannot be sent: it must be a number'],
    [{ electrodes: { E17: -1000 } }, 'electrode E17 does not exist: E1 to E16, or CASE'],
    [{ electrodes: { E1: 0.5 } }, 'electrodes.E1 0.5 ‰ cannot be sent: nearest 0 ‰ or 1 ‰'],
  ])('what the record cannot hold is refused here: %j', async (wrong, message) => {
    const { stim } = await connected();
    expect((await failure(stim.setArea(0, 0, { ...AREA, ...wrong }))).message).toBe(message);
  });
});

describe('events', () => {
  it('an impedance is waited for, even if it overtakes the answer', async () => {
    const { device, stim } = await connected();
    const result = Uint8Array.of(0, 2, 16, 0, 0xf4, 1, 0, 0, 0xe8, 3, 0, 0, 0xf4, 1, 0, 0);
    device.event(Event.IMPEDANCE, Uint8Array.of(0, 3, 16, 0, ...new Uint8Array(12)), 0);
    device.event(Event.IMPEDANCE, result, 0);
    const expected = { ohm: 500, measuredUa: 1000, driveMv: 500, mismatch: false };
    expect(await stim.measureImpedance('E3', 'CASE')).toEqual(expected);
    setImmediate(() => device.event(Event.IMPEDANCE, result, 90_000));
    expect(await stim.measureImpedance(2, 16)).toEqual(expected);
  });

  it('an impedance that was not measured is a refusal', async () => {
    const { device, stim } = await connected();
    device.event(Event.IMPEDANCE, Uint8Array.of(Status.TRIPPED, 0, 1, ...new Uint8Array(13)), 1000);
    const error = await failure(stim.measureImpedance('E1', 'E2'));
    expect(error).toMatchObject({
      code: Status.TRIPPED,
      message: expect.stringContaining('to measure E1 against E2'),
    });
  });

  it('waitFor gives the next one that fits, and a clear line when none comes', async () => {
    const { device, stim } = await connected();
    device.event(Event.STATE, Uint8Array.of(1, 0, 5, 0, ...new Uint8Array(8)), 1000);
    device.event(Event.STATE, Uint8Array.of(2, 0, 5, 0, 9, ...new Uint8Array(7)), 2000);
    const state = await stim.waitFor('state', 100, (event) => event.therapy === 'STIMULATING');
    expect(state).toEqual({ therapy: 'STIMULATING', reason: 'NONE', slot: 5, refusal: 'OK', clockUs: 9 });
    device.event(Event.FAULT, Uint8Array.of(6, 3, ...new Uint8Array(10)), 1000);
    expect(await stim.waitFor((event) => event.name === 'fault', 100)).toMatchObject({
      event: { trip: 'READBACK' },
    });
    const error = await failure(stim.waitFor('battery', 250));
    expect(error.message).toBe('no battery event came from sim within 250 ms');
  });

  it('events that are cut short, of another session or absurd are let go', async () => {
    const { device, stim } = await connected();
    const seen: unknown[] = [];
    for (const name of ['fault', 'state', 'impedance', 'battery', 'delivered'] as const) {
      stim.on(name, (event: unknown) => seen.push(event));
    }
    device.event(Event.FAULT, new Uint8Array(11));
    device.event(Event.DELIVERED, new Uint8Array(40));
    device.event(Event.DELIVERED, new Uint8Array(40).fill(0xff));
    device.event(Event.IMPEDANCE, new Uint8Array(16).fill(0xff));
    device.session++;
    device.event(Event.BATTERY, new Uint8Array(8));
    device.session--;
    await stim.transport.clock.sleep(100);
    expect(seen).toEqual([]);
    await stim.status();
  });

  it('keepAlive sends STATUS while time passes, and passes none itself', async () => {
    const { device, stim } = await connected();
    const before = device.requests.length;
    const end = stim.keepAlive(500);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(device.requests.length).toBe(before);
    await stim.transport.clock.sleep(2100);
    expect(device.requests.slice(before).map((frame) => frame.type)).toEqual(
      new Array(4).fill(Message.STATUS),
    );
    end();
    await stim.transport.clock.sleep(2100);
    expect(device.requests.length).toBe(before + 4);
  });

  it('keepAlive reports a device that went silent as lost, once', async () => {
    const { device, stim } = await connected();
    const lost: LinkError[] = [];
    stim.on('lost', (error) => lost.push(error));
    stim.keepAlive(500);
    device.instead = () => true;
    const error = await failure(stim.waitFor('fault', 60_000));
    expect(error.message).toContain('did not answer STATUS within 500 ms, asked 4 times');
    await stim.transport.clock.sleep(5000);
    expect(lost).toEqual([error]);
  });
});

describe('a line that fails', () => {
  it.each([
    [
      'silence',
      () => [],
      /^the device at sim did not answer HELLO within 100 ms, asked 2 times: check that it is/,
    ],
    [
      'noise',
      () => [1, 2, 3, 0, 0xff, 0xfe],
      /^sim sent 12 bytes but no valid frame: check that it is a Stimgate/,
    ],
    ['text', () => Buffer.from('login:\r\n'), /no valid frame \("login:"\)/],
  ] as const)('%s instead of an answer', async (_, said, message) => {
    const device = new FakeDevice();
    device.instead = () => {
      device.say(said());
      return true;
    };
    const error = await failure(connected(device, { timeoutMs: 100, retries: 1 }));
    expect(error).toBeInstanceOf(LinkError);
    expect(error.message).toMatch(message);
  });

  it('a device of another protocol version', async () => {
    const device = new FakeDevice();
    device.instead = () => {
      const hello = new Uint8Array(HELLO_BYTES);
      hello[1] = 2;
      device.session = 0;
      device.event((Message.HELLO | 0x80) as number as Event, hello);
      return true;
    };
    const error = await failure(connected(device));
    expect(error).toMatchObject({ fault: 'protocol', message: expect.stringContaining('speaks version 2') });
  });

  it('a device that was reset', async () => {
    const { device, stim } = await connected();
    device.session++;
    expect(await failure(stim.status())).toMatchObject({ fault: 'reset' });
  });

  it('requests after close fail at once, and closing twice is harmless', async () => {
    const { stim } = await connected();
    await stim.close();
    await stim.close();
    expect(await failure(stim.status())).toMatchObject({
      fault: 'closed',
      message: 'the link to sim is closed',
    });
    expect(await failure(stim.waitFor('fault', 100))).toMatchObject({ fault: 'closed' });
  });

  it('close ends what is waiting', async () => {
    const { device, stim } = await connected();
    device.instead = () => true;
    const waiting = failure(stim.status());
    await stim.transport.clock.sleep(1);
    await stim.close();
    expect(await waiting).toMatchObject({ fault: 'closed' });
  });
});

describe('simulated time', () => {
  it('is the same in every run, however busy the process is', async () => {
    const run = async (busy: boolean): Promise<number[]> => {
      const device = new FakeDevice();
      const { stim } = await connected(device);
      const times: number[] = [];
      const disturb = busy ? setInterval(() => {}, 0) : undefined;
      stim.on('battery', () => times.push(device.nowUs()));
      stim.keepAlive(300);
      for (let i = 0; i < 20; i++) {
        device.event(Event.BATTERY, new Uint8Array(8), 1000 * i);
        if (busy) await new Promise((resolve) => setTimeout(resolve, i % 3));
        await stim.status();
        times.push(device.nowUs());
        await Promise.all([stim.setAmplitude(0, 0, 10 * i), stim.transport.clock.sleep(37)]);
        times.push(device.nowUs());
      }
      clearInterval(disturb);
      return times;
    };
    const quiet = await run(false);
    expect(await run(true)).toEqual(quiet);
    expect(quiet.length).toBe(60);
  });

  it('stands still while nobody waits', async () => {
    const { device, stim } = await connected();
    const atUs = device.nowUs();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(device.nowUs()).toBe(atUs);
    await stim.transport.clock.sleep(12.5);
    expect(device.nowUs()).toBe(atUs + 12_500);
  });

  it('a wait without a number is refused', async () => {
    const { stim } = await connected();
    await expect(stim.transport.clock.sleep(Number.NaN)).rejects.toThrow(RangeError);
  });

  it('a simulator that throws fails the wait', async () => {
    const { device, stim } = await connected();
    device.advance = () => {
      throw new Error('access to 0x10 is not modelled');
    };
    expect((await failure(stim.transport.clock.sleep(10))).message).toContain('not modelled');
  });
});
