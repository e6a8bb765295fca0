// The oracle: judges captured output against a therapy and against the interlock's limits. Library entry `stimgate/oracle`.
// Independent: imports neither firmware nor simulator.

export type { Capture, Measured, Stretch, StretchState } from './capture.ts';
export { ELECTRODES } from './capture.ts';
export { CaptureError } from './capture-error.ts';
export { type CsvCapture, readCsv } from './csv.ts';
export { electrodeName, electrodeOf, type Finding, type Rule } from './finding.ts';
export type { Command, CommandKind } from './intent.ts';
export { judge, type Totals, type Verdict } from './judge.ts';
export { judgeLimits, LawJudge, type LimitsVerdict } from './law-judge.ts';
export { type LawOptions, type LawPeaks, LIMITS } from './limits.ts';
export type { CaptureMapping, ContactMapping } from './mapping.ts';
export type { AreaMeasure, Quantities } from './measure.ts';
export { MemoryCapture } from './memory-capture.ts';
export type { JudgeOptions } from './options.ts';
export { findSwap, type Move, type Swap } from './swapped.ts';
export { readVcd, type VcdCapture } from './vcd.ts';
export { orderText } from './vcd-orders.ts';
