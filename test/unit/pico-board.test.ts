// The board in C on the simulated chip: what ends with the output off, and that a module's memory has its bounds there.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { withStaticMemory } from '../../firmware/boards/pico/build/wasm2c.ts';
import { Status } from '../../firmware/status.ts';
import * as wire from '../../firmware/wire.ts';
import { Message } from '../../firmware/wire.ts';
import type { Therapy } from '../../host/therapy/therapy.ts';
import { Mark, OffBy } from '../../sim/index.ts';
import { Chip } from '../../sim/machine/pico/chip/chip.ts';
import type { PicoMachine } from '../../sim/machine/pico/index.ts';
import { SILENT } from '../../sim/machine/pico/silent.ts';
import { PicoBench } from '../bench/pico/device.ts';
import { estop, estopWhileJudging, latenciesUs, magnet } from '../bench/pico/latency.ts';
import {
  FASTEST_ON_2,
  FASTEST_ON_16,
  FASTEST_US,
  FOUR_AREAS_ON_16,
  TEN_KHZ_ON_2,
  TEN_KHZ_ON_16,
} from '../bench/pico/therapies.ts';
import { Device } from '../property/rig/device.ts';
import { PICO } from '../property/rig/machine.ts';
import { stimulatingPico } from './fixtures/pico-device.ts';
import { describePico } from './fixtures/tools.ts';

const TONIC = {
  name: 'tonic',
  profile: 'percutaneous-16',
  areas: [
    {
      electrodes: { E1: -1000, E3: 1000 },
      amplitudeUa: 2000,
      phaseUs: 200,
      recharge: 'symmetric',
      rateHz: 120,
    },
  ],
} as const;
/** Shares that hardly ever divide by 2, so that its ramps have few amplitudes to choose from. */
const UNEVEN = [131, 127, 113, 109, 107, 103, 101, 209];
const ASYMMETRIC: Therapy = {
  name: 'asymmetric',
  profile: 'percutaneous-16',
  areas: [
    {
      electrodes: Object.fromEntries(
        UNEVEN.flatMap((fraction, i) => [
          [`E${i + 1}`, -fraction],
          [`E${16 - i}`, fraction],
        ]),
      ),
      amplitudeUa: 6000,
      phaseUs: 10,
      recharge: { asymmetric: 2 },
      rateHz: 3300,
      rampUpMs: 20,
      rampDownMs: 20,
    },
  ],
};
/** An instruction that is none, and a branch to itself. */
const UDF = 0xde00;
const FAULT_HARD = 0x100;
const FAULT_STACK = 0x200;
const WATCHDOG_MS = 50;
/** Of the 1000 that the bench takes. */
const PHASES = 60;

const folder = mkdtempSync(join(tmpdir(), 'stimgate-board-'));
afterAll(() => rmSync(folder, { recursive: true }));

const disasters: [string, (machine: PicoMachine) => void, number, string][] = [
  [
    'an instruction that is none',
    ({ chip, image }) => chip.writeCode(image.address('w2c_stimulator_poll') & ~1, UDF),
    FAULT_HARD,
    'fault of the processor',
  ],
  [
    'a stack that has grown over its guard',
    ({ chip, image }) => chip.writeRam(image.address('stack_bottom'), 0),
    FAULT_STACK,
    'the stack has grown over its guard',
  ],
];

