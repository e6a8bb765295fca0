// Mutants of the interlock's binary: one small change each, over every instruction that an export reaches. What kills them
// shows that the tests and the proofs can fail. The binary is parsed once; a mutant is made in place, emitted and undone.
// Nothing here optimises, and nothing here decides whether a mutant matters.

import { type Binaryen, type BinaryenModule, loadBinaryen } from './binaryen.ts';
import { type Change, Changes, type MutantKind } from './changes.ts';
import { reachableFunctions, walkFunction } from './walk.ts';

export interface Mutant {
  /** Function, number of the instruction and kind: "gate/judgeQueue#4:one-off". The same for the same binary. */
  readonly id: string;
  readonly kind: MutantKind;
  readonly functionName: string;
  /** "i32.gt_s at #4" */
  readonly instruction: string;
  /** "> became >=" */
  readonly change: string;
}

export interface MutantModule {
  /** In the order of the binary. */
  readonly mutants: readonly Mutant[];
  /** The binary as binaryen writes it with nothing changed. */
  original(): Uint8Array;
  /** A mutant's binary, with names. The next call starts from the unchanged module again. */
  bytesOf(mutant: Mutant): Uint8Array;
  /** binaryen's own judgement of a mutant: false where it is no valid module. */
  isValid(mutant: Mutant): boolean;
  dispose(): void;
}

/** Names of the counter that `openMutants` adds where it is given fuel. */
const FUEL = 'mutation/fuel';

/** Makes every loop count down and trap at zero, so that a mutant which would run for ever ends. */
function addFuel(
  binaryen: Binaryen,
  module: BinaryenModule,
  functions: readonly number[],
  rounds: number,
): void {
  const i32 = (binaryen as unknown as { i32: number }).i32;
  module.addGlobal(FUEL, i32, true, module.i32.const(rounds));
  for (const f of functions) {
    for (const { expression } of walkFunction(binaryen, f)) {
      if (binaryen.getExpressionId(expression) !== binaryen.ExpressionIds.Loop) continue;
      const body = binaryen.Loop.getBody(expression);
      const left = () => module.global.get(FUEL, i32);
      const head = [
        module.if(module.i32.eqz(left()), module.unreachable()),
        module.global.set(FUEL, module.i32.sub(left(), module.i32.const(1))),
      ];
      const type = binaryen.Expression.getType(body);
      binaryen.Loop.setBody(expression, module.block(null, [...head, body], type));
    }
  }
}

function emit(binaryen: Binaryen, module: BinaryenModule): Uint8Array {
  binaryen.setDebugInfo(true);
  binaryen.setOptimizeLevel(0);
  binaryen.setShrinkLevel(0);
  return module.emitBinary();
}

/**
 * Parses a binary and lists its mutants. `fuelRounds`: where given, every emitted binary traps after so many loop rounds in
 * all since it was instantiated; the mutants and their names are the same with and without.
 */
export async function openMutants(bytes: Uint8Array, fuelRounds?: number): Promise<MutantModule> {
  const binaryen = await loadBinaryen();
  const module = binaryen.readBinary(bytes);
  module.setFeatures(module.getFeatures() | binaryen.Features.SignExt);
  const changes = new Changes(binaryen, module);
  const byMutant = new Map<Mutant, Change>();
  const functions = reachableFunctions(binaryen, module);
  for (const f of functions) {
    const functionName = binaryen.getFunctionInfo(f).name;
    for (const site of walkFunction(binaryen, f)) {
      for (const change of changes.of(site)) {
        const id = `${functionName}#${site.index}:${change.kind}`;
        const instruction = `${change.instruction} at #${site.index}`;
        byMutant.set({ id, kind: change.kind, functionName, instruction, change: change.words }, change);
      }
    }
  }
  const mutants = [...byMutant.keys()];
  const byId = new Map(mutants.map((mutant) => [mutant.id, byMutant.get(mutant)!]));
  if (fuelRounds !== undefined) addFuel(binaryen, module, functions, fuelRounds);
  const within = <T>(mutant: Mutant, look: () => T): T => {
    const change = byId.get(mutant.id);
    if (change === undefined)
      throw new RangeError(`This binary has no mutant ${mutant.id}: list them again.`);
    change.make();
    try {
      return look();
    } finally {
      change.undo();
    }
  };
  return {
    mutants,
    original: () => emit(binaryen, module),
    bytesOf: (mutant) => within(mutant, () => emit(binaryen, module)),
    isValid: (mutant) => within(mutant, () => module.validate() === 1),
    dispose: () => module.dispose(),
  };
}

/** How many mutants there are of each kind. */
export function countByKind(mutants: readonly Mutant[]): ReadonlyMap<MutantKind, number> {
  const counts = new Map<MutantKind, number>();
  for (const { kind } of mutants) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}
