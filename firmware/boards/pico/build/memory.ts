// How much linear memory a module's static data takes: V8 gives it a page of 64 KiB, the board only what is used.

import { readFileSync, writeFileSync } from 'node:fs';

/** A second entry that makes the compiler say where static data ends; it has none of its own. */
const ASKING = 'export function heapBase(): usize {\n  return __heap_base;\n}\n';

/**
 * Bytes from address 0 to the end of the module's static data, up to a multiple of 8. The compiler knows the end and the
 * optimiser folds it away, so the sources are compiled once more without it, by the same configuration.
 * Throws Error where the compiler no longer says so.
 */
export async function memoryBytes(name: string, folder: string): Promise<number> {
  const { default: asc } = await import('assemblyscript/asc');
  const text = `${folder}/${name}.wat`;
  writeFileSync(`${folder}/heap.ts`, ASKING);
  const { error, stderr } = await asc.main([
    ...['index.ts', `../../${folder}/heap.ts`],
    ...['--baseDir', `firmware/${name}`, '--config', '../../asconfig.json', '--target', name],
    ...['--optimizeLevel', '0', '--shrinkLevel', '0', '--debug'],
    ...['--textFile', `../../${text}`, '--outFile', `../../${folder}/${name}.unoptimised.wasm`],
  ]);
  if (error !== null) throw new Error(`firmware/${name} was not compiled: ${stderr}`);
  const end = /\(global \$~lib\/memory\/__heap_base i32 \(i32\.const (\d+)\)\)/.exec(
    readFileSync(text, 'utf8'),
  );
  if (end === null) throw new Error(`the compiler does not say where the static data of ${name} ends`);
  return Math.ceil(Number(end[1]) / 8) * 8;
}
