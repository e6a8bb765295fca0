// The line over TCP: a served device, one host at a time, and peers that misbehave.

import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Event } from '../../firmware/wire.ts';
import { Stimulator } from '../../host/device/stimulator.ts';
import { LinkError } from '../../host/link/errors.ts';
import { encodeFrame } from '../../host/link/frame.ts';
import { type ServedTcp, serve } from '../../host/transport/serve.ts';
import { openTcp } from '../../host/transport/tcp.ts';
import { FakeDevice } from './fixtures/fake-device.ts';

const closers: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function served(device = new FakeDevice(), log: string[] = []): Promise<ServedTcp> {
  const server = await serve(device, { port: 0, baud: 1_000_000, log: (line) => log.push(line) });
  closers.push(() => server.close());
  return server;
}

async function connect(port: number, options = {}): Promise<Stimulator> {
  const stim = await Stimulator.connect(await openTcp('127.0.0.1', port), options);
  closers.push(() => stim.close());
  return stim;
}

/** A server that treats each connection as `greet` says. */
async function peer(greet: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => {});
    closers.push(() => socket.destroy());
    greet(socket);
  });
  closers.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}

async function failure(promise: Promise<unknown>): Promise<LinkError> {
  return promise.then(
    () => Promise.reject(new Error('it did not fail')),
    (error) => error,
  );
}

describe('a served device', () => {
  it('answers, and its time keeps pace with the wall', async () => {
    const { port } = await served();
    const stim = await connect(port);
    const before = await stim.status();
    const wallMs = performance.now();
    await stim.transport.clock.sleep(200);
    const passedUs = (await stim.status()).clockUs - before.clockUs;
    const wallUs = (performance.now() - wallMs) * 1000;
    expect(passedUs).toBeGreaterThan(150_000);
    expect(passedUs).toBeLessThan(wallUs + 50_000);
  });

  it('turns a second host away and takes it when the first has left', async () => {
    const log: string[] = [];
    const { port } = await served(new FakeDevice(), log);
    const first = await connect(port);
    const error = await failure(connect(port));
    expect(error).toMatchObject({ fault: 'busy' });
    expect(error.message).toMatch(
      /^another host is connected to the simulated device at tcp:127\.0\.0\.1:\d+/,
    );
    expect(log.some((line) => /^host .* was turned away: another host is connected$/.test(line))).toBe(true);
    await first.status();
    await first.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await (await connect(port)).status();
  });

  it('holds back a host that floods the line, and still answers it', async () => {
    const { port } = await served();
    const stim = await connect(port, { timeoutMs: 3000 });
    stim.transport.port.write(Buffer.alloc(60_000, 0x55));
    stim.transport.port.write(Buffer.from([0]));
    await stim.status();
  });

  it('a port that is taken is one clear line', async () => {
    const { port } = await served();
    const error = await failure(serve(new FakeDevice(), { port, baud: 1_000_000 }));
    expect(error.message).toBe(`cannot listen on 127.0.0.1:${port}: it is in use by another program`);
  });

  it('a simulator that fails ends the service and hangs up', async () => {
    const device = new FakeDevice();
    const server = await served(device);
    const stim = await connect(server.port);
    const lost = new Promise((resolve) => stim.once('lost', resolve));
    device.advance = () => {
      throw new Error('access to 0x10 is not modelled');
    };
    await expect(server.ended).rejects.toThrow('not modelled');
    expect(await lost).toMatchObject({ fault: 'closed' });
  });
});

describe('a peer that misbehaves', () => {
  it('nobody listens', async () => {
    const { port, close } = await served();
    await close();
    const error = await failure(openTcp('127.0.0.1', port));
    expect(error.message).toMatch(
      /^cannot connect to tcp:127\.0\.0\.1:\d+: nobody listens there; start a simulated/,
    );
  });

  it('talks garbage', async () => {
    const port = await peer((socket) => socket.on('data', () => socket.write(Buffer.alloc(500, 0xc3))));
    const error = await failure(connect(port, { timeoutMs: 50, retries: 1 }));
    expect(error).toMatchObject({ fault: 'garbage' });
    expect(error.message).toMatch(/sent \d+ bytes but no valid frame/);
  });

  it('greets as another service and hangs up', async () => {
    const port = await peer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'));
    const error = await failure(connect(port));
    expect(error.message).toMatch(/it is not a Stimgate device: it said "HTTP\/1\.1 400 Bad Request"$/);
  });

  it('closes in the middle of a frame', async () => {
    const frame = encodeFrame({
      version: 1,
      type: 0x81,
      session: 0,
      sequence: 0,
      payload: new Uint8Array(8),
    });
    const port = await peer((socket) => socket.once('data', () => socket.end(frame.subarray(0, 9))));
    const error = await failure(connect(port));
    expect(error).toMatchObject({ fault: 'closed' });
    expect(error.message).toMatch(
      /was closed in the middle of a frame \(after 9 bytes of it\): the other end hung up$/,
    );
  });

  it('says nothing', async () => {
    const port = await peer(() => {});
    const error = await failure(connect(port, { timeoutMs: 50, retries: 0 }));
    expect(error.message).toMatch(
      /^the device at tcp:.* did not answer HELLO within 50 ms: check that it is powered/,
    );
  });

  it('resets the connection while a request is under way', async () => {
    const device = new FakeDevice();
    const server = await served(device);
    const stim = await connect(server.port);
    device.instead = () => true;
    const lost = new Promise((resolve) => stim.once('lost', resolve));
    const waiting = failure(stim.status());
    setTimeout(() => server.close(), 20);
    expect(await waiting).toMatchObject({ fault: 'closed' });
    expect(await lost).toBeInstanceOf(LinkError);
    expect(await failure(stim.status())).toMatchObject({ fault: 'closed' });
  });

  it('floods the host with events that make no sense', async () => {
    const junk = encodeFrame({
      version: 1,
      type: Event.DELIVERED,
      session: 9,
      sequence: 0,
      payload: new Uint8Array(40),
    });
    const port = await peer((socket) => {
      const timer = setInterval(() => socket.write(Buffer.concat(new Array(100).fill(junk))), 1);
      socket.on('close', () => clearInterval(timer));
    });
    const error = await failure(connect(port, { timeoutMs: 50, retries: 1 }));
    expect(error).toMatchObject({ fault: 'timeout' });
  });
});
