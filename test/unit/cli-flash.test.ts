// `stimgate flash` as its user sees it: what it refuses, what it writes, and what the device says afterwards.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeUf2, FLASH_START } from '../../firmware/boards/pico/build/uf2.ts';
import { Status } from '../../firmware/status.ts';
import { Message } from '../../firmware/wire.ts';
import { parseWaitMs } from '../../host/cli/arguments.ts';
import { interruptAll } from '../../host/cli/interrupt.ts';
import { readImage, requireOfPackage } from '../../host/flash/image.ts';
import { readBack } from '../../host/flash/read-back.ts';
import { LinkError } from '../../host/link/errors.ts';
import { type EmbeddedDevice, openEmbedded } from '../../host/transport/embedded.ts';
import { type ServedTcp, serve } from '../../host/transport/serve.ts';
import { madeSimulator, simulatedDevice } from '../../host/transport/simulator.ts';
import type { Transport } from '../../host/transport/transport.ts';
import { stimgate } from './fixtures/command.ts';
import { FakeDevice } from './fixtures/fake-device.ts';
import { flashOf, hashOf, imageFile, withWord } from './fixtures/images.ts';

const root = mkdtempSync(join(tmpdir(), 'stimgate-flash-'));
afterAll(() => rmSync(root, { recursive: true }));
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const OTHER = new Uint8Array(32).fill(7);
const INFO = 'UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: RPI-RP2\r\n';
const WHOLE = imageFile();
let image = '';
let folder = '';
let boot = '';

beforeEach(() => {
  const here = mkdtempSync(join(root, 'a-'));
  [folder, boot] = ['folder', 'RPI-RP2'].map((name) => join(here, name));
  for (const path of [folder, boot]) mkdirSync(path);
  writeFileSync(join(boot, 'INFO_UF2.TXT'), INFO);
  image = fileOf('stimgate-pico.uf2', WHOLE);
});

function fileOf(name: string, bytes: Uint8Array | string): string {
  const path = join(mkdtempSync(join(root, 'f-')), name);
  writeFileSync(path, bytes);
  return path;
}

/** Refused with one line, with nothing written. Gives the line. */
async function refused(exit: number, ...argv: string[]): Promise<string> {
  const said = await stimgate('flash', ...argv);
  expect([said.exit, said.out]).toEqual([exit, '']);
  expect(said.err.trimEnd().split('\n')).toHaveLength(1);
  expect(said.err).not.toMatch(/internal error|undefined/);
  expect([readdirSync(folder), readdirSync(boot)]).toEqual([[], ['INFO_UF2.TXT']]);
  return said.err.trimEnd().replace('stimgate: ', '');
}

describe('REQ-HST-107: an image that is not ours or not whole is refused before anything is written', () => {
  it.each<[string, Uint8Array | string, RegExp]>([
    ['empty', '', /^\S+: the file is empty$/],
    ['a text', 'hello, hello', /^\S+: the file is not a UF2$/],
    ['cut', WHOLE.subarray(0, 5000), /the file is cut: 5000 bytes/],
    ['cut at a block', WHOLE.subarray(0, 5120), /the file is cut: it has 10 of its 79 blocks$/],
    ['of an RP2350', withWord(WHOLE, 0, 28, 0xe48bff59), /another board: family 0xe48bff59 \(RP2350, Arm\)$/],
    ['of somebody else', encodeUf2(new Uint8Array(999), FLASH_START), /is not a Stimgate image/],
    [
      'with a bit that has changed',
      withWord(WHOLE, 40, 100, 0x12345678),
      /is damaged: it is not the image that was built/,
    ],
    ['without its last page', encodeUf2(flashOf().subarray(0, -256), FLASH_START), /is damaged: /],
    ['too long', new Uint8Array(4_194_305), /4194305 bytes are more than any image for a Pico has$/],
    [
      'of another interlock',
      imageFile(OTHER),
      /^the interlock in \S+ is not of this package's build: run npm run build:pico again, or give --any-build$/,
    ],
    ['of another stimulator', imageFile(undefined, OTHER), /^the stimulator in \S+ is not of/],
    ['of two others', imageFile(OTHER, OTHER), /^the interlock and the stimulator in \S+ are not of/],
  ])('%s', async (_, bytes, line) => {
    const file = fileOf('a.uf2', bytes);
    for (const to of [folder, boot]) expect(await refused(2, file, '--to', to)).toMatch(line);
  });

  it('a file that is none', async () => {
    const none = join(folder, 'none.uf2');
    expect(await refused(2, none, '--to', boot)).toBe(`${none}: no such file or folder`);
    expect(await refused(2, folder, '--to', boot)).toBe(`${folder} is a folder, not a file`);
    expect(await refused(2, '/dev/zero', '--to', boot)).toBe('/dev/zero is not a plain file');
    expect(await refused(2, '', '--to', boot)).toBe('the path of the image is empty');
  });

  it('a package without an image or without binaries says how to build them', () => {
    expect(() => readImage(undefined, join(folder, 'none'))).toThrow(
      'build/stimgate-pico.uf2 is missing: run npm run build:pico (it needs gcc-arm-none-eabi)',
    );
    expect(readImage(undefined, image)).toMatchObject({ path: 'build/stimgate-pico.uf2', base: FLASH_START });
    const none = { interlock: undefined, stimulator: undefined };
    expect(() => requireOfPackage(readImage(image), none)).toThrow(
      `build/interlock.wasm is missing, so that ${image} cannot be compared: run npm run build, or give --any-build`,
    );
  });
});

