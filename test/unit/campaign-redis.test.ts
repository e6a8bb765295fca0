// Campaigns on workers behind a Redis: killed workers, a restarted Redis, one that is not there. Needs redis-server for all but
// the last.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { shownUrl } from '../../host/campaign/queue.ts';
import { stimgate } from './fixtures/command.ts';
import { isWanted } from './fixtures/tools.ts';

const folder = mkdtempSync(join(tmpdir(), 'stimgate-redis-'));
const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

const hasRedis = isWanted('redis-server');
const leftOut = hasRedis ? '' : ' (left out: install the Debian package redis-server)';
const WAIT_MS_MAX = 120_000;

function start(command: string, ...argv: string[]): ChildProcess {
  const child = spawn(command, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  return child;
}

const command = (...argv: string[]) => start(process.execPath, 'dist/host/cli/main.js', ...argv);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A Redis that keeps its log in the test's folder, so that it can be restarted. */
async function startRedis(port: number): Promise<ChildProcess> {
  const argv = [
    '--port',
    String(port),
    '--dir',
    folder,
    '--appendonly',
    'yes',
    '--appendfsync',
    'always',
    '--save',
    '',
  ];
  const redis = start('redis-server', ...argv);
  let said = '';
  redis.stdout?.on('data', (text) => {
    said += text;
  });
  await until(() => said.includes('Ready to accept connections'));
  return redis;
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + WAIT_MS_MAX;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('it did not come about');
    await sleep(20);
  }
}

function lines(path: string): number {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;
}

describe('workers behind a Redis', () => {
  it.runIf(hasRedis)(
    `REQ-CMP-108: workers are killed and Redis is restarted, and the records are those of one process${leftOut}`,
    async () => {
      const plan = join(folder, 'plan.json');
      writeFileSync(
        plan,
        JSON.stringify({
          name: 'far',
          seed: 5,
          runs: 1200,
          durationMs: 200,
          faults: { none: 1, 'byte-loss': 1, overheating: 1 },
        }),
      );
      const port = await freePort();
      const url = `redis://127.0.0.1:${port}`;
      const redis = await startRedis(port);
      const doomed = command('worker', '--redis', url, '--jobs', '1');
      const workers = [command('worker', '--redis', url, '--jobs', '1')];
      const campaign = command('campaign', plan, '--redis', url, '--out', join(folder, 'far'));
      const ended = once(campaign, 'exit');
      const runs = join(folder, 'far', 'runs.jsonl');
      await until(() => lines(runs) > 0);
      doomed.kill('SIGKILL');
      const before = lines(runs);
      await until(() => lines(runs) > before);
      redis.kill('SIGTERM');
      await once(redis, 'exit');
      const again = await startRedis(port);
      workers.push(command('worker', '--redis', url, '--jobs', '1'));
      // What ends too early has not been through all this.
      expect(lines(runs)).toBeLessThan(1200);
      expect((await ended)[0]).toBe(0);
      expect((await stimgate('campaign', plan, '--jobs', '1', '--out', join(folder, 'near'))).exit).toBe(0);
      const near = readFileSync(join(folder, 'near', 'runs.jsonl'), 'utf8');
      expect(near.split('\n')).toHaveLength(1201);
      expect(readFileSync(runs, 'utf8') === near).toBe(true);
      const exits = workers.map((worker) => once(worker, 'exit'));
      for (const worker of workers) worker.kill('SIGINT');
      expect((await Promise.all(exits)).map(([exit]) => exit)).toEqual([130, 130]);
      again.kill('SIGTERM');
    },
    300_000,
  );

  it('REQ-CMP-108 REQ-HST-103: a Redis that is not there, and an address that is none, are one line', async () => {
    const port = await freePort();
    const url = `redis://user:secret@127.0.0.1:${port}`;
    for (const argv of [['campaign', 'quick', '--out', join(folder, 'none')], ['worker']]) {
      const { exit, out, err } = await stimgate(...argv, '--redis', url);
      expect([exit, out]).toEqual([3, '']);
      expect(err).toBe(`stimgate: redis://user:***@127.0.0.1:${port}: no Redis answers there\n`);
      const bad = await stimgate(...argv, '--redis', 'localhost:6379');
      expect(bad.exit).toBe(2);
      expect(bad.err).toMatch(/^stimgate: --redis: ".*" is not (an address of )?a Redis; give .*\n$/);
    }
    expect(shownUrl('redis://localhost:6379')).toBe('redis://localhost:6379');
  }, 30_000);
});
