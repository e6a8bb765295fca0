// A simulated device on a real serial port: what the line does when it is pulled, shared, noisy or at another rate.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StopReason } from '../../firmware/status.ts';
import { deliver } from '../../host/cli/deliver.ts';
import { decodeEvent, type StateEvent } from '../../host/device/messages.ts';
import { reconnect } from '../../host/device/reconnect.ts';
import { Stimulator } from '../../host/device/stimulator.ts';
import { LinkError } from '../../host/link/errors.ts';
import { FrameParser } from '../../host/link/parser.ts';
import { loadPreset } from '../../host/therapy/presets.ts';
import { servePty } from '../../host/transport/pty.ts';
import { openSerial } from '../../host/transport/serial.ts';
import type { Served } from '../../host/transport/serve.ts';
import { madeSimulator, simulatedDevice } from '../../host/transport/simulator.ts';
import type { Simulator } from '../../sim/index.ts';
import { itWith } from '../unit/fixtures/tools.ts';

const TONIC = loadPreset('tonic');
const BAUD = 115_200;

let folder = '';
let link = '';
let served: Served | undefined;
const said: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stimgate-pty-'));
  link = join(folder, 'stim');
  said.length = 0;
});
afterEach(async () => {
  await served?.close();
  served = undefined;
  rmSync(folder, { recursive: true });
});

/** Calls that wait for a state that the device tells of, whoever listens on the line. */
const watchers = new Set<(state: StateEvent) => void>();

async function serving(): Promise<Simulator> {
  const simulator = await madeSimulator({ seed: 1, trace: false });
  const parser = new FrameParser();
  const device = simulatedDevice(simulator, (byte) => {
    for (const frame of parser.push(Uint8Array.of(byte))) {
      const told = decodeEvent(frame);
      if (told?.name === 'state') for (const watcher of watchers) watcher(told.event);
    }
  });
  served = await servePty(device, { link, baud: BAUD, log: (line) => said.push(line) });
  return simulator;
}

/** The next state of the device that `isIt`. */
function watched(isIt: (state: StateEvent) => boolean): Promise<StateEvent> {
  return new Promise((resolve) => {
    const watcher = (state: StateEvent): void => {
      if (!isIt(state)) return;
      watchers.delete(watcher);
      resolve(state);
    };
    watchers.add(watcher);
  });
}

/** What a process has said when it has ended, and its exit code. */
async function ended(child: ChildProcess): Promise<{ out: string; exit: number | null }> {
  let out = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  const [exit] = await once(child, 'close');
  return { out, exit };
}

/** Kills the socat that holds the port: the cable is pulled out. */
function unplug(): void {
  expect(spawnSync('pkill', ['-9', '-f', `PTY,link=${link},`]).status).toBe(0);
}

const failure = (work: Promise<unknown>): Promise<LinkError> =>
  work.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: LinkError) => {
      expect(error).toBeInstanceOf(LinkError);
      return error;
    },
  );

describe('REQ-HST-120: a simulated device on a serial port', () => {
  itWith('socat', 'is driven through the binding of a real port, one host at a time', async () => {
    await serving();
    const stim = await Stimulator.connect(await openSerial(link));
    expect(stim.info.board).toBe('simulator');
    expect((await failure(openSerial(link))).message).toBe(
      `${link} is in use by another program: close it first`,
    );
    await stim.close();
    const again = await Stimulator.connect(await openSerial(link));
    expect((await again.status()).therapy).toBe('IDLE');
    await again.close();
    await served?.close();
    expect(existsSync(link)).toBe(false);
  });

  itWith('socat', 'what its host left unread does not confuse the next one', async () => {
    await serving();
    const first = await openSerial(link);
    const stim = await Stimulator.connect(first);
    await stim.erase(0);
    await stim.setArea(0, 0, TONIC.areas[0]);
    await stim.setAmplitude(0, 0, 1000);
    await stim.start(0, { mode: 'free-running' });
    await stim.waitFor('delivered', 3000);
    // Half a frame, and gone.
    first.port.write(Buffer.from([7, 1, 2, 3]));
    await first.close();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const next = await Stimulator.connect(await openSerial(link));
    expect((await next.status()).therapy).toBe('STIMULATING');
    await next.estop();
    await next.close();
  });

  itWith('socat', 'at another rate nothing is understood, and the server says so', async () => {
    await serving();
    const connecting = Stimulator.connect(await openSerial(link, 9600), { timeoutMs: 100, retries: 1 });
    expect((await failure(connecting)).message).toMatch(
      /did not answer HELLO .* at this baud rate|baud rate is right/,
    );
    expect(said).toEqual([
      "the host's rate is 9600 baud and the device's 115200: neither can read the other",
    ]);
    // The rate is asked for again when the line has been silent.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const odd = Stimulator.connect(await openSerial(link, 250_000), { timeoutMs: 100, retries: 1 });
    expect((await failure(odd)).fault).toBe('timeout');
    expect(said[1]).toMatch(/^the host's rate is no standard one and the device's 115200: /);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const right = await Stimulator.connect(await openSerial(link));
    await right.close();
  });

  itWith(
    'python3',
    'a client that was written from the protocol page alone starts and stops it',
    async () => {
      await serving();
      const { out, exit } = await ended(spawn('python3', ['test/hil/session.py', link]));
      expect([out, exit]).toEqual([`25 pulses, ended with reason ${StopReason.STOP}\n`, 0]);
    },
    'python3 (and socat)',
  );

  itWith('socat', 'a host that dies while it stimulates: clinic mode ends by itself', async () => {
    await serving();
    const arguments_ = ['dist/host/cli/main.js', 'run', 'tonic', '--port', link, '--for', '30s'];
    const host = spawn(process.execPath, arguments_);
    const dead = ended(host);
    await watched(({ therapy }) => therapy === 'STIMULATING');
    const over = watched(({ therapy }) => therapy === 'IDLE');
    host.kill('SIGKILL');
    await dead;
    expect((await over).reason).toBe('LINK_LOSS');
    const stim = await Stimulator.connect(await openSerial(link));
    expect(await stim.status()).toMatchObject({ therapy: 'IDLE', stopReason: 'LINK_LOSS' });
    await stim.close();
  });

  it('a path that is taken, or no socat, is one line', async () => {
    const device = simulatedDevice(await madeSimulator({ seed: 1, trace: false }));
    writeFileSync(link, '');
    const taken = await failure(servePty(device, { link, baud: BAUD }));
    expect(taken.message).toBe(`${link} exists already: name a path that does not`);
    symlinkSync(join(folder, 'future'), `${link}3`);
    const promised = await failure(servePty(device, { link: `${link}3`, baud: BAUD }));
    expect(promised.message).toBe(`${link}3 exists already: name a path that does not`);
    const nowhere = await failure(servePty(device, { link: `${folder}/none/port`, baud: BAUD }));
    expect(nowhere.message).toBe(`there is no folder ${folder}/none for ${folder}/none/port: make it first`);
    for (const bad of [`${link},mode=0666`, `${link}"`, `${link}!!x`, `${link}${'/a'.repeat(1000)}`])
      await expect(servePty(device, { link: bad, baud: BAUD })).rejects.toThrow(TypeError);
    const path = process.env.PATH;
    process.env.PATH = '/nowhere';
    try {
      const missing = await failure(servePty(device, { link: `${link}2`, baud: BAUD }));
      expect(missing.message).toMatch(
        /^a serial port for the simulator needs socat: install the Debian package socat/,
      );
    } finally {
      process.env.PATH = path;
    }
  });
});

