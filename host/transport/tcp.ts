// A device behind a TCP port, such as the one that `stimgate sim --tcp` serves.

import { connect, type Socket } from 'node:net';
import { SerialPortStream } from '@serialport/stream';
import { LinkError } from '../link/errors.ts';
import { WallClock } from './clock.ts';
import { bindingOf, QueuedPort } from './queued-port.ts';
import { closePort, opened, type Transport } from './transport.ts';

/** Longest wait for a connection, ms. */
const CONNECT_MS = 3000;

/**
 * Connects to `host`:`port`.
 * @throws LinkError `open` where nobody listens there, the name is unknown or nothing answers within 3 s.
 */
export async function openTcp(host: string, port: number): Promise<Transport> {
  const name = `tcp:${host}:${port}`;
  const binding = bindingOf(async (options) => {
    const socket = await connected(host, port, name);
    const queued = new QueuedPort(
      { write: (bytes) => send(socket, bytes), close: () => void socket.destroy() },
      options,
    );
    socket.on('data', (chunk) => queued.deliver(chunk));
    socket.on('error', (error) => queued.fail(error));
    socket.on('close', () => queued.fail(new Error('the other end hung up')));
    return queued;
  });
  const stream = new SerialPortStream({ binding, path: name, baudRate: 1, autoOpen: false });
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
    default:
      return error.message || String(error.code);
  }
}

function send(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
