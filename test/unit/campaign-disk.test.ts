// A campaign whose disk fills up while it runs: what had ended is kept, and it is gone on with once there is room.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { stimgate } from './fixtures/command.ts';

/** Lines that fit on the disk; the next one is cut short. */
const disk = vi.hoisted(() => ({ lines: Number.POSITIVE_INFINITY }));

vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>();
  const writeFileSync = (file: number | string, text: string): void => {
    if (disk.lines > 0) {
      if (typeof file === 'number') disk.lines--;
      fs.writeFileSync(file, text);
      return;
    }
    fs.writeFileSync(file, text.slice(0, text.length / 2));
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  };
  return { ...fs, writeFileSync };
});

const folder = mkdtempSync(join(tmpdir(), 'stimgate-disk-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('REQ-CMP-103 REQ-HST-103: a campaign that meets a full disk says what is kept, loses none of it and goes on', async () => {
  const plan = join(folder, 'small.json');
  writeFileSync(plan, JSON.stringify({ name: 'small', seed: 11, runs: 20, durationMs: 100 }));
  const into = (out: string, ...more: string[]) =>
    stimgate('campaign', plan, '--out', join(folder, out), '--jobs', '1', ...more);
  const records = (out: string) => readFileSync(join(folder, out, 'runs.jsonl'), 'utf8');
  const told = (out: string, file: string, runs: number) =>
    `stimgate: ${join(folder, out, file)}: no space is left on the disk: ${runs} of 20 runs are kept, --resume goes on\n`;
  expect((await into('whole')).exit).toBe(0);

  disk.lines = 7;
  const full = await into('cut');
  expect([full.exit, full.err]).toEqual([2, told('cut', 'runs.jsonl', 7)]);
  const kept = records('cut');
  expect(kept.split('\n')).toHaveLength(8);
  const still = await into('cut', '--resume');
  expect([still.exit, records('cut')]).toEqual([2, kept]);
  expect(readdirSync(join(folder, 'cut')).sort()).toEqual(['campaign.json', 'runs.jsonl']);

  disk.lines = 13;
  const ended = await into('cut', '--resume');
  expect([ended.exit, ended.err]).toEqual([2, told('cut', 'runs.jsonl.part', 20)]);

  disk.lines = Number.POSITIVE_INFINITY;
  expect((await into('cut', '--resume')).exit).toBe(0);
  expect(records('cut')).toBe(records('whole'));
}, 60_000);
