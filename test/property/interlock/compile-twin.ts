// Compiles an interlock with one edit of its source, in memory: nothing is written, and what ships is never touched.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';

/** One edit of a file of firmware/interlock/. */
export interface Edit {
  readonly file: 'gate' | 'latch' | 'sample' | 'sensors' | 'index' | 'state';
  /** Must stand in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

/**
 * The interlock's binary with one edit, compiled with the options of what ships. The project's folder must be the current
 * one. Throws Error where the edit does not hit exactly once or what comes out does not compile.
 */
export async function compileTwin(edit: Edit): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const edited = `firmware/interlock/${edit.file}.ts`;
  const text = readFileSync(edited, 'utf8');
  const hits = text.split(edit.find).length - 1;
  if (hits !== 1) throw new Error(`"${edit.find}" stands ${hits} times in ${edited}, not once`);
  const stderr: string[] = [];
  const result = await asc.main(['firmware/interlock/index.ts', '--target', 'interlock'], {
    readFile: (name: string, base: string) => {
      if (name.endsWith(edited)) return text.replace(edit.find, () => edit.replace);
      try {
        return readFileSync(join(base, name), 'utf8');
      } catch {
        return null;
      }
    },
    writeFile: (_name: string, contents: Uint8Array | string) => {
      if (typeof contents !== 'string') binary = contents;
    },
    stderr: { write: (chunk: string | Uint8Array) => void stderr.push(String(chunk)) },
  });
  if (result.error !== null || binary === undefined)
    throw new Error(`the twin of ${edited} does not compile: ${stderr.join('')}`);
  return new Uint8Array(binary);
}