describe('REQ-HST-107: a target or a port that is none is refused before anything is written', () => {
  it('targets', async () => {
    const other = mkdtempSync(join(root, 'b-'));
    writeFileSync(join(other, 'INFO_UF2.TXT'), INFO.replace('RPI-RP2', 'RP2350'));
    expect(await refused(2, image, '--to', join(folder, 'x'))).toBe(`${join(folder, 'x')}: no such folder`);
    expect(await refused(2, image, '--to', image)).toBe(`${image} is not a folder`);
    expect(await refused(2, image, '--to', join(image, 'x'))).toMatch(/no such folder$|not a folder$/);
    expect(await refused(2, image, '--to', '')).toBe('--to: the path is empty');
    expect(await refused(2, image, '--to', other)).toBe(
      `${other} is the boot volume of another board (RP2350), not of an RP2040`,
    );
    expect(readdirSync(other)).toEqual(['INFO_UF2.TXT']);
  });

  it.each([
    [['--port', 'tcp:nowhere'], /^tcp:nowhere is not tcp:<host>:<port>/],
    [['--port', ''], /^--port: the port is empty/],
    [['--port', 'sim'], /^--port sim is a new simulator, not the flashed board/],
    [['--wait', '3'], /^--wait and --baud need --port$/],
    [['--baud', '9600'], /^--wait and --baud need --port$/],
    [['--port', '/dev/ttyACM0', '--wait', '0'], /Give the seconds to wait: a number from 0.1 to 600/],
  ])('%j', async (argv, line) => {
    expect(await refused(2, image, '--to', boot, ...argv)).toMatch(line);
  });

  it('seconds to wait', () => {
    expect(['30', '2.5', '0.1', '600', '3s'].map(parseWaitMs)).toEqual([30_000, 2500, 100, 600_000, 3000]);
    for (const text of ['', '0', '601', '-1', '1e2', '3 s', '2min'])
      expect(() => parseWaitMs(text)).toThrow(/^Give the seconds/);
  });
});

describe('REQ-HST-107: a good image is copied whole', () => {
  it('to a boot volume, and says that its identity was not read back', async () => {
    const { exit, out, err } = await stimgate('flash', image, '--to', boot);
    expect([exit, err]).toEqual([0, '']);
    const copy = join(boot, basename(image));
    expect(readFileSync(copy).equals(WHOLE)).toBe(true);
    expect(out).toContain(`Copied to ${copy}: the board restarts with it.`);
    expect(out).toContain(hashOf('interlock').toString('hex'));
    expect(out).toContain('The identity was not read back: give --port <port>, or ask the board with');
  });

  it('to a folder, over an older one, and says that nothing is flashed by that', async () => {
    writeFileSync(join(folder, basename(image)), 'older');
    const { exit, out } = await stimgate('flash', image, '--to', folder);
    expect(exit).toBe(0);
    expect(readdirSync(folder)).toEqual([basename(image)]);
    expect(readFileSync(join(folder, basename(image))).equals(WHOLE)).toBe(true);
    expect(out).toContain(`${folder} is no boot volume: nothing is flashed by that.`);
  });

  it('as JSON; of another build with --any-build, which says so', async () => {
    const own = JSON.parse((await stimgate('flash', image, '--to', boot, '--json')).out);
    expect(own).toEqual({
      image: {
        path: image,
        base: FLASH_START,
        flashBytes: 20_224,
        interlock: hashOf('interlock').toString('hex'),
        stimulator: hashOf('stimulator').toString('hex'),
        isOfPackage: true,
      },
      copy: { path: join(boot, basename(image)), isConfirmed: true, isBootVolume: true },
      readBack: null,
    });
    const other = fileOf('other.uf2', imageFile(OTHER));
    const said = await stimgate('flash', other, '--to', boot, '--json', '--any-build');
    expect([said.exit, JSON.parse(said.out).image.isOfPackage]).toEqual([0, false]);
    expect(said.err).toBe(`stimgate: ${other} holds another build: not the interlock of this package\n`);
    const refusal = await stimgate('flash', other, '--to', boot, '--json');
    expect(JSON.parse(refusal.out)).toMatchObject({ exit: 2, error: expect.stringContaining('--any-build') });
  });
});