describePico('the board', () => {
  it.each(disasters)(
    'REQ-BRD-005: %s ends with the output off, a line and a reset',
    (_, strike, code, line) => {
      const { device, machine } = stimulatingPico(TONIC);
      const said: number[] = [];
      device.sim.onByte = (byte) => said.push(byte);
      strike(machine);
      device.run(30_000);
      const { trace } = device.sim;
      expect(trace?.marks(Mark.TRAP).map(({ argument }) => argument)).toEqual([code]);
      expect(trace?.marks(Mark.OFF).at(-1)).toMatchObject({ argument: OffBy.TRAP });
      expect(Buffer.from(said).toString('latin1')).toContain(`${line}\0`);
      const offNs = 8 * (trace?.marks(Mark.OFF).at(-1)?.cycle ?? 0);
      for (const { endNs, state } of device.sim.capture().stretches())
        if (state === 'drive') expect(endNs).toBeLessThanOrEqual(offNs);
      device.run(1000 * WATCHDOG_MS);
      expect(trace?.marks(Mark.RESET).length).toBe(1);
    },
  );

  it('REQ-BRD-007: the end of a frame and 32 bytes without one end its sleep, a byte does not', () => {
    const { sim } = new Device({ machine: PICO.machine, baud: PICO.baud }, PICO);
    const toggle = vi.spyOn(sim.board.heartbeat, 'toggle');
    /** Turns of the main loop, each with a toggle, while the bytes arrive right behind a turn. */
    const turns = (...bytes: number[]): number => {
      const before = toggle.mock.calls.length;
      while (toggle.mock.calls.length === before) sim.runUs(50);
      toggle.mockClear();
      sim.write(Uint8Array.from(bytes));
      sim.runUs(9000);
      return toggle.mock.calls.length;
    };
    expect(turns(1, 2, 3)).toBe(0);
    expect(turns(1, 2, 0)).toBeGreaterThan(0);
    expect(turns(...new Array(40).fill(7))).toBeGreaterThan(0);
  });

  it.each([
    ['2 contacts', TEN_KHZ_ON_2, FASTEST_US.on2],
    ['16 contacts', TEN_KHZ_ON_16, FASTEST_US.on16],
  ])(
    'REQ-VAL-026 REQ-SCH-022: on %s 10 kHz are refused; the closest pulses that are not are served while the host never pauses',
    (_, therapy, periodUs) => {
      const every = (us: number) => ({
        ...therapy,
        areas: [{ ...therapy.areas[0], rateHz: Math.floor(1e9 / us) / 1000 }],
      });
      expect(() => new PicoBench().start(therapy)).toThrow('INTERLEAVE');
      expect(() => new PicoBench().start(every(periodUs - 1))).toThrow('INTERLEAVE');
      const bench = new PicoBench();
      bench.start(every(periodUs));
      for (const flood of ['requests', 'noise'] as const) bench.run(200_000, flood);
      expect(bench.isDelivering).toBe(true);
      expect(bench.edges().worstNs).toBe(0);
    },
  );

  it('REQ-BRD-009: behind noise, the magnet ends the output within 50 µs and an ESTOP within 200 µs of its last bit', () => {
    expect(Math.max(...latenciesUs(magnet, 3, PHASES))).toBeLessThanOrEqual(50);
    expect(Math.max(...latenciesUs(estop, 4, PHASES))).toBeLessThanOrEqual(200);
  });

  it.each([
    ['the fastest trains on 2 contacts', FASTEST_ON_2],
    ['the fastest trains on 16 contacts', FASTEST_ON_16],
  ])('REQ-SCH-021 REQ-BRD-010: while programs and amplitudes are judged, %s go on', (_, therapy) => {
    const bench = new PicoBench();
    const { device } = bench;
    device.program(FOUR_AREAS_ON_16, 1);
    bench.start(therapy);
    for (let n = 1; n <= 3; n++) {
      const { payload } = device.ask(Message.VALIDATE, Uint8Array.of(1));
      expect(payload[wire.RESPONSE_STATUS]).toBe(Status.PROGRAM_PHASE_CHARGE);
      expect(device.setAmplitude(0, therapy.areas[0].amplitudeUa + 10 * n)).toBe(Status.OK);
    }
    expect(bench.isDelivering).toBe(true);
    expect(bench.ending()).toBe('NONE');
    expect(bench.edges().worstNs).toBe(0);
  });

  it('REQ-THR-004: the ramps of a fast train whose levels must divide, and a refused amplitude, do not hold it up', () => {
    const { device } = stimulatingPico(ASYMMETRIC);
    device.run(60_000);
    expect(device.setAmplitude(0, 0, 6010).status).toBe(Status.RATIO_DIVIDES);
    expect(device.status()).toMatchObject({ therapy: 'STIMULATING', stopReason: 'NONE' });
    expect(device.stop()).toBe(Status.OK);
    device.run(60_000);
    expect(device.status()).toMatchObject({ therapy: 'IDLE', stopReason: 'STOP' });
    expect(device.judge(ASYMMETRIC).findings).toEqual([]);
  });

  it('REQ-LNK-019: an ESTOP acts within 200 µs in the fastest trains, and within 1 ms of it while a program is judged', () => {
    expect(Math.max(...latenciesUs(estop, 5, PHASES, FASTEST_ON_16))).toBeLessThanOrEqual(200);
    expect(Math.max(...latenciesUs(estopWhileJudging, 6, PHASES, FASTEST_ON_16))).toBeLessThanOrEqual(1000);
  });

  it('REQ-BRD-006: the last word reads, one past it and a sum that wraps trap', () => {
    const { load, trapped } = compiled(1024);
    expect(load(0)).toBe(0);
    expect(load(1024 - 12)).toBe(0);
    for (const address of [1024 - 8, 1024, 0xffff_fffc, 0xffff_fff8, 0x8000_0000]) {
      expect(trapped(address), address.toString(16)).toBe(true);
    }
  });
});

