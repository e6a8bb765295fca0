// Copies of modules in which a bit of a local flips: in modules written by hand, at every read; in the firmware, at none.

import { beforeAll, describe, expect, it } from 'vitest';
import wabt from 'wabt';
import { POLL_PERIOD_US } from '../../firmware/board.ts';
import { caseOf } from '../../host/campaign/generate.ts';
import { findPlan } from '../../host/campaign/plan.ts';
import { runCase } from '../../host/campaign/run-case.ts';
import { Watchdog } from '../../sim/board/watchdog.ts';
import { Clock } from '../../sim/clock/clock.ts';
import {
  compileBinary,
  createSimulator,
  instantiateStimulator,
  Mark,
  NO_COSTS,
  ResetBy,
  type Simulator,
} from '../../sim/index.ts';
import { LocalFlips } from '../../sim/machine/meter/local-flips.ts';
import { meteredCopy, newMeter } from '../../sim/machine/meter/meter.ts';
import { WEIGHTS } from '../../sim/machine/meter/weights.ts';

const TEXT = `(module
  (import "hal" "tick" (func $tick (param i32)))
  (func $twice (param $x i32) (result i32) local.get $x local.get $x i32.add)
  (func $sum (export "sum") (param $a i32) (param $b i64) (result i32) (local $c i32)
    i32.const 1000 local.set $c
    local.get $a
    local.get $b i32.wrap_i64 i32.add
    local.get $c i32.add
    local.get $a call $twice i32.add
    local.get $b i64.const 32 i64.shr_u i32.wrap_i64 i32.add)
  (func (export "wait") (param $n i32)
    loop $again
      local.get $n i32.const 1 i32.sub local.tee $n
      br_if $again
    end)
  (func (export "tell") (param $n i32)
    loop $again
      local.get $n call $tick
      local.get $n i32.const 1 i32.sub local.tee $n
      br_if $again
    end))`;

async function assembled(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const module = (await wabt()).parseWat('made.wat', text);
  const { buffer } = module.toBinary({ write_debug_names: true });
  module.destroy();
  return Uint8Array.from(buffer);
}

let bytes: Uint8Array;
beforeAll(async () => {
  bytes = await assembled(TEXT);
});

function made() {
  const flips = new LocalFlips();
  const meter = newMeter();
  const told: number[] = [];
  const hal = { tick: (n: number) => void told.push(n) };
  const module = new WebAssembly.Module(meteredCopy(bytes, 'interlock', WEIGHTS, true));
  const { exports } = new WebAssembly.Instance(module, {
    meter: { parts: meter },
    hal,
    ...flips.importsOf(bytes),
  });
  const sum = exports.sum as (a: number, b: bigint) => number;
  return { flips, meter, told, sum, run: exports as Record<string, (n: number) => void> };
}

describe('a local that flips', () => {
  it('REQ-SIM-131: every read of a call in turn, from there on and once', () => {
    const { flips, sum } = made();
    const results = Array.from({ length: 8 }, (_, reads) => {
      flips.plan(reads, 2);
      return [sum(1, 10n), flips.place];
    });
    expect(results).toEqual([
      // $a is 5 in all of its reads, then $b, $c, $a in its second read, $x twice and once, $b in its last read.
      [5 + 10 + 1000 + 10, 'local 0 of sum'],
      [1 + 14 + 1000 + 2, 'local 1 of sum'],
      [1 + 10 + 1004 + 2, 'local 2 of sum'],
      [1 + 10 + 1000 + 10, 'local 0 of sum'],
      [1 + 10 + 1000 + 10, 'local 0 of twice'],
      [1 + 10 + 1000 + 1 + 5, 'local 0 of twice'],
      [1 + 10 + 1000 + 2, 'local 1 of sum'],
      // Not yet: the call has seven reads.
      [1 + 10 + 1000 + 2, undefined],
    ]);
    expect(sum(1, 10n)).toBe(1025);
    expect(sum(1, 10n)).toBe(1013);
  });

  it('REQ-SIM-131: a local of 64 bits in each of them, one of 32 in its lower five', () => {
    const { flips, sum } = made();
    flips.plan(1, 33);
    expect(sum(1, 10n)).toBe(1013 + 2);
    flips.plan(0, 33);
    expect(sum(1, 10n)).toBe(1013 + 3 * 2);
  });

  it('REQ-SIM-131: a loop that lost its end is cut past its deadline, whether it calls or not; another is not', () => {
    const { flips, meter, run, told } = made();
    flips.plan(3, 31);
    flips.allow(meter.value, 100_000);
    expect(() => run.wait(100)).toThrow(WebAssembly.RuntimeError);
    expect([flips.takeRanOut(), flips.takeRanOut()]).toEqual([true, false]);
    flips.plan(0, 31);
    flips.allow(meter.value, 1000);
    expect(() => run.tell(100)).toThrow(WebAssembly.RuntimeError);
    expect([flips.takeRanOut(), told.length > 2]).toEqual([true, true]);
    flips.allow(meter.value, 2_000_000);
    run.wait(1000);
    expect(flips.takeRanOut()).toBe(false);
  });
});

