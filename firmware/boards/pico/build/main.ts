// `npm run build:pico`: build/stimgate-pico.uf2 from the two shipped wasm modules, and build/stimgate-pico.json, which says
// where everything lies in it. REQ-IMG-003: two builds of the same sources give the same bytes. `--if-possible`: without a cross compiler
// it says so and is content.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { CompilerError, compile, flashOf, link, requireCompiler, symbolsOf } from './compile.ts';
import { constantsHeader } from './constants.ts';
import { bootCrc } from './crc.ts';
import { encodeIdentity } from './identity.ts';
import { memoryBytes } from './memory.ts';
import { seal } from './seal.ts';
import { encodeUf2, wholePages } from './uf2.ts';
import { runWasm2c, withStaticMemory } from './wasm2c.ts';

const MODULES = ['interlock', 'stimulator'] as const;
const BOARD = 'firmware/boards/pico';
const FOLDER = 'build/pico';
const IMAGE = 'build/stimgate-pico.uf2';
const MAP = 'build/stimgate-pico.json';
const FLASH_BASE = 0x1000_0000;
const BOOT2_BYTES = 256;

const wasmHash = (name: string): Buffer =>
  createHash('sha256')
    .update(readFileSync(`build/${name}.wasm`))
    .digest();

/** Whether the image is newer than everything that it is made of. */
function isBuilt(): boolean {
  if (![IMAGE, MAP].every((file) => existsSync(file))) return false;
  const sources = readdirSync(BOARD, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.md'))
    .map((entry) => `${entry.parentPath}/${entry.name}`);
  const newest = [...sources, ...MODULES.map((name) => `build/${name}.wasm`), 'firmware/board.ts'];
  const changedMs = Math.max(...newest.map((file) => statSync(file).mtimeMs));
  return [IMAGE, MAP].every((file) => statSync(file).mtimeMs > changedMs);
}

/** A module's C with its memory in it, in FOLDER. */
async function generate(name: string): Promise<{ source: string; bytes: number }> {
  const bytes = await memoryBytes(name, FOLDER);
  const { source } = runWasm2c(name, FOLDER);
  writeFileSync(source, withStaticMemory(readFileSync(source, 'utf8'), name, bytes));
  return { source, bytes };
}

/** identity.c: the marker that `stimgate flash` looks for, and the hashes of both modules behind it. */
function writeIdentity(): string {
  const record = Buffer.from(encodeIdentity(wasmHash('interlock'), wasmHash('stimulator')));
  const words = Array.from(
    { length: record.length / 4 },
    (_, i) => `0x${record.readUInt32LE(4 * i).toString(16)}`,
  );
  const source = `${FOLDER}/identity.c`;
  const text = [
    '#include <stdint.h>',
    `__attribute__((section(".identity"), used)) const uint32_t identity_record[${words.length}] = {${words.join(', ')}};`,
    '',
  ];
  writeFileSync(source, text.join('\n'));
  return source;
}

/** The image as it lies in flash, with the CRC that the boot ROM asks of its first 256 bytes, and sealed. */
function imageOf(elf: string): Uint8Array {
  const image = wholePages(flashOf(elf, `${FOLDER}/image.bin`));
  new DataView(image.buffer).setUint32(BOOT2_BYTES - 4, bootCrc(image.subarray(0, BOOT2_BYTES - 4)), true);
  seal(image);
  return image;
}

async function build(): Promise<void> {
  // Where it fails, an older image must not be taken for it (REQ-IMG-004).
  for (const file of [IMAGE, MAP]) rmSync(file, { force: true });
  requireCompiler();
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}/constants.h`, constantsHeader());
  const generated = await Promise.all(MODULES.map(generate));
  const own = readdirSync(BOARD).filter((file) => /\.[cS]$/.test(file));
  const includes = [`${BOARD}/runtime`, BOARD, FOLDER];
  const objects = [
    ...generated.map(({ source }) => compile(source, FOLDER, includes, true)),
    compile(writeIdentity(), FOLDER, includes, true),
    ...[...own.map((file) => `${BOARD}/${file}`), `${BOARD}/runtime/string.c`].map((source) =>
      compile(source, FOLDER, includes, false),
    ),
  ];
  const elf = `${FOLDER}/stimgate-pico.elf`;
  link(objects, `${BOARD}/link.ld`, elf);
  const image = imageOf(elf);
  const symbols = symbolsOf(elf);
  writeFileSync(IMAGE, encodeUf2(image, FLASH_BASE));
  const memories = Object.fromEntries(MODULES.map((name, i) => [name, generated[i].bytes]));
  const sizes = { flashBytes: image.length, ramBytes: symbols.bss_end - 0x2000_0000, memories };
  writeFileSync(MAP, `${JSON.stringify({ sizes, symbols }, null, 1)}\n`);
  console.log(`${IMAGE}: ${sizes.flashBytes} bytes of flash, ${sizes.ramBytes} bytes of RAM`);
}

try {
  if (!isBuilt()) await build();
} catch (error) {
  const isOptional = process.argv.includes('--if-possible') && error instanceof CompilerError;
  console.error(error instanceof Error ? error.message : String(error));
  if (isOptional) console.error('The image for the Pico is not built; what needs it is left out.');
  process.exitCode = isOptional ? 0 : 1;
}
