// The process that holds one Z3: it answers the scripts that arrive over IPC, one after the other, until its parent ends it.
// It must never decide anything itself: it hands back Z3's own words, and the parent reads them.
// Argument: the memory that Z3 may take, in MB.

import { Worker } from 'node:worker_threads';
import { init } from 'z3-solver';
import type { FromProcess, ToProcess } from './messages.ts';

/** What Z3 may allocate, in MB; beyond it Z3 ends itself with this status. */
const [, , MEMORY_MB_MAX] = process.argv;
const OUT_OF_MEMORY = 101;

/** The part of the Emscripten module that z3-solver leaves untyped. */
interface Heap {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(address: number): void;
  _Z3_eval_smtlib2_string(context: number, text: number): number;
  UTF8ToString(address: number): string;
}

type Api = Awaited<ReturnType<typeof init>>;

// A script that is being solved blocks this thread, so a parent that died would not be noticed: this thread notices.
const WATCH_PARENT = `
const parent = process.ppid;
setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL'); }, 2000).unref();
require('node:worker_threads').parentPort.on('message', () => {});
`;

/**
 * Keeps what the WebAssembly table's `get` answered. z3-solver is built with assertions on, which look up again every function
 * that is called with exceptions possible: more than a quarter of all the time that Z3 took.
 */
function rememberTable(): void {
  const { get, set } = WebAssembly.Table.prototype;
  let table: WebAssembly.Table | null = null;
  let entries: unknown[] = [];
  WebAssembly.Table.prototype.get = function (index) {
    if (this !== table) {
      table = this;
      entries = [];
    }
    entries[index] ??= get.call(this, index);
    return entries[index];
  };
  WebAssembly.Table.prototype.set = function (index, value) {
    if (this === table) entries[index] = undefined;
    set.call(this, index, value);
  };
}

/**
 * Has Z3 read a text. Not z3-solver's own eval_smtlib2_string: that one hands the text to another thread on a stack which
 * is already used again when the thread reads it, and now and then Z3 saw a text that nobody wrote.
 */
function evaluate(heap: Heap, context: number, text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  const address = heap._malloc(bytes.length + 1);
  if (address === 0) throw new Error('no memory for the script');
  heap.HEAPU8.set(bytes, address);
  heap.HEAPU8[address + bytes.length] = 0;
  try {
    return heap.UTF8ToString(heap._Z3_eval_smtlib2_string(context, address)).trim();
  } finally {
    heap._free(address);
  }
}

/** A script in a context of its own, so that no script sees what another left; the context's memory is given back. */
function answer(api: Api, { id, script, effort, afterSat }: ToProcess): FromProcess {
  const { Z3 } = api;
  const heap = api.em as Heap;
  const startedMs = performance.now();
  const config = Z3.mk_config();
  const context = Z3.mk_context(config);
  Z3.del_config(config);
  const context0 = context as unknown as number;
  // The limit outlives a context: it is set for every script.
  evaluate(heap, context0, `(set-option :rlimit ${effort})`);
  const output = evaluate(heap, context0, script);
  let details = '';
  if (output === 'sat') details = afterSat === '' ? '' : evaluate(heap, context0, afterSat);
  if (output === 'unknown') details = evaluate(heap, context0, '(get-info :reason-unknown)');
  Z3.del_context(context);
  const ms = performance.now() - startedMs;
  return { kind: 'answer', id, output, details, ms, residentMb: process.memoryUsage.rss() / 2 ** 20 };
}

const send = (message: FromProcess): void => {
  process.send?.(message);
};

new Worker(WATCH_PARENT, { eval: true }).unref();
// z3-solver's own threads keep node alive: leave with the parent.
process.on('disconnect', () => process.exit(0));
rememberTable();
const api = await init();
api.Z3.global_param_set('memory_max_size', MEMORY_MB_MAX);
process.on('message', (message: ToProcess) => {
  try {
    send(answer(api, message));
  } catch (error) {
    // What throws here is Z3's heap gone or its stack at the end: nothing in this process can be trusted after it.
    const isMemory = (error as { status?: number }).status === OUT_OF_MEMORY;
    const reason = isMemory ? `more than ${MEMORY_MB_MAX} MB of memory` : String(error).split('\n', 1)[0];
    const broken: FromProcess = { kind: 'broken', id: message.id, reason };
    process.send?.(broken, () => process.exit(1));
  }
});
send({ kind: 'ready', version: api.Z3.get_full_version().replace(/^Z3 /, '') });