describe('REQ-HST-107: with --port the device has the last word', () => {
  async function served(device: EmbeddedDevice, port = 0): Promise<ServedTcp> {
    const server = await serve(device, { port, baud: 115_200 });
    closers.push(() => server.close());
    return server;
  }
  const simulated = async (): Promise<EmbeddedDevice> =>
    simulatedDevice(await madeSimulator({ seed: 1, trace: false }));
  const flash = (port: number, ...argv: string[]) =>
    stimgate('flash', image, '--to', boot, '--port', `tcp:127.0.0.1:${port}`, ...argv);

  it('one that runs the image', async () => {
    const { port } = await served(await simulated());
    const { exit, out, err } = await flash(port);
    expect([exit, err]).toEqual([0, '']);
    expect(out).toContain(`The device at tcp:127.0.0.1:${port} runs these binaries, as it says itself.`);
    const json = JSON.parse((await flash(port, '--json')).out);
    expect(json.readBack).toEqual({
      port: `tcp:127.0.0.1:${port}`,
      interlock: hashOf('interlock').toString('hex'),
      stimulator: hashOf('stimulator').toString('hex'),
    });
  });

  it('one that runs another, does not know, or is older', async () => {
    image = fileOf('other.uf2', imageFile(OTHER));
    const { port } = await served(await simulated());
    const other = await flash(port, '--any-build');
    expect(other.exit).toBe(3);
    expect(other.err).toContain(
      `does not run this image: the interlock there is ${hashOf('interlock').toString('hex', 0, 6)}… and not 070707070707…\n`,
    );
    image = fileOf('own.uf2', WHOLE);
    const device = new FakeDevice();
    const fake = await served(device);
    const unknown = await flash(fake.port);
    expect(unknown.exit).toBe(3);
    expect(unknown.err).toMatch(
      /the interlock and the stimulator there are unknown and not \w{12}…, unknown/,
    );
    device.refusals.set(Message.IDENTITY, [Status.UNKNOWN_MESSAGE, 0, 0, 0]);
    const older = await flash(fake.port);
    expect(older.exit).toBe(3);
    expect(older.err).toMatch(/does not know IDENTITY: another, older firmware runs on it\n$/);
  });

  it('one that never comes, and one that comes after a while', async () => {
    const { port, close } = await served(await simulated());
    await close();
    const never = await flash(port, '--wait', '0.3');
    expect(never.exit).toBe(3);
    expect(never.err).toMatch(
      /^stimgate: no device has answered within 0.3 s of the copy: cannot connect to/,
    );
    const device = new FakeDevice();
    device.identity = Uint8Array.from([...hashOf('interlock'), ...hashOf('stimulator')]);
    device.swallow = 5;
    expect((await flash((await served(device)).port)).exit).toBe(0);
    expect(device.requests.length).toBeGreaterThan(7);
  });

  it('one whose port is not there before it has started', async () => {
    const lines = [1, 2].map((n) => new LinkError('open', `not there ${n}`));
    const device = new FakeDevice();
    device.identity.fill(7);
    const open = async (): Promise<Transport> => {
      const missing = lines.shift();
      if (missing !== undefined) throw missing;
      return openEmbedded(device, 'port', 1_000_000);
    };
    const told = await readBack('port', open, { waitMs: 60_000 });
    expect(told).toEqual({ interlock: '07'.repeat(32), stimulator: '07'.repeat(32) });
    const misnamed = (): Promise<Transport> => Promise.reject(new TypeError('no port'));
    await expect(readBack('port', misnamed, { waitMs: 60_000 })).rejects.toThrow(TypeError);
  });

  it('Ctrl-C ends the waiting; the image stays', async () => {
    const device = new FakeDevice();
    device.instead = () => {
      interruptAll();
      return true;
    };
    const { port } = await served(device);
    for (const how of [[], ['--json']]) {
      const { exit, out, err } = await flash(port, ...how);
      expect(exit).toBe(130);
      expect(err).toBe('stimgate: interrupted: the image is copied, but the identity was not read back\n');
      if (how.length > 0) expect(JSON.parse(out)).toMatchObject({ exit: 130 });
      expect(readdirSync(boot)).toContain(basename(image));
    }
  });
});
