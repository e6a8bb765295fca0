// Divisions take as long as their quotient has bits: the processor has no instruction for them, and the compiler's routines
// shift and subtract. So each is put into a function of its own that counts the bits.

/** Opcodes of the divisions. */
export const DIVISIONS = [0x6d, 0x6e, 0x6f, 0x70, 0x7f, 0x80, 0x81, 0x82] as const;
const FIRST_WIDE = 0x7f;
const SIGNED: readonly number[] = [0x6d, 0x6f, 0x7f, 0x81];

const I32 = 0x7f;
const I64 = 0x7e;
const END = 0x0b;
const [IF, VOID] = [0x04, 0x40];
const [LOCAL_GET, LOCAL_TEE] = [0x20, 0x22];
const [I32_CONST, I64_CONST] = [0x41, 0x42];
const I32_GT_S = 0x4a;
const [I32_CLZ, I64_CLZ] = [0x67, 0x79];
const I32_SUB = 0x6b;
const [I32_XOR, I64_XOR] = [0x73, 0x85];
const [I32_SHR_S, I64_SHR_S] = [0x75, 0x87];
const I32_WRAP_I64 = 0xa7;
const [DIVIDEND, DIVISOR, BITS] = [0, 1, 2];

/** Whether a division is of 64 bits. */
export function isWide(opcode: number): boolean {
  return opcode >= FIRST_WIDE;
}

export function isDivision(opcode: number): boolean {
  return (DIVISIONS as readonly number[]).includes(opcode);
}

/** The type of a function that divides. */
export function divisionType(opcode: number): number[] {
  const of = isWide(opcode) ? I64 : I32;
  return [0x60, 2, of, of, 1, of];
}

/** A body that divides as `opcode` does; where the quotient has several bits, `count` is run with their number in a local. */
export function divisionBody(opcode: number, count: (local: number) => readonly number[]): number[] {
  return [
    ...[1, 1, I32],
    ...leadingZeros(opcode, DIVISOR),
    ...leadingZeros(opcode, DIVIDEND),
    ...[I32_SUB, LOCAL_TEE, BITS, I32_CONST, 0, I32_GT_S, IF, VOID],
    ...count(BITS),
    ...[END, LOCAL_GET, DIVIDEND, LOCAL_GET, DIVISOR, opcode, END],
  ];
}

/** Leading zeros of a parameter's magnitude, as an i32; of a negative one within 1. */
function leadingZeros(opcode: number, parameter: number): number[] {
  const wide = isWide(opcode);
  const magnitude = SIGNED.includes(opcode)
    ? [
        ...[
          LOCAL_GET,
          parameter,
          ...(wide ? [I64_CONST, 63] : [I32_CONST, 31]),
          wide ? I64_SHR_S : I32_SHR_S,
        ],
        wide ? I64_XOR : I32_XOR,
      ]
    : [];
  return [LOCAL_GET, parameter, ...magnitude, ...(wide ? [I64_CLZ, I32_WRAP_I64] : [I32_CLZ])];
}
