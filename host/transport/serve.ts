// A simulated device on a TCP port, its time paced to the wall's. One host at a time, as on a serial cable.

import { createServer, type Server, type Socket } from 'node:net';
import { ANOTHER_HOST, LinkError } from '../link/errors.ts';
import type { EmbeddedDevice } from './embedded.ts';
import { PacedDevice, type PaceOptions } from './paced.ts';

export interface ServeOptions extends PaceOptions {
  /** TCP port; 0 picks a free one. */
  readonly port: number;
  /** Address to listen on. Default 127.0.0.1: the link is not defended, so nobody else should reach it. */
  readonly host?: string;
}

/** A simulated device that others can reach. */
export interface Served {
  /** What a host calls its port. */
  readonly name: string;
  /** Resolves when it is closed; rejects when the simulator fails. */
  readonly ended: Promise<void>;
  /** Hangs up and stops. Harmless the second time. */
  close(): Promise<void>;
}

/** A simulated device that others reach over TCP. */
export interface ServedTcp extends Served {
  readonly host: string;
  readonly port: number;
}

/** Most that may wait for a host which does not read, bytes. */
const UNREAD_BYTES_MAX = 1_000_000;
/** A host that was turned away has this long to read why, ms. */
const FAREWELL_MS = 1000;

/**
 * Serves `device` on a TCP port until `close`.
 * @throws LinkError `open` where the port is taken or not permitted.
 */
export async function serve(device: EmbeddedDevice, options: ServeOptions): Promise<ServedTcp> {
  const host = options.host ?? '127.0.0.1';
  const server = createServer();
  await listening(server, options.port, host);
  const pace = new PacedDevice(device, options);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    meet(pace, socket);
  });
  server.on('error', (error) => pace.fail(error));
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= new Promise((resolve) => {
      pace.stop();
      for (const socket of sockets) socket.destroy();
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
  return { name: `tcp:${host}:${port}`, host, port, ended, close };
}

function meet(pace: PacedDevice, socket: Socket): void {
  const peer = `${socket.remoteAddress}:${socket.remotePort}`;
  socket.on('error', () => socket.destroy());
  if (pace.isTaken) {
    pace.log(`host ${peer} was turned away: ${ANOTHER_HOST}`);
    turnAway(socket);
    return;
  }
  pace.log(`host ${peer} connected`);
  socket.setNoDelay(true);
  socket.on('close', () => pace.log(`host ${peer} left`));
  pace.attach(socket, (bytes) => {
    if (socket.destroyed) return;
    socket.write(bytes);
    if (socket.writableLength <= UNREAD_BYTES_MAX) return;
    pace.log('the host does not read what the device sends: hung up');
    socket.destroy();
  });
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
