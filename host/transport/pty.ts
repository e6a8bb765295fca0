// A simulated device on a pseudo terminal: a serial port to every program, made by socat. A host may open and close it as it
// likes; while nobody does, what the device sends gathers for whoever comes, as far as there is room, and is then lost.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, lstatSync, readlinkSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { Duplex } from 'node:stream';
import { LinkError } from '../link/errors.ts';
import type { EmbeddedDevice } from './embedded.ts';
import { PacedDevice, type PaceOptions } from './paced.ts';
import type { Served } from './serve.ts';
import { readAtRate } from './wrong-rate.ts';

export interface PtyOptions extends PaceOptions {
  /** Where the port is to appear: a path that does not exist. */
  readonly link: string;
}

/** socat makes the port within this time, ms. */
const READY_MS = 3000;
const READY_LOOK_MS = 5;
/** The host's rate is asked for again when its last bytes are older than this, ms. */
const RATE_OLD_MS = 200;
const LINK_LENGTH_MAX = 1000;
/** A port that was taken away is tried again so often, with so long between, ms. */
const AGAIN_MAX = 20;
const AGAIN_MS = 100;
/** Rates that a terminal can tell; any other it tells as 0. */
const STANDARD_RATES = [
  50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200,
  230_400, 460_800, 500_000, 576_000, 921_600, 1_000_000, 1_152_000, 1_500_000, 2_000_000, 2_500_000,
  3_000_000, 3_500_000, 4_000_000,
];
/** More than this unread and what the device sends is lost, bytes. */
const UNREAD_BYTES_MAX = 4096;

/**
 * Serves `device` on a pseudo terminal at `link` until `close`. If the terminal is taken away (socat killed), that is an
 * unplugged cable: it is made anew.
 * @throws LinkError `open` where socat is missing or the link cannot be made; TypeError for a path that socat cannot take.
 */
export async function servePty(device: EmbeddedDevice, options: PtyOptions): Promise<Served> {
  requirePlain(options.link);
  const pty = new Pty(options);
  await pty.open();
  const pace = new PacedDevice(device, options);
  pty.plugInto(pace);
  return { name: options.link, ended: pty.ended, close: () => pty.close() };
}

class Pty {
  readonly ended: Promise<void>;
  readonly #options: PtyOptions;
  #socat: ChildProcess | undefined;
  #pace: PacedDevice | undefined;
  #closing = false;
  #end: (error?: Error) => void = () => {};

  constructor(options: PtyOptions) {
    this.#options = options;
    this.ended = new Promise((resolve, reject) => {
      this.#end = (error) => (error === undefined ? resolve() : reject(error));
    });
    this.ended.catch(() => {});
  }

