// A device behind a TCP port, such as the one that `stimgate sim --tcp` serves.

import { connect, type Socket } from 'node:net';
import { SerialPortStream } from '@serialport/stream';
import { LinkError } from '../link/errors.ts';
import { WallClock } from './clock.ts';
import { bindingOf, QueuedPort } from './queued-port.ts';
import { BAUD_DEFAULT } from './serial.ts';
import { closePort, opened, type Transport } from './transport.ts';

/** Longest wait for a connection, ms. */
const CONNECT_MS = 3000;
/** Longest wait for the other end to hang up as well, ms. */
const HANG_UP_MS = 200;

/**
 * Connects to `host`:`port`.
 * @throws LinkError `open` where nobody listens there, the name is unknown or nothing answers within 3 s.
 */
export async function openTcp(host: string, port: number): Promise<Transport> {
  const name = `tcp:${host}:${port}`;
  const binding = bindingOf(async (options) => {
    const socket = await connected(host, port, name);
    const queued = new QueuedPort(
      { write: (bytes) => send(socket, bytes), close: () => hungUp(socket) },
      options,
    );
    socket.on('data', (chunk) => queued.deliver(chunk));
    socket.on('error', (error) => queued.fail(error));
    socket.on('close', () => queued.fail(new Error('the other end hung up')));
    return queued;
  });
  const stream = new SerialPortStream({ binding, path: name, baudRate: BAUD_DEFAULT, autoOpen: false });
  await opened(stream);
  return { name, port: stream, clock: new WallClock(), close: () => closePort(stream) };
}

function connected(host: string, port: number, name: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true });
    const fail = (why: string, cause?: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(new LinkError('open', `cannot connect to ${name}: ${why}`, { cause }));
    };
    const timer = setTimeout(() => fail(`nothing answers within ${CONNECT_MS} ms`), CONNECT_MS);
    const refused = (error: NodeJS.ErrnoException): void => fail(reason(error, port), error);
    socket.once('error', refused);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', refused);
      resolve(socket);
    });
  });
}

function reason(error: NodeJS.ErrnoException, port: number): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return `nobody listens there; start a simulated device with "stimgate sim --tcp ${port}"`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'there is no host of that name';
    case 'ECONNRESET':
      return 'the other end broke the connection off';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'there is no way to that host';
    default:
      return error.message || String(error.code);
  }
}

/** Hangs up, and waits until the other end has seen it: a device that serves one host at a time is then free again. */
function hungUp(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) return resolve();
    const timer = setTimeout(() => socket.destroy(), HANG_UP_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.end();
    // What still comes must be read for the end of it to be seen.
    socket.resume();
  });
}

function send(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
