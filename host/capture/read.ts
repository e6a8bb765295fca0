// Reads a capture by the ending of its file: VCD, CSV, or a sigrok session by way of sigrok-cli.

import { extname } from 'node:path';
import { withStretches } from '../../test/oracle/capture.ts';
import {
  type Capture,
  CaptureError,
  type CaptureMapping,
  type Command,
  electrodeName,
  electrodeOf,
  readCsv,
  readVcd,
} from '../../test/oracle/index.ts';
import type { Therapy } from '../therapy/therapy.ts';
import { convertSession } from './sigrok.ts';

export interface ReadCapture {
  readonly capture: Capture;
  /** What the file tells of orders, in its time. */
  readonly commands: readonly Command[];
  /** Written by the simulator, which tells of every order. */
  readonly fromSimulator: boolean;
  /** The file ends where its writer did not mean it to. */
  readonly truncated: boolean;
  /** To be asked when the capture has been read. */
  readonly warnings: () => readonly string[];
  /** Lets go of what reading has made. */
  readonly dispose: () => void;
}

const KINDS = ['.vcd', '.csv', '.sr'];

/** Reads a capture. @throws CaptureError with one line that names the file and what is wrong with it. */
export function readCaptureFile(file: string, mapping: CaptureMapping = {}): ReadCapture {
  const kind = extname(file).toLowerCase();
  if (!KINDS.includes(kind)) throw new CaptureError(file, 0, 'not a .vcd, .csv or .sr file');
  if (kind === '.sr') return readSession(file, mapping);
  return { ...readText(file, kind, mapping), dispose: () => {} };
}

function readText(file: string, kind: string, mapping: CaptureMapping): Omit<ReadCapture, 'dispose'> {
  const vcd = kind === '.vcd' ? readVcd(file, mapping) : null;
  const capture = vcd ?? readCsv(file, mapping);
  return {
    capture,
    commands: capture.commands,
    fromSimulator: vcd?.fromSimulator ?? false,
    truncated: vcd?.truncated ?? false,
    warnings: () => capture.warnings,
  };
}

/** What is said of the converted file is said of the session. */
function readSession(file: string, mapping: CaptureMapping): ReadCapture {
  const session = convertSession(file);
  const named: Namer = (text) => text.replaceAll(session.path, file);
  try {
    const read = readText(session.path, `.${session.kind}`, mapping);
    const stretches = () => renamed(read.capture.stretches(), named);
    return {
      ...read,
      capture: { ...withStretches(read.capture, stretches), origin: file },
      warnings: () => [...session.warnings, ...read.warnings().map(named)],
      dispose: session.dispose,
    };
  } catch (error) {
    session.dispose();
    throw renamedError(error, named);
  }
}

type Namer = (text: string) => string;

function* renamed<T>(items: Iterable<T>, named: Namer): Iterable<T> {
  try {
    yield* items;
  } catch (error) {
    throw renamedError(error, named);
  }
}

function renamedError(error: unknown, named: Namer): unknown {
  if (error instanceof CaptureError) error.message = named(error.message);
  return error;
}

/** @throws CaptureError where the therapy drives electrodes that the capture does not show. */
export function refuseUnseen({ origin, electrodes }: Capture, therapy: Therapy): void {
  if (electrodes === undefined) return;
  const driven = new Set<number>();
  for (const area of therapy.areas)
    for (const name of Object.keys(area.electrodes)) driven.add(electrodeOf(name));
  const unseen = [...driven].filter((electrode) => !electrodes.has(electrode)).sort((a, b) => a - b);
  if (unseen.length === 0) return;
  const names = unseen.map(electrodeName).join(', ');
  const seen = [...electrodes].sort((a, b) => a - b).map(electrodeName);
  const shared = seen.length === 1 ? `; one column may serve two contacts, with opposite signs` : '';
  throw new CaptureError(
    origin,
    0,
    `the therapy drives ${names}, of which the capture has no column (it shows ${seen.join(', ')}): map one${shared}`,
  );
}
