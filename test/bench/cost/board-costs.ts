// What HAL, main loop and interrupts take on the Pico: the functions of the image are called on a chip whose board is up.

import { FLAG_RECHARGE, POLL_PERIOD_US, SAMPLE_NONE, SAMPLE_SHIFT } from '../../../firmware/board.ts';
import type { BoardCosts, HalPath } from '../../../sim/machine/costs.ts';
import type { PicoImage } from '../../../sim/machine/pico/index.ts';
import { median } from '../measure.ts';
import { PicoBench } from '../pico/device.ts';
import { TONIC_ON_16 } from '../pico/therapies.ts';
import { each, Interrupts, IRQ } from './interrupts.ts';

const REPEATS = 15;
const STEP_US = 997;
const SETTLE_US = 300_000;
const LEVELS = [...[0x0064ff9c, 0, 0, 0], ...[0, 0, 0, 0]];
const UNSAMPLED = SAMPLE_NONE << SAMPLE_SHIFT;
/** MOVS r0, #255; BX LR. */
const RETURN_255 = [0x20ff, 0x4770];
/** MOVS r0, #255; LSLS r0, r0, #5; BX LR. */
const RETURN_8160 = [0x20ff, 0x0140, 0x4770];
/** What a bare chip does in place of a function: its BKPT takes as long as a NOP. */
const NOP_RETURN = [0xbf00, 0x4770];

/** Calls a function of the image and gives its cycles; the firmware goes on as if it had not been. */
function cyclesOf(bench: PicoBench, address: number, args: readonly number[]): number {
  const { chip } = bench.machine;
  const { core } = chip.rp2040;
  const kept = Uint32Array.from(core.registers);
  const { waiting, PM, N, Z, C, V } = core;
  core.waiting = false;
  core.PM = true;
  const start = chip.cycle;
  chip.call(address & ~1, args);
  const cycles = chip.cycle - start;
  core.registers.set(kept);
  Object.assign(core, { waiting, PM, N, Z, C, V });
  return cycles;
}

function halCycles(bench: PicoBench, name: string, ...args: number[]): number {
  const { image } = bench.machine;
  return cyclesOf(bench, image.address(`w2c_hal_${name}`), [image.address('interlock_hal'), ...args]);
}

/** The median over moments of a running device. */
function typical(bench: PicoBench, name: string, ...args: number[]): number {
  return median(
    Array.from({ length: REPEATS }, () => {
      bench.device.sim.runUs(STEP_US);
      return halCycles(bench, name, ...args);
    }),
  );
}

/** A byte goes through the receive interrupt and is read. */
function readCycles(bench: PicoBench): number {
  const { chip, image } = bench.machine;
  chip.rp2040.core.PM = true;
  chip.receiveByte(1);
  cyclesOf(bench, image.address('line_interrupt'), []);
  return halCycles(bench, 'uart_read');
}

/** Cycles of each way through the HAL beyond those that a call of a replaced function takes on the bare chip. */
export function measureHal(): Record<HalPath, number> {
  const running = new PicoBench();
  running.start(TONIC_ON_16);
  const quiet = (): PicoBench => {
    const bench = new PicoBench();
    bench.device.sim.runUs(SETTLE_US);
    return bench;
  };
  const all: Record<HalPath, number> = {
    clock: typical(running, 'clock_us'),
    sense: typical(running, 'sense', 4),
    senseAged: typical(running, 'sense', 1),
    senseMagnet: typical(running, 'sense', 0),
    room: typical(running, 'segment_room'),
    heartbeat: typical(running, 'heartbeat'),
    identity: typical(running, 'identity', 3),
    readNothing: typical(running, 'uart_read'),
    write: median(Array.from({ length: REPEATS }, () => halCycles(running, 'uart_write', 1))),
    segment: typical(running, 'segment', 100, UNSAMPLED, ...LEVELS),
    off: median(Array.from({ length: 3 }, () => halCycles(running, 'off'))),
    segmentFirst: median(
      Array.from({ length: 5 }, () =>
        halCycles(quiet(), 'segment', 1000, UNSAMPLED | FLAG_RECHARGE, ...LEVELS.fill(0)),
      ),
    ),
    read: readCycles(quiet()),
  };
  const stub = stubCycles(quiet());
  return Object.fromEntries(
    Object.entries(all).map(([path, cycles]) => [path, Math.max(0, Math.round(cycles - stub))]),
  ) as Record<HalPath, number>;
}

