// The names of ports, and the in-memory port under serialport's stream.

import { SerialPortStream } from '@serialport/stream';
import { describe, expect, it } from 'vitest';
import { openTransport, tcpAddress } from '../../host/transport/open.ts';
import { bindingOf, QueuedPort } from '../../host/transport/queued-port.ts';
import { opened } from '../../host/transport/transport.ts';

describe('names of ports', () => {
  it.each([
    ['tcp:localhost:4000', { host: 'localhost', port: 4000 }],
    ['tcp:[::1]:4000', { host: '::1', port: 4000 }],
    ['tcp:10.0.0.7:1', { host: '10.0.0.7', port: 1 }],
  ])('%s', (name, address) => {
    expect(tcpAddress(name)).toEqual(address);
  });

  it.each([
    'tcp:',
    'tcp:4000',
    'tcp:host',
    'tcp:host:0',
    'tcp:host:65536',
    'tcp:host:4000x',
    'tcp:a:b:1',
    '',
  ])('"%s" is refused in words', async (name) => {
    await expect(openTransport(name)).rejects.toThrow(/tcp:<host>:<port>/);
  });

  it('a baud rate must be a whole number', async () => {
    await expect(openTransport('/dev/null', { baud: 0.5 })).rejects.toThrow(/baud 0.5 is not a rate/);
  });
});

describe('the in-memory port', () => {
  async function pair(): Promise<{ far: QueuedPort; near: SerialPortStream; written: number[] }> {
    const written: number[] = [];
    let far: QueuedPort | undefined;
    const binding = bindingOf((options) => {
      far = new QueuedPort({ write: (bytes) => void written.push(...bytes) }, options);
      return far;
    });
    const near = new SerialPortStream({ binding, path: 'memory', baudRate: 9600, autoOpen: false });
    await opened(near);
    return { far: far as QueuedPort, near, written };
  }

  it('carries bytes both ways, in order, larger than one read', async () => {
    const { far, near, written } = await pair();
    const sent = Uint8Array.from({ length: 200_000 }, (_, i) => i & 0xff);
    const got: Buffer[] = [];
    near.on('data', (chunk: Buffer) => got.push(chunk));
    far.deliver(sent);
    near.write(Buffer.from([1, 2, 3]));
    while (Buffer.concat(got).length < sent.length) await new Promise((resolve) => setImmediate(resolve));
    expect(Buffer.concat(got).equals(sent)).toBe(true);
    expect(written).toEqual([1, 2, 3]);
    near.close();
  });

  it('closing with a read under way is not a disconnection, and the port opens again', async () => {
    const { near } = await pair();
    near.resume();
    const close = new Promise((resolve) => near.once('close', resolve));
    near.close();
    expect(await close).toBeNull();
    await opened(near);
    expect(near.isOpen).toBe(true);
    near.close();
  });

  it('when the far side fails, what it had sent is still read', async () => {
    const { far, near } = await pair();
    const got: number[] = [];
    near.on('data', (chunk: Buffer) => got.push(...chunk));
    const close = new Promise<Error>((resolve) => near.once('close', resolve));
    far.deliver(Uint8Array.of(7, 8));
    far.fail(new Error('gone'));
    expect((await close).message).toBe('gone');
    expect(got).toEqual([7, 8]);
  });
});