/** A stimulator that waits for two rounds at every turn. */
const WAITING = `(module
  (import "hal" "clock_us" (func $clock (result i32)))
  (memory (export "memory") 1)
  (func (export "boot") (param i32 i32 i32))
  (func $poll (export "poll") (result i32) (local $n i32)
    i32.const 2 local.set $n
    loop $again
      local.get $n i32.const 1 i32.sub local.tee $n
      br_if $again
    end
    i32.const 1000))`;

describe('a stimulator that has lost its count', () => {
  it('REQ-SIM-131: a wish that is negative as a signed number is a long one, as to a board in C', async () => {
    const looksUs: number[] = [];
    const sim = await createSimulator({
      firmware: {
        stimulator: (hal) => ({
          boot: () => {},
          poll: () => {
            looksUs.push(hal.clock_us());
            return -5;
          },
        }),
      },
    });
    sim.runUs(2000 + 5 * POLL_PERIOD_US);
    const periods = looksUs.slice(1).map((at, i) => at - looksUs[i]);
    expect(periods.length).toBeGreaterThan(1);
    for (const period of periods) expect(Math.abs(period - POLL_PERIOD_US)).toBeLessThan(30);
  });
});

describe('a call that no longer ends', () => {
  it('REQ-SIM-131: it ends in the watchdog’s reset, without a trap', async () => {
    const module = compileBinary(await assembled(WAITING));
    const sim = await createSimulator({
      localFlips: true,
      firmware: { stimulator: (hal, interlock) => instantiateStimulator(hal, interlock, module) },
    });
    sim.runUs(3000);
    sim.faults.inject({ kind: 'local-flip', module: 'stimulator', reads: 0, bit: 31 });
    const { offs } = sim.board.stage;
    sim.runUs(5000);
    // Switched off as any processor that hangs.
    expect([sim.board.stage.offs, sim.trace?.marks(Mark.RESET)]).toEqual([offs + 1, []]);
    sim.runUs(200_000);
    expect(sim.flippedAt).toBe('local 0 of poll');
    expect(sim.trace?.marks(Mark.RESET).map(({ argument }) => argument)).toEqual([ResetBy.WATCHDOG]);
    expect(sim.trace?.marks(Mark.TRAP)).toEqual([]);
  });

  it('REQ-SIM-131: a watchdog is not fed by what comes after its time, even before anybody looks', () => {
    for (const [fed, bites] of [
      [49_999, 99_999],
      [50_001, 50_000],
    ]) {
      const clock = new Clock();
      const bitten: number[] = [];
      const watchdog = new Watchdog(clock, (cycle) => bitten.push(cycle / 125));
      watchdog.start(0);
      watchdog.feed(125 * fed);
      for (let i = 0; i < 3 && bitten.length === 0; i++) clock.runNext();
      expect(bitten).toEqual([bites]);
    }
  });
});

/** What a simulation recorded but for its faults: output and marks. */
function recorded(sim: Simulator): unknown[] {
  const marks = sim.trace?.marks().filter(({ kind }) => kind !== Mark.FAULT) ?? [];
  return [...sim.capture().stretches(), ...marks, sim.nowCycles];
}

describe('the firmware with locals that can flip', () => {
  it('REQ-SIM-131: until a bit flips it delivers the same output and bytes at the same cycles', async () => {
    const plan = findPlan('local-flips');
    let pulses = 0;
    for (const n of [0, 1, 6, 13]) {
      const one = caseOf(plan, n);
      const [planned] = one.faults;
      const fault = { ...planned.fault, reads: 0x7fff_fffe } as typeof planned.fault;
      const without = await runCase({ ...one, faults: [] });
      const waiting = await runCase({ ...one, faults: [{ ...planned, fault }] });
      expect(recorded(waiting.sim)).toEqual(recorded(without.sim));
      expect([waiting.sim.flippedAt, waiting.struck]).toEqual([undefined, []]);
      pulses += waiting.verdict.pulses;
    }
    expect(pulses).toBeGreaterThan(80);
  });

  it('REQ-SIM-131: locals flip only where they were asked for, and only those that there are', async () => {
    const flip = { kind: 'local-flip', module: 'interlock', reads: 0, bit: 3 } as const;
    const plain = await createSimulator();
    expect(() => plain.faults.inject(flip)).toThrow(/without locals that can flip/);
    await expect(createSimulator({ localFlips: true, costs: NO_COSTS })).rejects.toThrow(/charged for/);
    const sim = await createSimulator({ localFlips: true });
    for (const wrong of [{ bit: 64 }, { reads: -1 }, { reads: 0.5 }, { module: 'host' as 'interlock' }])
      expect(() => sim.faults.inject({ ...flip, ...wrong })).toThrow(/a fault that cannot be/);
    expect(() => sim.faults.inject({ kind: 'ram-flip', offset: 0, bit: 0 })).toThrow(/no RAM/);
    sim.faults.inject(flip);
    sim.runUs(2000);
    expect(sim.flippedAt).toMatch(/^local \d+ of [a-z]+\/\w+$/);
  });
});
