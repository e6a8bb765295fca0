// Where the cost of a function's instructions is added: the points at which control may split, join or leave, and what has
// been run between the one before and each of them. What lies between two points runs as a whole or not at all, unless it
// traps.

import type { Binary } from './binary.ts';
import { ByteReader } from './bytes.ts';
import { CLASSES, classOf, type InstructionClass, Op, skipImmediates } from './instructions.ts';

/** Instructions that run together, by class. */
export type Counts = Uint16Array;

export interface Block {
  /** Offset in the body of the instruction before which its cost is added. */
  readonly at: number;
  readonly counts: Counts;
  /** The import that is called right there; −1: none. */
  readonly imported: number;
  /** Whether the function is left there, or something is called from which an import can be reached. */
  readonly isExit: boolean;
  /** Functions of the binary itself that it calls and from which no import can be reached: numbers of their bodies. */
  readonly calls: readonly number[];
}

interface Level {
  readonly opcode: number;
  isTargeted: boolean;
}

const INDEX = Object.fromEntries(CLASSES.map((name, i) => [name, i])) as Record<InstructionClass, number>;

/** Offset of a body's first instruction. */
export function codeStart(body: Uint8Array): number {
  const reader = new ByteReader(body);
  for (let groups = reader.u32(); groups > 0; groups--) {
    reader.skipNumber();
    reader.byte();
  }
  return reader.at;
}

/** Functions from which an import may be reached, by index. */
export function reachingImports({ imports, bodies }: Binary): ReadonlySet<number> {
  const calls = bodies.map(calledBy);
  const reaching = new Set(imports.map((_, i) => i));
  for (let size = -1; size !== reaching.size; ) {
    size = reaching.size;
    for (const [i, called] of calls.entries())
      if (called.some((index) => reaching.has(index))) reaching.add(imports.length + i);
  }
  return reaching;
}

function calledBy(body: Uint8Array): number[] {
  const called: number[] = [];
  const reader = new ByteReader(body, codeStart(body));
  while (reader.at < body.length) {
    const opcode = reader.byte();
    if (opcode === Op.CALL) called.push(new ByteReader(body, reader.at).u32());
    skipImmediates(opcode, reader);
  }
  return called;
}

/** The blocks of a function, in the order of its code. `reaching`: functions that may call an import. */
export function blocksOf(body: Uint8Array, imports: number, reaching: ReadonlySet<number>): Block[] {
  return new Scan(body, imports, reaching).run();
}

class Scan {
  private readonly body: Uint8Array;
  private readonly imports: number;
  private readonly reaching: ReadonlySet<number>;
  private readonly reader: ByteReader;
  private readonly blocks: Block[] = [];
  private readonly levels: Level[] = [{ opcode: Op.BLOCK, isTargeted: true }];
  private counts: Counts = new Uint16Array(CLASSES.length);
  private calls: number[] = [];
  /** Behind a branch that is always taken. */
  private isDead = false;

  constructor(body: Uint8Array, imports: number, reaching: ReadonlySet<number>) {
    this.body = body;
    this.imports = imports;
    this.reaching = reaching;
    this.reader = new ByteReader(body, codeStart(body));
  }

  run(): Block[] {
    while (this.levels.length > 0) {
      const { at } = this.reader;
      const opcode = this.reader.byte();
      const operand = this.reader.at;
      skipImmediates(opcode, this.reader);
      const of = classOf(opcode);
      if (opcode !== Op.CALL && of !== undefined) this.count(of);
      this.step(opcode, at, new ByteReader(this.body, operand));
    }
    return this.blocks;
  }

  private step(opcode: number, at: number, operand: ByteReader): void {
    switch (opcode) {
      case Op.BLOCK:
        this.levels.push({ opcode, isTargeted: false });
        return;
      case Op.LOOP:
        this.end(at);
        this.levels.push({ opcode, isTargeted: false });
        this.count('round');
        return;
      case Op.IF:
        this.count('condition');
        this.end(at);
        this.levels.push({ opcode, isTargeted: false });
        this.count('passed');
        return;
      case Op.ELSE:
        this.count('branch');
        this.end(at);
        this.isDead = false;
        return;
      case Op.END:
        this.leaveLevel(at);
        return;
      case Op.BR:
        this.end(at, this.target(operand.u32()));
        this.isDead = true;
        return;
      case Op.RETURN:
      case Op.UNREACHABLE:
        this.end(at, true);
        this.isDead = true;
        return;
      case Op.BR_IF:
        this.end(at, this.target(operand.u32()));
        this.count('passed');
        return;
      case Op.BR_TABLE: {
        const depths = Array.from({ length: operand.u32() + 1 }, () => operand.u32());
        this.end(at, depths.filter((depth) => this.target(depth)).length > 0);
        this.isDead = true;
        return;
      }
      case Op.CALL:
        this.call(at, operand.u32());
    }
  }

  private call(at: number, index: number): void {
    const isImported = index < this.imports;
    this.count(isImported ? 'import' : 'call');
    if (this.reaching.has(index)) this.end(at, true, isImported ? index : -1);
    else this.calls.push(index - this.imports);
  }

  private leaveLevel(at: number): void {
    const level = this.levels.pop() as Level;
    const joins = level.opcode === Op.IF || (level.opcode === Op.BLOCK && level.isTargeted);
    if (joins) {
      this.end(at, this.levels.length === 0);
      this.isDead = false;
    }
  }

  /** Notes a branch; whether it leaves the function. */
  private target(depth: number): boolean {
    const index = this.levels.length - 1 - depth;
    this.levels[index].isTargeted = true;
    return index === 0;
  }

  private count(of: InstructionClass): void {
    if (!this.isDead) this.counts[INDEX[of]]++;
  }

  /** Ends the block before the instruction at `at`. An exit ends one even where nothing has been counted. */
  private end(at: number, isExit = false, imported = -1): void {
    if (this.isDead || (!isExit && this.counts.every((count) => count === 0))) return;
    this.blocks.push({ at, counts: this.counts, imported, isExit, calls: this.calls });
    this.calls = [];
    this.counts = new Uint16Array(CLASSES.length);
  }
}
