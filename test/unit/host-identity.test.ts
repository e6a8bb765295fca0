// Which binaries a device runs, from the bytes that the simulator loads to what `stimgate info` says of them.

import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { Status } from '../../firmware/status.ts';
import { Message } from '../../firmware/wire.ts';
import { binariesOf, binaryText } from '../../host/cli/binaries.ts';
import { Stimulator } from '../../host/device/stimulator.ts';
import { differences, packageIdentity } from '../../host/flash/package-identity.ts';
import { openEmbedded } from '../../host/transport/embedded.ts';
import { openTransport } from '../../host/transport/open.ts';
import { serve } from '../../host/transport/serve.ts';
import {
  compileBinary,
  createSimulator,
  cyclesOfUs,
  type Firmware,
  instantiateInterlock,
} from '../../sim/index.ts';
import { stimgate } from './fixtures/command.ts';
import { FakeDevice } from './fixtures/fake-device.ts';
import { hashOf } from './fixtures/images.ts';
import { permissiveInterlock } from './sim-stand-ins.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const OWN = {
  interlock: hashOf('interlock').toString('hex'),
  stimulator: hashOf('stimulator').toString('hex'),
};

async function simulated(firmware: Partial<Firmware> = {}): Promise<Stimulator> {
  const transport = await openTransport('sim', { simulator: { firmware, body: 'none', trace: false } });
  const stimulator = await Stimulator.connect(transport);
  closers.push(() => stimulator.close());
  return stimulator;
}

async function connected(device: FakeDevice): Promise<Stimulator> {
  const stimulator = await Stimulator.connect(await openEmbedded(device, 'fake', 1_000_000));
  closers.push(() => stimulator.close());
  return stimulator;
}

describe('REQ-LNK-018: a simulated device tells the hashes of the bytes that it has loaded', () => {
  it('those of build/', async () => {
    expect(await (await simulated()).identity()).toEqual(OWN);
  });

  it('none of a module that another takes the place of, unless its bytes are known', async () => {
    const bytes = readFileSync('build/interlock.wasm');
    const standIn = await simulated({ interlock: (hal) => permissiveInterlock(hal) });
    expect(await standIn.identity()).toEqual({ ...OWN, interlock: undefined });
    const unknown = new WebAssembly.Module(bytes);
    const compiled = await simulated({ interlock: (hal) => instantiateInterlock(hal, unknown) });
    expect(await compiled.identity()).toEqual({ ...OWN, interlock: undefined });
    const known = compileBinary(bytes);
    const noted = await simulated({ interlock: (hal) => instantiateInterlock(hal, known) });
    expect(await noted.identity()).toEqual(OWN);
  });

  it('word by word, the same after a reset, and 0 for a word that there is not', async () => {
    const boots: number[][] = [];
    const stimulator: Firmware['stimulator'] = (hal) => ({
      boot: () => boots.push([-1, 0, 7, 8, 15, 16, 2 ** 31 - 1].map((word) => hal.identity(word))),
      poll: () => 5000,
    });
    const simulator = await createSimulator({ firmware: { stimulator }, body: 'none', trace: false });
    simulator.faults.inject({ kind: 'brown-out', durationUs: 1000 }, cyclesOfUs(5000));
    simulator.runUs(10_000);
    const own = hashOf('interlock');
    const words = [0, own.readInt32LE(0), own.readInt32LE(28), 0, 0, 0, 0];
    expect(boots).toEqual([words, words]);
  });
});

describe('REQ-HST-108: info says which binaries a device runs', () => {
  /** What info says of a device, as text and as JSON. */
  const info = async (device: FakeDevice) => {
    const server = await serve(device, { port: 0, baud: 115_200 });
    const port = `tcp:127.0.0.1:${server.port}`;
    const { exit, out } = await stimgate('info', '--port', port);
    const json = await stimgate('info', '--port', port, '--json');
    await server.close();
    expect([exit, json.exit]).toEqual([0, 0]);
    return { out, binaries: JSON.parse(json.out).binaries };
  };

  it('those of this package', async () => {
    const { exit, out } = await stimgate('info');
    expect(exit).toBe(0);
    expect(out).toContain(`binaries   ${OWN.interlock}: the interlock of this package\n`);
    expect(out).toContain(`           ${OWN.stimulator}: the stimulator of this package\n`);
    expect(JSON.parse((await stimgate('info', '--json')).out).binaries).toEqual({
      interlock: { sha256: OWN.interlock, isOfPackage: true },
      stimulator: { sha256: OWN.stimulator, isOfPackage: true },
    });
  });

  it('others, and one that the device does not know', async () => {
    const device = new FakeDevice();
    device.identity.fill(0xab, 0, 32);
    const { out, binaries } = await info(device);
    expect(out).toContain(`${'ab'.repeat(32)}: not the interlock of this package\n`);
    expect(out).toContain('the device does not know the hash of its stimulator\n');
    expect(binaries).toEqual({
      interlock: { sha256: 'ab'.repeat(32), isOfPackage: false },
      stimulator: { sha256: null, isOfPackage: null },
    });
  });

  it('none of a device that is older than the question, and no error', async () => {
    const device = new FakeDevice();
    device.refusals.set(Message.IDENTITY, [Status.UNKNOWN_MESSAGE, 0, 0, 0]);
    const { out, binaries } = await info(device);
    expect(out).toContain('binaries   not told: the firmware is older than the message IDENTITY\n');
    expect(binaries).toBeNull();
    device.refusals.set(Message.IDENTITY, [Status.TRIPPED, 0, 0, 0]);
    await expect(binariesOf(await connected(device))).rejects.toMatchObject({ code: Status.TRIPPED });
  });

  it('a package that is not built compares nothing', () => {
    const told = { name: 'interlock', sha256: 'ab', isOfPackage: null } as const;
    expect(binaryText(told)).toBe('ab: interlock; build/interlock.wasm is missing, nothing to compare');
    expect(packageIdentity()).toEqual(OWN);
    expect(differences(OWN, { ...OWN, stimulator: undefined })).toEqual(['stimulator']);
    expect(differences({ interlock: undefined, stimulator: undefined }, OWN)).toHaveLength(2);
  });
});
