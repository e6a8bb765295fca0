// From a wasm module to C that a Cortex-M0+ runs about as fast as C written by hand. wasm2c addresses memory through a
// pointer in a structure and checks bounds in 64 bits; here the memory is a static array of a known size, so that both
// become constants. REQ-IMG-005: every edit must hit, a wasm2c that writes something else fails the build instead of slipping through.

import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The generated C does not look as this build expects it. */
export class GeneratedCodeError extends Error {}

/** The module `name` of build/ as C, and the header that declares its exports, into `folder`. */
export function runWasm2c(name: string, folder: string): { source: string; header: string } {
  const wabt = dirname(createRequire(import.meta.url).resolve('wabt/package.json'));
  const source = join(folder, `${name}.c`);
  execFileSync(process.execPath, [
    join(wabt, 'bin', 'wasm2c'),
    `build/${name}.wasm`,
    '-n',
    name,
    '-o',
    source,
  ]);
  return { source, header: join(folder, `${name}.h`) };
}

const BYTES_OF = { 8: 1, 16: 2, 32: 4 } as const;

/** Bytes that a load or store of this name reaches. */
function accessBytes(operation: string): number {
  const narrow = /(?:load|store)(8|16|32)/.exec(operation);
  if (narrow !== null) return BYTES_OF[Number(narrow[1]) as keyof typeof BYTES_OF];
  return operation.startsWith('i64') ? 8 : 4;
}

/** Replaces the one place where `from` stands. */
function replaceOnce(text: string, from: string, to: string): string {
  const parts = text.split(from);
  if (parts.length !== 2)
    throw new GeneratedCodeError(`wasm2c has written "${from}" ${parts.length - 1} times, not once`);
  return parts.join(to);
}

/**
 * The C of module `name` with a static memory of `memoryBytes`: the last whole access reads, one past it traps, and so does
 * an address that only wraps into the memory.
 */
export function withStaticMemory(c: string, name: string, memoryBytes: number): string {
  const memory = `${name}_memory`;
  const at =
    `static uint8_t ${memory}[${memoryBytes}] __attribute__((aligned(8)));\n` +
    `#define MEM_ADDR(mem, addr, n) (&${memory}[(uint32_t)(addr)])\n` +
    // REQ-BRD-006: the base is compared with the last one that this access may have: no sum, so nothing that could wrap.
    // Memory and offset come first: of a base that changes, both are one constant.
    `#define AT(base, offset, bytes) ((uint32_t)(LIKELY((uint32_t)(base) <= ${memoryBytes}u - (bytes) - (offset)) ? ` +
    `(uint32_t)(uintptr_t)(${memory} + (offset)) + (uint32_t)(base) : TRAP(OOB)))`;
  let text = replaceOnce(c, '#define MEM_ADDR(mem, addr, n) &((mem)->data[addr])', at);
  // What reaches a load or a store is an address of AT.
  const access = '#define MEM_ADDR_MEMOP(mem, addr, n)';
  text = replaceOnce(text, `${access} MEM_ADDR(mem, addr, n)`, `${access} ((void *)(uintptr_t)(addr))`);
  text = replaceOnce(text, 'if (UNLIKELY(res > (mem)->size))', `if (UNLIKELY(res > ${memoryBytes}u))`);
  // A load whose value is not used need not happen: its check stands in front of it.
  for (const kind of ['INT', 'FLOAT'])
    text = text.replaceAll(
      new RegExp(`#define FORCE_READ_${kind}\\(var\\) .*`, 'g'),
      `#define FORCE_READ_${kind}(var)`,
    );
  return withCheckedAccesses(text, memoryBytes);
}

function withCheckedAccesses(c: string, memoryBytes: number): string {
  const access =
    /\b(i(?:32|64)_(?:load|store)\w*?)_default32\(&instance->w2c_memory, \(u64\)\((\w+)\)(?: \+ (\d+)u?)?/g;
  const text = c.replace(access, (_, operation: string, base: string, offset = '0') => {
    const bytes = accessBytes(operation);
    if (Number(offset) + bytes > memoryBytes)
      throw new GeneratedCodeError(
        `an access at offset ${offset} never fits the memory of ${memoryBytes} bytes`,
      );
    return `${operation}_unchecked(0, AT(${base}, ${offset}u, ${bytes}u)`;
  });
  const missed = /_default32\(&[^\n]*/.exec(text);
  if (missed !== null)
    throw new GeneratedCodeError(`wasm2c has written an access of another form: ${missed[0]}`);
  return text;
}
