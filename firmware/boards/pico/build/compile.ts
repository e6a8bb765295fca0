// Runs the cross compiler over the board's C and the generated C, and links the image.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** The cross compiler is missing, or found something wrong. */
export class CompilerError extends Error {}

const GCC = 'arm-none-eabi-gcc';
// REQ-IMG-004
const MISSING = `${GCC} is missing: install the Debian package gcc-arm-none-eabi (apt-get install gcc-arm-none-eabi)`;

const FLAGS = [
  ...['-mcpu=cortex-m0plus', '-mthumb', '-O2', '-std=gnu11', '-ffreestanding'],
  ...['-ffunction-sections', '-fdata-sections', '-fno-common', '-fno-tree-loop-distribute-patterns'],
];
/** The board's own sources are held to more than the generated ones, whose unused parts would drown everything. */
const STRICT = [
  '-Wall',
  '-Wextra',
  '-Werror',
  '-Wshadow',
  '-Wconversion',
  '-Wno-sign-conversion',
  '-Wno-override-init',
];
const GENERATED = ['-w'];

/** Runs a tool of the cross compiler and gives what it prints. Throws CompilerError. */
export function runTool(tool: string, args: readonly string[]): string {
  try {
    return execFileSync(tool, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: string };
    if (code === 'ENOENT') throw new CompilerError(MISSING);
    throw new CompilerError(`${tool} failed:\n${stderr ?? String(error)}`);
  }
}

/** Throws CompilerError with what to install where there is no cross compiler. */
export function requireCompiler(): void {
  runTool(GCC, ['--version']);
}

/** Compiles one source into `folder` and gives the object's path. `includes`: where headers are looked for. */
export function compile(
  source: string,
  folder: string,
  includes: readonly string[],
  isGenerated: boolean,
): string {
  const object = `${folder}/${basename(source).replace(/\.[cS]$/, '.o')}`;
  const where = includes.map((include) => `-I${include}`);
  runTool(GCC, [...FLAGS, ...(isGenerated ? GENERATED : STRICT), ...where, '-c', source, '-o', object]);
  return object;
}

/** Links objects by the linker script into an ELF file. */
export function link(objects: readonly string[], script: string, elf: string): void {
  const options = [
    '-nostdlib',
    '-Wl,--gc-sections',
    '-Wl,--build-id=none',
    '-Wl,--no-warn-rwx-segments',
    `-T${script}`,
  ];
  runTool(GCC, ['-mcpu=cortex-m0plus', '-mthumb', ...options, ...objects, '-lgcc', '-o', elf]);
}

/** What of an ELF file lies in flash, by way of the file `binary`. */
export function flashOf(elf: string, binary: string): Uint8Array {
  const omitted = ['.bss', '.stack', '.ring'].flatMap((section) => ['-R', section]);
  runTool('arm-none-eabi-objcopy', ['-O', 'binary', ...omitted, elf, binary]);
  return new Uint8Array(readFileSync(binary));
}

/** Addresses of the symbols of an ELF file, by name. */
export function symbolsOf(elf: string): Record<string, number> {
  const symbols: Record<string, number> = {};
  for (const line of runTool('arm-none-eabi-nm', [elf]).split('\n')) {
    const [address, , name] = line.split(' ');
    // Mapping symbols ($t, $d) come many times and name nothing.
    if (name !== undefined && !name.startsWith('$')) symbols[name] = Number.parseInt(address, 16);
  }
  return symbols;
}