function stubCycles(bench: PicoBench): number {
  const address = bench.machine.image.address('w2c_hal_identity') & ~1;
  for (const [i, code] of NOP_RETURN.entries()) bench.machine.chip.writeCode(address + 2 * i, code);
  return halCycles(bench, 'identity', 0);
}

/** What the main loop calls; the status it may also have from the poll. */
const CALLED_IN_TURN = ['interlock_poll', 'interlock_status', 'stimulator_poll'];

function isThere(image: PicoImage, symbol: string): boolean {
  try {
    image.address(symbol);
    return true;
  } catch {
    return false;
  }
}

interface Quiet {
  readonly turns: number;
  readonly milliseconds: number;
  readonly busy: number;
}

/** The main loop around functions that do nothing and ask for a sleep: what it takes without them. */
function quietLoop(returning: readonly number[]): Quiet {
  const bench = new PicoBench();
  const { chip, image } = bench.machine;
  const { sim } = bench.device;
  const stubs = CALLED_IN_TURN.filter((name) => isThere(image, `w2c_${name}`));
  for (const name of stubs)
    for (const [i, code] of returning.entries())
      chip.writeCode((image.address(`w2c_${name}`) & ~1) + 2 * i, code);
  const inStubs = stubs.reduce((sum, name) => sum + cyclesOf(bench, image.address(`w2c_${name}`), []), 0);
  sim.runUs(POLL_PERIOD_US);
  const interrupts = new Interrupts(chip);
  const start = bench.cycles();
  sim.runUs(SETTLE_US);
  const end = bench.cycles();
  const turns = interrupts.of(IRQ.WAKE).count;
  return {
    turns,
    milliseconds: interrupts.of(IRQ.MILLISECOND).count,
    busy: end.all - start.all - (end.slept - start.slept) - turns * inStubs,
  };
}

/** Cycles of a turn and of what a millisecond brings, from two loops that sleep for different times. */
function turnAndMillisecond(): readonly [turn: number, millisecond: number] {
  const a = quietLoop(RETURN_255);
  const b = quietLoop(RETURN_8160);
  const scale = a.turns * b.milliseconds - b.turns * a.milliseconds;
  const turn = (a.busy * b.milliseconds - b.busy * a.milliseconds) / scale;
  return [turn, (b.busy - b.turns * turn) / b.milliseconds];
}

/** What the main loop and the interrupts take. */
export function measureBoard(): BoardCosts {
  const bench = new PicoBench();
  bench.start(TONIC_ON_16);
  const { sim } = bench.device;
  const interrupts = new Interrupts(bench.machine.chip);
  const so = (irq: number) => interrupts.of(irq);
  const ofEach = (irq: number): number => each({ count: 0, cycles: 0 }, so(irq));
  const start = so(IRQ.UART);
  bench.run(SETTLE_US, 'noise');
  const received = each(start, so(IRQ.UART));
  sim.runUs(SETTLE_US);
  const [asked, sentBefore] = [so(IRQ.UART), sim.trace?.tx.length ?? 0];
  const heardBefore = sim.trace?.rx.length ?? 0;
  bench.run(SETTLE_US, 'requests');
  const heard = (sim.trace?.rx.length ?? 0) - heardBefore;
  const sent =
    (so(IRQ.UART).cycles - asked.cycles - heard * received) / ((sim.trace?.tx.length ?? 0) - sentBefore);
  const conversion = ofEach(IRQ.CONVERTER);
  const [turn, millisecond] = turnAndMillisecond();
  // An interrupt that ends the processor's sleep without a reason to stay awake costs a look and the way back to sleep.
  const look = (millisecond - ofEach(IRQ.MILLISECOND) - 2 * conversion) / 3;
  const rounded = {
    turn,
    received: received + look,
    sent: sent + look,
    sample: ofEach(IRQ.SAMPLE) + 2 * conversion + 3 * look,
    millisecond,
  };
  return Object.fromEntries(
    Object.entries(rounded).map(([name, cycles]) => [name, Math.round(cycles)]),
  ) as unknown as BoardCosts;
}
