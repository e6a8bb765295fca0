// Values of options, exit codes, and errors as one line.

import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { Status } from '../../firmware/status.ts';
import { Field } from '../../firmware/wire.ts';
import { parseBaud, parseDurationMs, parsePairs, parseSeed, parseTcpPort } from '../../host/cli/arguments.ts';
import { Exit, endingOf, UsageError } from '../../host/cli/exit.ts';
import { paintFor } from '../../host/cli/terminal.ts';
import { traceFiles } from '../../host/cli/trace-files.ts';
import { DeviceError, LinkError } from '../../host/link/errors.ts';
import { TherapyError } from '../../host/therapy/problem.ts';

describe('REQ-HST-103: arguments', () => {
  it.each([
    ['2s', 2000],
    ['500ms', 500],
    ['1min', 60_000],
    ['1.5h', 5_400_000],
  ])('a time: %s', (text, ms) => expect(parseDurationMs(text)).toBe(ms));

  it.each(['2', 's', '-1s', '0ms', '25h', '1 s 2', '1e3s', ''])('no time: %j', (text) => {
    expect(() => parseDurationMs(text)).toThrow(/^Give a time/);
  });

  it('whole numbers in their ranges', () => {
    expect([parseSeed('0'), parseSeed('4294967295'), parseTcpPort('0'), parseBaud('115200')]).toEqual([
      0, 4294967295, 0, 115200,
    ]);
    for (const text of ['-1', '4294967296', '1.5', '0x10', '', ' 1'])
      expect(() => parseSeed(text)).toThrow(/^Give a seed/);
    expect(() => parseTcpPort('65536')).toThrow('from 0 to 65535');
  });

  it('pairs of electrodes', () => {
    expect(parsePairs('E1-E2, e3-case')).toEqual([
      { plus: 'E1', minus: 'E2' },
      { plus: 'E3', minus: 'CASE' },
    ]);
    for (const text of ['E1', 'E1-E1', 'E17-E1', 'E1-E2-E3', ''])
      expect(() => parsePairs(text)).toThrow(/not two electrodes/);
  });

  it('trace files carry the name of their therapy where there are several', () => {
    expect(traceFiles({ vcd: 'out/a.vcd', vcdLogic: 'b' }, undefined).map((file) => file.path)).toEqual([
      'out/a.vcd',
      'b',
    ]);
    expect(traceFiles({ vcd: 'out/a.vcd' }, 'x/tonic.json')).toEqual([
      { path: 'out/a-tonic.vcd', logicOnly: false },
    ]);
  });

  it('colours only on a terminal and never with NO_COLOR', () => {
    const before = process.env.NO_COLOR;
    try {
      delete process.env.NO_COLOR;
      expect(paintFor({ isTTY: false })('bold', 'x')).toBe('x');
      process.env.NO_COLOR = '1';
      expect(paintFor({ isTTY: true })('bold', 'x')).toBe('x');
    } finally {
      if (before === undefined) delete process.env.NO_COLOR;
      else process.env.NO_COLOR = before;
    }
  });
});

describe('REQ-HST-103: every error ends with its code and without a stack trace', () => {
  const refusal = { code: Status.PHASE_WIDTH, field: Field.PHASE, nearest: [10, 10] as const };
  it.each([
    [new TherapyError('a.json', [{ field: 'x', message: 'is wrong' }]), Exit.MISUSE, 'a.json: x: is wrong'],
    [new UsageError('no'), Exit.MISUSE, 'no'],
    [new LinkError('timeout', 'no answer'), Exit.DEVICE, 'no answer'],
    [new DeviceError(refusal, 'area 0'), Exit.DEVICE, /nearest 10 µs/],
    [Object.assign(new Error('x'), { code: 'EACCES', path: '/x/y' }), Exit.MISUSE, '/x/y: no permission'],
    [new CommanderError(0, 'commander.help', 'help'), Exit.HOLDS, ''],
    [new CommanderError(1, 'commander.unknownOption', 'error: x'), Exit.MISUSE, 'x'],
    [new Error('boom\n  at there'), Exit.DEVICE, 'internal error: boom (STIMGATE_DEBUG=1 shows where)'],
    [undefined, Exit.DEVICE, /^internal error: undefined/],
  ])('%s', (error, exit, message) => {
    const ending = endingOf(error);
    expect(ending.exit).toBe(exit);
    if (typeof message === 'string') expect(ending.message).toBe(message);
    else expect(ending.message).toMatch(message);
    expect(ending.message).not.toMatch(/\n\s+at /);
  });
});
