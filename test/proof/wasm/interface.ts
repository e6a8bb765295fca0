// Segregation (IEC 62304 5.3.5): what each module can reach, read from the shipped binaries. The interlock has its six imports and
// its own memory; the stimulator has eight calls of the interlock and four of the HAL. Judges interfaces only, never a body.
import { RefusedBinary, type ValueType, type WasmImport, type WasmModule } from './module.ts';

/** Number of i32 parameters, and whether an i32 comes back: nothing else crosses a boundary. */
type Signature = readonly [params: number, result: 'i32' | null];

const INTERLOCK_IMPORTS: ReadonlyMap<string, Signature> = new Map([
  ['hal.clock_us', [0, 'i32']],
  ['hal.sense', [1, 'i32']],
  ['hal.segment_room', [0, 'i32']],
  ['hal.segment', [10, null]],
  ['hal.off', [0, null]],
  ['hal.heartbeat', [0, null]],
]);

const STIMULATOR_IMPORTS: ReadonlyMap<string, Signature> = new Map([
  ['interlock.request', [10, 'i32']],
  ['interlock.stop', [1, 'i32']],
  ['interlock.arm', [0, 'i32']],
  ['interlock.clear', [0, 'i32']],
  ['interlock.lower_limit', [3, 'i32']],
  ['interlock.raise_limit', [3, 'i32']],
  ['interlock.reading', [1, 'i32']],
  ['interlock.status', [0, 'i32']],
  ['hal.clock_us', [0, 'i32']],
  ['hal.uart_read', [0, 'i32']],
  ['hal.uart_write', [1, 'i32']],
  ['hal.identity', [1, 'i32']],
]);

/** The calls that the laws are proven for: there must be no other way in. */
const INTERLOCK_CALLS: readonly string[] = [
  'boot',
  'poll',
  'request',
  'stop',
  'arm',
  'clear',
  'lower_limit',
  'raise_limit',
  'reading',
  'status',
];

/** The static block of memory that holds all mutable state (L14). */
const BLOCK_ADDRESS = 16;
const BLOCK_BYTES = 688;

/** The claims of segregation that do not hold for the interlock, a line each; empty where all hold. */
export function checkInterlock(module: WasmModule): string[] {
  return [
    ...importDifferences(module, INTERLOCK_IMPORTS),
    ...callDifferences(module),
    ...otherExportDifferences(module),
    ...stateDifferences(module),
    ...dataDifferences(module),
  ].map((difference) => `the interlock ${difference}`);
}

/** The claims of segregation that do not hold for the stimulator, a line each; empty where all hold. */
export function checkStimulator(module: WasmModule): string[] {
  return importDifferences(module, STIMULATOR_IMPORTS).map((difference) => `the stimulator ${difference}`);
}

/** How many differences a refusal names: one module given for another differs in all. */
const NAMED_DIFFERENCES = 2;

/**
 * Throws RefusedBinary for a file that the prover cannot take for an interlock: it calls what has no model, or lacks a call that a
 * law speaks of. An interlock that breaks segregation in any other way is taken, and fails `checkInterlock`.
 */
export function requireInterlock(module: WasmModule, fileName: string): void {
  const differences = [...foreignImports(module, INTERLOCK_IMPORTS), ...missingCalls(module)];
  if (differences.length === 0) return;
  const first = differences.slice(0, NAMED_DIFFERENCES).join(' and ');
  throw new RefusedBinary(
    `${fileName} is not an interlock: it ${first}; give the prover build/interlock.wasm.`,
  );
}

function importDifferences(module: WasmModule, expected: ReadonlyMap<string, Signature>): readonly string[] {
  const present = new Set(module.imports.map((each) => each.path));
  const missing = [...expected.keys()].filter((path) => !present.has(path));
  return [...foreignImports(module, expected), ...missing.map((path) => `does not import ${path}`)];
}

/** Imports that are not expected, or not as expected. */
function foreignImports(module: WasmModule, expected: ReadonlyMap<string, Signature>): readonly string[] {
  const differences: string[] = [];
  for (const each of module.imports) {
    const signature = expected.get(each.path);
    if (each.kind !== 'function') differences.push(`imports the ${each.kind} ${each.path}`);
    else if (signature === undefined) differences.push(`imports ${each.path}`);
    else if (!hasSignature(each, signature)) {
      differences.push(`imports ${each.path} as ${signatureText(each.params, each.result)}`);
    }
  }
  return differences;
}

function hasSignature(found: WasmImport, [params, result]: Signature): boolean {
  return (
    found.result === result && found.params.length === params && found.params.every((type) => type === 'i32')
  );
}

function signatureText(params: readonly ValueType[], result: ValueType | null): string {
  return `(${params.join(', ')}) → ${result ?? 'nothing'}`;
}

function missingCalls(module: WasmModule): readonly string[] {
  const present = new Set(module.exports.filter((each) => each.kind === 'function').map((each) => each.name));
  return INTERLOCK_CALLS.filter((name) => !present.has(name)).map((name) => `exports no function ${name}`);
}

/** Exported functions: exactly the calls, none of them an import that is handed on. */
function callDifferences(module: WasmModule): readonly string[] {
  const differences = [...missingCalls(module)];
  const imported = new Map(module.imports.map((each) => [each.name, each.path]));
  for (const { name, target } of module.exports.filter((each) => each.kind === 'function')) {
    const handedOn = imported.get(target);
    if (handedOn !== undefined) differences.push(`hands ${handedOn} on as its export ${name}`);
    else if (!INTERLOCK_CALLS.includes(name)) differences.push(`exports the function ${name}`);
  }
  return differences;
}

/** Other exports: its memory as `memory`, and globals with a value that nothing can change. */
function otherExportDifferences(module: WasmModule): readonly string[] {
  const differences: string[] = [];
  for (const { name, kind } of module.exports) {
    if (kind === 'table') differences.push(`exports the table ${name}`);
    if (kind === 'memory' && name !== 'memory') differences.push(`exports its memory as ${name}`);
    if (kind === 'global' && !module.constants.has(name)) {
      differences.push(`exports the global ${name}, which is not an i32 constant`);
    }
  }
  if (!module.exports.some((each) => each.kind === 'memory' && each.name === 'memory')) {
    differences.push('exports no memory');
  }
  return differences;
}

/** What could hold state, or run, beside the memory block and the calls. */
function stateDifferences(module: WasmModule): readonly string[] {
  const { memory, tables, mutableGlobals } = module;
  const differences: string[] = [];
  if (module.hasStart) differences.push('has a start function');
  if (tables > 0) differences.push(`has ${tables} table(s)`);
  if (mutableGlobals > 0) differences.push(`has ${mutableGlobals} mutable global(s)`);
  if (memory === null) differences.push('has no memory of its own');
  else if (memory.initial !== 1 || memory.maximum !== 1) {
    differences.push(`has a memory of ${memory.initial} to ${memory.maximum} pages, not exactly 1`);
  }
  return differences;
}

/** Before the first call the block is all zero, which its parity word refuses; data elsewhere is never loaded. */
function dataDifferences(module: WasmModule): readonly string[] {
  const differences: string[] = [];
  for (const [address, bytes] of module.data) {
    const inBlock = bytes.subarray(
      Math.max(0, BLOCK_ADDRESS - address),
      Math.max(0, BLOCK_ADDRESS + BLOCK_BYTES - address),
    );
    if (inBlock.some((byte) => byte !== 0)) {
      differences.push(
        `writes its state block before the first call: ${bytes.length} bytes of data from address ${address}`,
      );
    }
  }
  return differences;
}