describe('REQ-HST-121: a line that is pulled out in the middle of a frame', () => {
  itWith('socat', 'comes back with what was lost, and nothing is sent twice', async () => {
    await serving();
    const transport = await openSerial(link);
    const stim = await Stimulator.connect(transport);
    const lost = new Promise((resolve) => stim.once('lost', resolve));
    await stim.erase(0);
    await stim.setArea(0, 0, TONIC.areas[0]);
    await stim.setAmplitude(0, 0, 1000);
    await stim.start(0, { mode: 'free-running' });
    await stim.waitFor('delivered', 3000);
    await stim.status();
    const raised = stim.setAmplitude(0, 0, 1200);
    unplug();
    expect((await failure(raised)).fault).toBe('closed');
    await lost;
    const { stimulator, outage } = await reconnect(stim, () => openSerial(link));
    expect(outage).toMatchObject({ unanswered: 'SET_AMPLITUDE', wasReset: false });
    expect(outage.status.therapy).toBe('STIMULATING');
    expect(outage.pulsesUntold).toBeGreaterThanOrEqual(0);
    // It took effect or it did not; it was not done by reconnecting.
    expect([1000, 1200]).toContain((await stimulator.area(0, 0)).amplitudeUa);
    await stimulator.estop();
    await stimulator.close();
    expect(said).toContain(`${link} was unplugged: it is made anew`);
  });

  itWith('socat', 'a device that is reset meanwhile is known for one', async () => {
    const simulator = await serving();
    const stim = await Stimulator.connect(await openSerial(link));
    await stim.erase(0);
    await stim.status();
    simulator.faults.inject({ kind: 'brown-out', durationUs: 1000 });
    expect((await failure(stim.status())).fault).toBe('reset');
    const { stimulator, outage } = await reconnect(stim, () => openSerial(link));
    expect(outage).toMatchObject({ wasReset: true, pulsesUntold: undefined });
    await stimulator.close();
  });

  itWith('socat', 'noise on the line costs retries, and nothing is done twice', async () => {
    const simulator = await serving();
    const { rxNoise, txNoise } = simulator.board.uart;
    rxNoise.corruptPpm = 5000;
    txNoise.lossPpm = 5000;
    const options = { timeoutMs: 150, retries: 20 };
    const stim = await Stimulator.connect(await openSerial(link), options);
    await stim.setArea(0, 0, TONIC.areas[0]);
    for (let n = 1; n <= 15; n++) expect(await stim.setAmplitude(0, 0, 40 * n)).toBe(40 * n);
    rxNoise.corruptPpm = 0;
    txNoise.lossPpm = 0;
    const status = await stim.status();
    expect(status.framesDamaged + status.framesValid).toBeGreaterThan(18);
    expect((await stim.area(0, 0)).amplitudeUa).toBe(600);
    await stim.close();
  });

  itWith('socat', 'a run ends with what is known, and the output off', async () => {
    await serving();
    const transport = await openSerial(link);
    const reopen = () => openSerial(link);
    const onProgress = (text: string): void => {
      if (text.includes('stimulating, 0.3')) unplug();
    };
    const options = { therapy: TONIC, file: 'tonic', forMs: 2000, seed: undefined, reopen, onProgress };
    const never = new AbortController().signal;
    const error = await failure(deliver(transport, { ...options, signal: never }));
    expect(error.message).toMatch(
      /^the line to \S+ was closed: .*; the line came back after \d\.\d s; .*ESTOP was answered: the output is off$/,
    );
    const after = await Stimulator.connect(await openSerial(link));
    expect((await after.status()).therapy).toBe('IDLE');
    await after.close();
  });
});
