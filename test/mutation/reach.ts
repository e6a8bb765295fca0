// Which exports may enter a function: no other call has to be executed again when it is mutated.

import { EXPORT_NAMES, type ExportName } from '../proof/model/calls.ts';
import type { Node, WasmModule } from '../proof/wasm/module.ts';

function targetsOf(node: Node): string[] {
  const below = Object.values(node)
    .flat()
    .filter((part): part is Node => typeof part === 'object' && part !== null && 'op' in part);
  return [...(node.op === 'call' ? [node.target] : []), ...below.flatMap(targetsOf)];
}

/** Exports whose execution may enter the function, in the order of the calls. */
export function exportsReaching(module: WasmModule, functionName: string): ExportName[] {
  const callees = new Map([...module.functions].map(([name, { body }]) => [name, targetsOf(body)]));
  const reaches = (name: string, seen = new Set<string>()): boolean => {
    if (name === functionName) return true;
    if (seen.has(name)) return false;
    seen.add(name);
    return (callees.get(name) ?? []).some((callee) => reaches(callee, seen));
  };
  return EXPORT_NAMES.filter((name) => {
    const target = module.exports.find((entry) => entry.name === name)?.target;
    return target !== undefined && reaches(target);
  });
}
