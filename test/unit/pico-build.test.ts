// The image for the Pico: what is in it, that it is made the same way every time, and what its build refuses.

import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bootCrc } from '../../firmware/boards/pico/build/crc.ts';
import { decodeUf2 } from '../../firmware/boards/pico/build/uf2.ts';
import { withStaticMemory } from '../../firmware/boards/pico/build/wasm2c.ts';
import * as pins from '../../sim/machine/pico/pins.ts';
import { describePico } from './fixtures/tools.ts';

const MAIN = resolve('dist/firmware/boards/pico/build/main.js');
const folder = mkdtempSync(join(tmpdir(), 'stimgate-pico-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A copy of what the image is made of, in a folder of another name and length. */
function sources(name: string): string {
  const copy = join(folder, name);
  for (const path of [
    'firmware',
    'asconfig.json',
    'package.json',
    'build/interlock.wasm',
    'build/stimulator.wasm',
  ])
    cpSync(path, join(copy, path), { recursive: true });
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
  return copy;
}

function build(cwd: string, args: string[] = [], env: NodeJS.ProcessEnv = process.env) {
  return spawnSync(process.execPath, [MAIN, ...args], { cwd, env, encoding: 'utf8' });
}

describe('the build of the image', () => {
  it('REQ-IMG-004: a missing compiler is one line that names the package, and leaves nothing', () => {
    const copy = sources('no-compiler');
    for (const end of ['uf2', 'json'])
      writeFileSync(join(copy, `build/stimgate-pico.${end}`), 'an older one');
    utimesSync(join(copy, 'build/stimgate-pico.uf2'), 0, 0);
    const { status, stderr, stdout } = build(copy, [], { PATH: '/nowhere' });
    expect(status).toBe(1);
    expect(`${stdout}${stderr}`.trim().split('\n')).toEqual([
      expect.stringMatching(/^arm-none-eabi-gcc is missing: install the Debian package gcc-arm-none-eabi/),
    ]);
    expect(readdirSync(join(copy, 'build')).filter((file) => file.startsWith('stimgate'))).toEqual([]);
    expect(build(copy, ['--if-possible'], { PATH: '/nowhere' }).status).toBe(0);
  });

  it('REQ-IMG-005: generated code of another form fails the build', () => {
    const accesses =
      '#define MEM_ADDR(mem, addr, n) &((mem)->data[addr])\nif (UNLIKELY(res > (mem)->size))\n' +
      '#define MEM_ADDR_MEMOP(mem, addr, n) MEM_ADDR(mem, addr, n)\n' +
      'x = i32_load_default32(&instance->w2c_memory, (u64)(var_i0) + 8u);\n';
    expect(withStaticMemory(accesses, 'm', 64)).toContain('i32_load_unchecked(0, AT(var_i0, 8u, 4u))');
    expect(() => withStaticMemory(accesses.replace('(u64)', '(u32)'), 'm', 64)).toThrow(/another form/);
    for (const [from, to] of [
      ['->size', '->bytes'],
      ['MEMOP(mem', 'MEMOP(m'],
    ])
      expect(() => withStaticMemory(accesses.replace(from, to), 'm', 64)).toThrow(/0 times/);
    expect(() => withStaticMemory(accesses, 'm', 8)).toThrow(/never fits/);
  });

  it('REQ-BRD-001: the simulator knows the pins by the numbers that the firmware has', () => {
    const header = readFileSync('firmware/boards/pico/pins.h', 'utf8');
    const defined = Object.fromEntries(
      [...header.matchAll(/^#define ((?:PIN|ADC)_\w+) (\d+)u$/gm)].map(([, name, number]) => [
        name,
        Number(number),
      ]),
    );
    expect(Object.keys(pins).length).toBeGreaterThan(15);
    expect(defined).toMatchObject(pins);
  });
});

describePico('the image', () => {
  it('REQ-IMG-003: two builds in two folders give the same bytes', () => {
    const copy = sources('a-folder-of-another-name');
    const { status, stderr } = build(copy);
    expect([status, stderr]).toEqual([0, '']);
    const [again, here] = [copy, '.'].map((at) => readFileSync(join(at, 'build/stimgate-pico.uf2')));
    expect(again.equals(here)).toBe(true);
  });

  it('REQ-IMG-006: it takes at most 48 KiB of flash and 24 KiB of RAM, and begins with a boot stage of the right CRC', () => {
    const { base, image } = decodeUf2(readFileSync('build/stimgate-pico.uf2'));
    const { sizes } = JSON.parse(readFileSync('build/stimgate-pico.json', 'utf8'));
    expect(base).toBe(0x1000_0000);
    expect(image.length).toBeLessThanOrEqual(48 * 1024);
    expect(sizes.ramBytes).toBeLessThanOrEqual(24 * 1024);
    const view = new DataView(image.buffer, image.byteOffset);
    expect(view.getUint32(252, true)).toBe(bootCrc(image.subarray(0, 252)));
    // The check value of this CRC, CRC-32/MPEG-2, in the catalogue of parametrised CRC algorithms.
    expect(bootCrc(new TextEncoder().encode('123456789'))).toBe(0x0376_e6e7);
  });
});
