// `stimgate flash`: copies the firmware's image to a Pico, and asks the device afterwards which binaries it runs.

import type { Command } from 'commander';
import { type Copy, copyTo, requireConfirmed } from '../flash/copy.ts';
import { type FlashImage, IMAGE_FILE, readImage, requireOfPackage } from '../flash/image.ts';
import { binaryWords, differences, packageIdentity } from '../flash/package-identity.ts';
import { readBack, requireSame } from '../flash/read-back.ts';
import { chosenTarget, type Target } from '../flash/target.ts';
import { grouped } from '../report/format.ts';
import { isSimulated, tcpAddress } from '../transport/open.ts';
import { parseBaud, parseWaitMs } from './arguments.ts';
import { Exit, UsageError } from './exit.ts';
import { aborted, catchInterrupt } from './interrupt.ts';
import { openPort } from './port.ts';
import { Progress, say, sayJson, warn } from './terminal.ts';

export interface FlashOptions {
  readonly to?: string;
  readonly port?: string;
  readonly baud?: number;
  /** ms */
  readonly wait?: number;
  readonly anyBuild?: boolean;
  readonly json?: boolean;
}

/** A Pico restarts within a second; a serial port may take longer to come back. */
const WAIT_MS = 30_000;

export function addFlash(program: Command): void {
  program
    .command('flash')
    .description("copy the firmware's image to a Pico in boot mode (BOOTSEL held at power-on)")
    .argument('[image]', `a UF2 file of Stimgate (default: ${IMAGE_FILE} of this package)`)
    .option('--to <folder>', 'where the boot volume is mounted, or any folder (default: look for the volume)')
    .option('--port <port>', 'the serial port of the device: reads back which binaries it then runs')
    .option('--baud <rate>', 'rate of that line', parseBaud)
    .option('--wait <seconds>', 'how long the device may take to answer there (default: 30)', parseWaitMs)
    .option('--any-build', "flash an image of other binaries than this package's too")
    .option('--json', 'print one JSON document')
    .action(async (image: string | undefined, options: FlashOptions) => {
      process.exitCode = await flash(image, options);
    });
}

/** Checks, copies, reads back; returns the exit code. */
export async function flash(named: string | undefined, options: FlashOptions): Promise<Exit> {
  requirePort(options);
  const image = readImage(named);
  const isOfPackage = checkBuild(image, options);
  const target = chosenTarget(options.to);
  const interrupt = catchInterrupt();
  try {
    const copy = copyTo(target, image.fileName, image.file);
    if (!options.json) tellCopy(image, target, copy);
    const told = await confirmed(image, copy, options, interrupt.signal);
    if (told === 'interrupted') return tellInterrupted(options);
    if (options.json) {
      const { isBootVolume } = target;
      sayJson({ image: imageJson(image, isOfPackage), copy: { ...copy, isBootVolume }, readBack: told });
    } else tellReadBack(options.port, told);
    return Exit.HOLDS;
  } finally {
    interrupt.release();
  }
}

/** A port that can be none is refused before anything is written. */
function requirePort({ port, wait, baud }: FlashOptions): void {
  if (port === undefined) {
    if (wait !== undefined || baud !== undefined) throw new UsageError('--wait and --baud need --port');
    return;
  }
  if (port === '') throw new UsageError('--port: the port is empty; name the serial port of the device');
  if (isSimulated(port))
    throw new UsageError(`--port ${port} is a new simulator, not the flashed board: name its serial port`);
  if (!port.startsWith('tcp:')) return;
  try {
    tcpAddress(port);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Whether the image is of this package's binaries; one that is not needs --any-build. */
function checkBuild(image: FlashImage, { anyBuild }: FlashOptions): boolean {
  const packaged = packageIdentity();
  if (anyBuild !== true) requireOfPackage(image, packaged);
  const different = differences(image.identity, packaged);
  if (different.length > 0)
    warn(`stimgate: ${image.path} holds another build: not ${binaryWords(different)} of this package`);
  return different.length === 0;
}

type Told = { readonly port: string; readonly interlock: string; readonly stimulator: string };

/** What the device says that it runs, which is the image; null where no port was named. */
async function confirmed(
  image: FlashImage,
  copy: Copy,
  options: FlashOptions,
  signal: AbortSignal,
): Promise<Told | null | 'interrupted'> {
  const { port, baud } = options;
  if (port === undefined) {
    requireConfirmed(copy);
    return null;
  }
  const progress = new Progress(options.json);
  const timer = setInterval(() => progress.update(`waiting for the device at ${port}`), 1000);
  try {
    const open = () => openPort(port, { baud });
    const asked = readBack(port, open, { waitMs: options.wait ?? WAIT_MS, signal });
    const told = await Promise.race([asked, aborted(signal)]);
    if (told === undefined) {
      asked.catch(() => {});
      return 'interrupted';
    }
    requireSame(port, told, image.identity);
    return { port, ...image.identity };
  } finally {
    clearInterval(timer);
    progress.clear();
  }
}

function tellInterrupted({ json }: FlashOptions): Exit {
  const error = 'interrupted: the image is copied, but the identity was not read back';
  if (json) sayJson({ error, exit: Exit.INTERRUPTED });
  warn(`stimgate: ${error}`);
  return Exit.INTERRUPTED;
}

function imageJson({ path, base, flashBytes, identity }: FlashImage, isOfPackage: boolean): object {
  return { path, base, flashBytes, ...identity, isOfPackage };
}

function tellCopy({ path, base, flashBytes, identity }: FlashImage, target: Target, copy: Copy): void {
  say(`${path}: ${grouped(flashBytes)} bytes of flash from 0x${base.toString(16)}`);
  say(`interlock  ${identity.interlock}`);
  say(`stimulator ${identity.stimulator}`);
  if (!target.isBootVolume)
    say(`Copied to ${copy.path}. ${target.folder} is no boot volume: nothing is flashed by that.`);
  else if (copy.isConfirmed) say(`Copied to ${copy.path}: the board restarts with it.`);
  else say(`Copied to ${copy.path}: the volume was gone before it had confirmed the end.`);
}

function tellReadBack(port: string | undefined, told: Told | null): void {
  if (told !== null) say(`The device at ${port} runs these binaries, as it says itself.`);
  else
    say(
      'The identity was not read back: give --port <port>, or ask the board with "stimgate info --port <port>".',
    );
}