/** A module that loads the word 8 behind its argument, through the build's own steps onto a bare chip. */
function compiled(memoryBytes: number) {
  const path = (name: string) => join(folder, name);
  writeFileSync(
    path('m.wat'),
    '(module (memory (export "memory") 1 1) (func (export "f") (param i32) (result i32) local.get 0 i32.load offset=8))',
  );
  const wabt = resolve('node_modules/wabt/bin');
  execFileSync(process.execPath, [join(wabt, 'wat2wasm'), path('m.wat'), '-o', path('m.wasm')]);
  execFileSync(process.execPath, [join(wabt, 'wasm2c'), path('m.wasm'), '-n', 'm', '-o', path('m.c')]);
  const trap = '\nvoid wasm_rt_trap(wasm_rt_trap_t t) { (void)t; for (;;) __asm__ volatile("bkpt 1"); }\n';
  const unused =
    'int memcmp(const void *a, const void *b, size_t n) { (void)a, (void)b, (void)n; return 0; }\n';
  writeFileSync(
    path('m.c'),
    withStaticMemory(readFileSync(path('m.c'), 'utf8'), 'm', memoryBytes) + trap + unused,
  );
  const flags = [
    '-mcpu=cortex-m0plus',
    '-mthumb',
    '-O2',
    '-ffreestanding',
    '-w',
    '-nostdlib',
    '-Ttext=0x10000000',
  ];
  const where = [
    `-I${resolve('firmware/boards/pico/runtime')}`,
    `-I${folder}`,
    '-Tdata=0x20000000',
    '-Wl,-ew2c_m_f',
  ];
  execFileSync('arm-none-eabi-gcc', [...flags, ...where, path('m.c'), '-lgcc', '-o', path('m.elf')], {
    stdio: 'pipe',
  });
  execFileSync('arm-none-eabi-objcopy', ['-O', 'binary', '-j', '.text', path('m.elf'), path('m.bin')]);
  const symbols = execFileSync('arm-none-eabi-nm', [path('m.elf')], { encoding: 'utf8' });
  const at = Number.parseInt(/^(\w+) T w2c_m_f$/m.exec(symbols)?.[1] ?? '', 16);
  let hasTrapped = false;
  const chip = new Chip(readFileSync(path('m.bin')), SILENT, { startCycle: 0, bare: { vtor: 0x2000_0000 } });
  chip.onBreak = () => {
    hasTrapped = true;
    chip.stopRequested = true;
  };
  const load = (address: number): number => chip.call(at, [0, address], 10_000);
  const trapped = (address: number): boolean => {
    hasTrapped = false;
    expect(() => load(address)).toThrow(/did not return/);
    return hasTrapped;
  };
  return { load, trapped };
}
