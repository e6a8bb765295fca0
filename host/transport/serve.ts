// A simulated device on a TCP port, its time paced to the wall's. One host at a time, as on a serial cable.

import { createServer, type Server, type Socket } from 'node:net';
import { ANOTHER_HOST, LinkError } from '../link/errors.ts';
import type { EmbeddedDevice } from './embedded.ts';

export interface ServeOptions {
  /** TCP port; 0 picks a free one. */
  readonly port: number;
  /** Address to listen on. Default 127.0.0.1: the link is not defended, so nobody else should reach it. */
  readonly host?: string;
  /** Rate of the device's line, which also bounds what is taken from the host. */
  readonly baud: number;
  /** Takes one line about each host that comes or goes. */
  log?(line: string): void;
}

export interface Served {
  readonly host: string;
  readonly port: number;
  /** Resolves when it is closed; rejects when the simulator fails. */
  readonly ended: Promise<void>;
  /** Hangs up and stops. Harmless the second time. */
  close(): Promise<void>;
}

/** Period of the pacing, ms. */
const TICK_MS = 1;
/** Longest that one tick may simulate, ms of the wall: the process stays responsive. */
const TICK_BUDGET_MS = 50;
/** Simulated time that is further behind than this is given up, µs. */
const LAG_US_MAX = 500_000;
/** Most that may wait for a host which does not read, bytes. */
const UNREAD_BYTES_MAX = 1_000_000;
/** A host that sends faster than the line is held back when this much is under way, µs of line time. */
const LINE_US_MAX = 200_000;
/** A host that was turned away has this long to read why, ms. */
const FAREWELL_MS = 1000;

/**
 * Serves `device` until `close`.
 * @throws LinkError `open` where the port is taken or not permitted.
 */
export async function serve(device: EmbeddedDevice, options: ServeOptions): Promise<Served> {
  const host = options.host ?? '127.0.0.1';
  const server = createServer();
  await listening(server, options.port, host);
  const pace = new PacedDevice(device, options);
  const timer = setInterval(() => pace.tick(), TICK_MS);
  server.on('connection', (socket) => pace.meet(socket));
  server.on('error', (error) => pace.fail(error));
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= new Promise((resolve) => {
      clearInterval(timer);
      pace.hangUp();
      server.close(() => resolve());
    });
    return closing;
  };
  const ended = new Promise<void>((resolve, reject) => {
    server.on('close', resolve);
    pace.failed = (error) => {
      reject(error);
      void close();
    };
  });
  ended.catch(() => {});
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return { host, port, ended, close };
}

/** The device, its pace and its one host. */
class PacedDevice {
  failed: (error: Error) => void = () => {};
  readonly #device: EmbeddedDevice;
  readonly #options: ServeOptions;
  readonly #sockets = new Set<Socket>();
  #guest: Socket | undefined;
  /** Wall time at which simulated time was 0, µs. */
  #originUs: number;
  /** When the line to the device has carried all that the host has sent, simulated µs. */
  #lineFreeUs = 0;
  #slipped = false;

  constructor(device: EmbeddedDevice, options: ServeOptions) {
    this.#device = device;
    this.#options = options;
    this.#originUs = wallUs() - device.nowUs();
  }

  meet(socket: Socket): void {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
    if (this.#guest !== undefined) {
      this.#log(`host ${peer} was turned away: ${ANOTHER_HOST}`);
      turnAway(socket);
      return;
    }
    this.#guest = socket;
    this.#log(`host ${peer} connected`);
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#take(socket, chunk));
    socket.on('close', () => {
      this.#guest = undefined;
      this.#log(`host ${peer} left`);
    });
  }

  /** Brings simulated time up to the wall's. */
  tick(): void {
    try {
      const targetUs = Math.floor(wallUs() - this.#originUs);
      const sent: Uint8Array[] = [];
      const endUs = wallUs() + TICK_BUDGET_MS * 1000;
      while (this.#device.nowUs() < targetUs && wallUs() < endUs) sent.push(this.#device.advance(targetUs));
      this.#slip(targetUs - this.#device.nowUs());
      this.#give(Buffer.concat(sent));
    } catch (error) {
      this.fail(error as Error);
    }
  }

  fail(error: Error): void {
    this.#log(`the simulated device failed: ${error.message}`);
    this.failed(error);
  }

  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #take(socket: Socket, chunk: Uint8Array): void {
    this.tick();
    const nowUs = this.#device.nowUs();
    this.#lineFreeUs = Math.max(nowUs, this.#lineFreeUs) + (chunk.length * 10_000_000) / this.#options.baud;
    this.#device.receive(chunk);
    if (this.#lineFreeUs - nowUs < LINE_US_MAX) return;
    socket.pause();
    setTimeout(() => socket.resume(), (this.#lineFreeUs - nowUs) / 1000);
  }

  #give(bytes: Uint8Array): void {
    const guest = this.#guest;
    if (guest === undefined || bytes.length === 0 || guest.destroyed) return;
    guest.write(bytes);
    if (guest.writableLength <= UNREAD_BYTES_MAX) return;
    this.#log('the host does not read what the device sends: hung up');
    guest.destroy();
  }

  #slip(lagUs: number): void {
    if (lagUs < LAG_US_MAX) return;
    this.#originUs += lagUs;
    if (!this.#slipped) this.#log('this machine is too slow for real time: the simulated device lags behind');
    this.#slipped = true;
  }

  #log(line: string): void {
    this.#options.log?.(line);
  }
}

/** Says why, and keeps reading until the host has gone: closing on unread bytes could lose the words. */
function turnAway(socket: Socket): void {
  socket.end(`stimgate: ${ANOTHER_HOST}\n`);
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), FAREWELL_MS);
  socket.on('close', () => clearTimeout(timer));
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const refused = (error: NodeJS.ErrnoException): void => {
      const why =
        error.code === 'EADDRINUSE'
          ? 'it is in use by another program'
          : error.code === 'EACCES'
            ? 'it takes more rights than this user has (use one above 1023)'
            : error.message;
      reject(new LinkError('open', `cannot listen on ${host}:${port}: ${why}`, { cause: error }));
    };
    server.once('error', refused);
    server.listen(port, host, () => {
      server.off('error', refused);
      resolve();
    });
  });
}

function wallUs(): number {
  return performance.now() * 1000;
}
