// The instructions that the compiler of the firmware makes: what follows an opcode in the binary, and the class by which it
// is charged. Integer instructions of WebAssembly 1.0 and the sign extensions; a binary with others is not metered.

import { type ByteReader, UnmeteredBinary } from './bytes.ts';

/** Classes of instructions that cost alike on a processor of 32 bits without a cache. */
export const CLASSES = [
  'constant',
  'local',
  'global',
  'arithmetic',
  'compare',
  'select',
  'multiply',
  'divide',
  'count',
  'load',
  'store',
  'wideConstant',
  'wideArithmetic',
  'wideCompare',
  'wideMultiply',
  'wideDivide',
  'wideLoad',
  'wideStore',
  'branch',
  'condition',
  'table',
  'passed',
  'round',
  'call',
  'import',
  'return',
] as const;
export type InstructionClass = (typeof CLASSES)[number];

export const Op = {
  UNREACHABLE: 0x00,
  BLOCK: 0x02,
  LOOP: 0x03,
  IF: 0x04,
  ELSE: 0x05,
  END: 0x0b,
  BR: 0x0c,
  BR_IF: 0x0d,
  BR_TABLE: 0x0e,
  RETURN: 0x0f,
  CALL: 0x10,
  LOCAL_GET: 0x20,
  LOCAL_SET: 0x21,
  GLOBAL_GET: 0x23,
  GLOBAL_SET: 0x24,
  I32_CONST: 0x41,
  I64_CONST: 0x42,
  I32_EQZ: 0x45,
  I32_GT_S: 0x4a,
  I32_ADD: 0x6a,
  I32_SUB: 0x6b,
  I32_MUL: 0x6c,
  I32_XOR: 0x73,
  I32_SHL: 0x74,
  I64_XOR: 0x85,
  I64_SHL: 0x86,
  I64_EXTEND_I32_U: 0xad,
} as const;

/** Opcodes from `first` to `last` are of one class; undefined: they cost nothing by themselves. */
type Range = readonly [first: number, last: number, of: InstructionClass | undefined];

const RANGES: readonly Range[] = [
  [0x00, 0x05, undefined],
  [0x0b, 0x0b, undefined],
  [0x0c, 0x0c, 'branch'],
  [0x0d, 0x0d, 'condition'],
  [0x0e, 0x0e, 'table'],
  [0x0f, 0x0f, 'return'],
  [0x10, 0x10, 'call'],
  [0x1a, 0x1a, undefined],
  [0x1b, 0x1b, 'select'],
  [0x20, 0x22, 'local'],
  [0x23, 0x24, 'global'],
  [0x28, 0x28, 'load'],
  [0x29, 0x29, 'wideLoad'],
  [0x2c, 0x2f, 'load'],
  [0x30, 0x35, 'wideLoad'],
  [0x36, 0x36, 'store'],
  [0x37, 0x37, 'wideStore'],
  [0x3a, 0x3b, 'store'],
  [0x3c, 0x3e, 'wideStore'],
  [0x41, 0x41, 'constant'],
  [0x42, 0x42, 'wideConstant'],
  [0x45, 0x4f, 'compare'],
  [0x50, 0x5a, 'wideCompare'],
  [0x67, 0x69, 'count'],
  [0x6a, 0x6b, 'arithmetic'],
  [0x6c, 0x6c, 'multiply'],
  [0x6d, 0x70, 'divide'],
  [0x71, 0x78, 'arithmetic'],
  [0x79, 0x7b, 'count'],
  [0x7c, 0x7d, 'wideArithmetic'],
  [0x7e, 0x7e, 'wideMultiply'],
  [0x7f, 0x82, 'wideDivide'],
  [0x83, 0x8a, 'wideArithmetic'],
  [0xa7, 0xa7, undefined],
  [0xac, 0xad, 'wideArithmetic'],
  [0xc0, 0xc1, 'arithmetic'],
  [0xc2, 0xc4, 'wideArithmetic'],
];

const classes = new Array<InstructionClass | null | undefined>(256).fill(null);
for (const [first, last, of] of RANGES) classes.fill(of, first, last + 1);

/** The class of an opcode, undefined for one that costs nothing. Throws UnmeteredBinary for one that is not known. */
export function classOf(opcode: number): InstructionClass | undefined {
  const found = classes[opcode];
  if (found === null)
    throw new UnmeteredBinary(`opcode 0x${opcode.toString(16)} is not one of the firmware's`);
  return found;
}

/** Passes over what follows an opcode in the binary. Throws UnmeteredBinary for one that is not known. */
export function skipImmediates(opcode: number, reader: ByteReader): void {
  classOf(opcode);
  if (opcode >= Op.BLOCK && opcode <= Op.IF) reader.skipNumber();
  else if (opcode === Op.BR_TABLE) for (let left = reader.u32() + 1; left > 0; left--) reader.skipNumber();
  else if (opcode === Op.BR || opcode === Op.BR_IF || opcode === Op.CALL) reader.skipNumber();
  else if (opcode >= 0x20 && opcode <= 0x24) reader.skipNumber();
  else if (opcode === 0x41 || opcode === 0x42) reader.skipNumber();
  else if (opcode >= 0x28 && opcode <= 0x3e) {
    reader.skipNumber();
    reader.skipNumber();
  }
}