  /** Starts socat and waits until the port is there. */
  async open(): Promise<void> {
    const { link } = this.#options;
    removeDangling(link);
    const folder = dirname(link);
    if (!existsSync(folder))
      throw new LinkError('open', `there is no folder ${folder} for ${link}: make it first`);
    if (isThere(link)) throw new LinkError('open', `${link} exists already: name a path that does not`);
    // In a group of its own: a Ctrl-C of the terminal is not for it.
    const socat = spawn('socat', ['-', `PTY,link=${link},rawer`], {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    this.#socat = socat;
    let said = '';
    socat.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const failed = new Promise<never>((_, reject) => {
      socat.once('error', (error) => reject(missing(error)));
      socat.once('exit', () => reject(new LinkError('open', `cannot make ${link}: ${lastWords(said)}`)));
    });
    failed.catch(() => {});
    try {
      await Promise.race([failed, appeared(link)]);
    } catch (error) {
      socat.kill();
      throw error;
    }
  }

  /** The same after the port was taken away, which may happen again meanwhile. */
  async #openAgain(): Promise<void> {
    for (let left = AGAIN_MAX; ; left--) {
      try {
        return await this.open();
      } catch (error) {
        if (left === 0 || this.#closing) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }

  /** Connects the port with the device, and again whenever it has been taken away. */
  plugInto(pace: PacedDevice): void {
    this.#pace = pace;
    pace.failed = (error) => {
      this.#end(error);
      void this.close();
    };
    this.#plug(pace);
  }

  #plug(pace: PacedDevice): void {
    const socat = this.#socat as ChildProcess;
    const line = new PtyLine(socat, this.#options, pace);
    pace.attach(line, (bytes) => line.give(bytes));
    socat.once('exit', () => {
      line.destroy();
      if (this.#closing) return;
      const { link } = this.#options;
      pace.log(`${link} was unplugged: it is made anew`);
      this.#openAgain().then(
        () => this.#plug(pace),
        (error: Error) => {
          if (!this.#closing) pace.fail(error);
        },
      );
    });
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#pace?.stop();
    const socat = this.#socat;
    if (socat !== undefined && socat.exitCode === null && socat.signalCode === null) {
      const gone = new Promise((resolve) => socat.once('exit', resolve));
      socat.kill();
      await gone;
    }
    removeDangling(this.#options.link);
    this.#end();
  }
}

/** The bytes of a pseudo terminal, as they come through at the rates of both ends. */
class PtyLine extends Duplex {
  readonly #socat: ChildProcess;
  readonly #options: PtyOptions;
  readonly #pace: PacedDevice;
  #hostBaud: number;
  #askedMs = Number.NEGATIVE_INFINITY;

  constructor(socat: ChildProcess, options: PtyOptions, pace: PacedDevice) {
    super();
    this.#socat = socat;
    this.#options = options;
    this.#pace = pace;
    this.#hostBaud = options.baud;
    socat.stdin?.on('error', () => {});
    socat.stdout?.on('data', (chunk: Buffer) => void this.#take(chunk));
  }

  /** What the device sends. */
  give(bytes: Uint8Array): void {
    const { stdin } = this.#socat;
    if (stdin === null || stdin.destroyed || stdin.writableLength > UNREAD_BYTES_MAX) return;
    stdin.write(readAtRate(bytes, this.#options.baud, this.#hostBaud));
  }

  override _read(): void {
    this.#socat.stdout?.resume();
  }

  async #take(chunk: Buffer): Promise<void> {
    const { stdout } = this.#socat;
    if (performance.now() - this.#askedMs > RATE_OLD_MS) {
      stdout?.pause();
      await this.#askRate();
      stdout?.resume();
    }
    this.#askedMs = performance.now();
    if (!this.push(readAtRate(chunk, this.#hostBaud, this.#options.baud))) stdout?.pause();
  }

  /** Asks the terminal for the rate that the host has set; 0: another than any standard one. Where that is not permitted the rates are taken as equal. */
  async #askRate(): Promise<void> {
    const { link, baud } = this.#options;
    const told = await rateOf(link).catch(() => baud);
    const hostBaud = told === 0 && !STANDARD_RATES.includes(baud) ? baud : told;
    const rate = hostBaud === 0 ? 'no standard one' : `${hostBaud} baud`;
    if (hostBaud !== this.#hostBaud && hostBaud !== baud)
      this.#pace.log(`the host's rate is ${rate} and the device's ${baud}: neither can read the other`);
    this.#hostBaud = hostBaud;
  }
}

function rateOf(link: string): Promise<number> {
  return new Promise((resolve, reject) => {
    execFile('stty', ['-F', link, 'speed'], (error, stdout) => {
      const rate = Number.parseInt(stdout, 10);
      if (error !== null || Number.isNaN(rate)) reject(error ?? new Error('no rate'));
      else resolve(rate);
    });
  });
}

/** socat takes these for its own syntax. */
function requirePlain(link: string): void {
  if (/[,!"'`\\()[\]{}]/.test(link))
    throw new TypeError(`--pty ${link}: a path without , ! quotes, brackets or \\`);
  if (link.length > LINK_LENGTH_MAX)
    throw new TypeError(`--pty: a path of at most ${LINK_LENGTH_MAX} characters`);
}

/** Whether there is anything, a link that leads nowhere included. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** A link that an earlier port has left behind. */
function removeDangling(link: string): void {
  try {
    if (lstatSync(link).isSymbolicLink() && readlinkSync(link).startsWith('/dev/pts/') && !existsSync(link))
      rmSync(link);
  } catch {
    // There is none.
  }
}

async function appeared(link: string): Promise<void> {
  const endMs = performance.now() + READY_MS;
  while (!existsSync(link)) {
    if (performance.now() > endMs)
      throw new LinkError('open', `socat has not made ${link} within ${READY_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, READY_LOOK_MS));
  }
}

function missing(cause: Error): LinkError {
  const message =
    'a serial port for the simulator needs socat: install the Debian package socat, or use --tcp';
  return new LinkError('open', message, { cause });
}

/** The last thing that socat said, without its date and process. */
function lastWords(said: string): string {
  const line = said.trimEnd().split('\n').at(-1) ?? '';
  return line.replace(/^.*socat\[\d+\] \w /, '') || 'socat ended';
}
