// The VCD of a simulation: names, two's complement, serial lines bit by bit, and the same text however it is written.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createSimulator, type Simulator, type Trace, VcdFile, vcdText } from '../../sim/index.ts';
import { readVcd, type Stretch } from '../oracle/index.ts';
import { firmwareOf, pair, UNSAMPLED } from './sim-stand-ins.ts';

/** Pulses without end, an echo on the serial line. */
function echoing() {
  let queuedUs = 0;
  return firmwareOf((interlock, hal) => {
    const nowUs = hal.clock_us();
    const byte = hal.uart_read();
    if (byte >= 0) hal.uart_write(byte);
    queuedUs = Math.max(queuedUs, nowUs);
    for (; queuedUs < nowUs + 12_000; queuedUs += 2000) {
      interlock.request(200, UNSAMPLED | 4, pair(-5000, 2000), 0, 0, 0, 0, 0, 0, 0);
      interlock.request(50, UNSAMPLED | 2, 0, 0, 0, 0, 0, 0, 0, 0);
      interlock.request(200, UNSAMPLED | 4, pair(5000, -2000), 0, 0, 0, 0, 0, 0, 0);
      interlock.request(1550, UNSAMPLED | 1, 0, 0, 0, 0, 0, 0, 0, 0);
    }
    return 4000;
  });
}

async function echo(): Promise<{ sim: Simulator; trace: Trace }> {
  const sim = await createSimulator({ body: 'none', seed: 5, firmware: echoing() });
  if (sim.trace === null) throw new Error('no trace');
  return { sim, trace: sim.trace };
}

interface Parsed {
  readonly names: Map<string, string>;
  /** Changes by signal: [ns, value]. */
  readonly changes: Map<string, [number, number][]>;
  readonly endNs: number;
}

function parse(text: string): Parsed {
  const names = new Map<string, string>();
  const changes = new Map<string, [number, number][]>();
  let ns = 0;
  for (const line of text.split('\n')) {
    const declared = /^\$var \S+ (\d+) (\S+) (\S+) \$end$/.exec(line);
    if (declared) {
      names.set(declared[2], declared[3]);
      changes.set(declared[3], []);
    } else if (line.startsWith('#')) {
      expect(Number(line.slice(1))).toBeGreaterThanOrEqual(ns);
      ns = Number(line.slice(1));
    } else if (/^[01]/.test(line)) {
      changes.get(names.get(line.slice(1)) ?? '')?.push([ns, Number(line[0])]);
    } else if (line.startsWith('b')) {
      const [bits, id] = line.slice(1).split(' ');
      changes.get(names.get(id) ?? '')?.push([ns, Number.parseInt(bits, 2) | 0]);
    }
  }
  return { names, changes, endNs: ns };
}

describe('VCD', () => {
  test('has every signal of the design, levels in two’s complement, and ends with the run', async () => {
    const { sim, trace } = await echo();
    sim.runUs(10_000);
    const text = vcdText(trace, sim.nowCycles);
    const { changes, endNs } = parse(text);
    expect(text).toContain('$timescale 1 ns $end');
    const electrodes = [...Array.from({ length: 16 }, (_, e) => `E${e + 1}`), 'CASE'];
    expect([...changes.keys()].toSorted()).toEqual(
      [
        ...electrodes.flatMap((name) => [`${name}_uA`, `${name}_CATHODE`, `${name}_ANODE`]),
        ...['ACTIVE', 'RECHARGE', 'HEARTBEAT', 'TRIP', 'RX', 'TX'],
      ].toSorted(),
    );
    const levels = changes.get('E1_uA') ?? [];
    expect(levels.slice(1, 4).map(([, ua]) => ua)).toEqual([-5000, 0, 5000]);
    expect(levels[2][0] - levels[1][0]).toBe(200_000);
    expect(changes.get('CASE_uA')?.[1][1]).toBe(3000);
    expect(changes.get('E1_CATHODE')?.[1]).toEqual([levels[1][0], 1]);
    expect(changes.get('ACTIVE')?.slice(1, 3)).toEqual([
      [levels[1][0], 1],
      [levels[2][0], 0],
    ]);
    expect(changes.get('RECHARGE')?.[2]).toEqual([levels[4][0], 1]);
    expect(endNs).toBe(sim.nowCycles * 8);
  });

  test('shows bytes on RX and TX bit by bit', async () => {
    const { sim, trace } = await echo();
    sim.write(Uint8Array.of(0x55, 0xf0));
    sim.runUs(12_000);
    const { changes } = parse(vcdText(trace, sim.nowCycles));
    for (const line of ['RX', 'TX']) {
      const edges = (changes.get(line) ?? []).slice(1);
      expect(edges.length).toBe(10 + 2);
      const bitNs = 1e9 / 115_200;
      edges.slice(0, 10).forEach(([ns, level], i) => {
        expect(level).toBe(i % 2);
        expect(Math.abs(ns - edges[0][0] - i * bitNs)).toBeLessThan(16);
      });
    }
  });

  test('a byte that is sent with the first cycle follows an idle line, with its bits as wide as ever', async () => {
    const { sim, trace } = await echo();
    sim.write(Uint8Array.of(0x00));
    sim.runUs(1000);
    const [idle, start, stop] = parse(vcdText(trace, sim.nowCycles)).changes.get('RX') ?? [];
    const bitNs = 1e9 / 115_200;
    expect(trace.rx.cycles[0]).toBe(0);
    expect(idle).toEqual([0, 1]);
    expect(start[1]).toBe(0);
    // An analyser's sampling, 1 µs at the slowest, sees the line idle; half a bit would be too late for a decoder.
    expect(start[0]).toBeGreaterThan(1000);
    expect(start[0]).toBeLessThan(bitNs / 4);
    expect(Math.abs(stop[0] - start[0] - 9 * bitNs)).toBeLessThan(16);
  });

  test('marks are comments at their instants, before its changes, and the last comment is the end', async () => {
    const { sim, trace } = await echo();
    sim.runUs(10_000);
    const { changes } = parse(vcdText(trace, sim.nowCycles));
    const [pulseNs] = (changes.get('E1_uA') ?? [])[1];
    const marks = [
      { cycle: 100, text: 'stimgate start 800' },
      { cycle: pulseNs / 8, text: 'stimgate stop 1' },
      { cycle: sim.nowCycles + 5, text: 'stimgate trip 2' },
    ];
    const lines = vcdText(trace, sim.nowCycles, { marks }).split('\n');
    const after = (line: string): string => lines[lines.indexOf(line) + 1];
    expect(after('#800')).toBe('$comment stimgate start 800 $end');
    expect(after(`#${pulseNs}`)).toBe('$comment stimgate stop 1 $end');
    const endNs = sim.nowCycles * 8;
    expect(lines.slice(-4)).toEqual([
      `#${endNs}`,
      '$comment stimgate trip 2 $end',
      `$comment stimgate end ${endNs} $end`,
      '',
    ]);
  });

  test('the logic file has one-bit signals alone', async () => {
    const { sim, trace } = await echo();
    sim.runUs(10_000);
    const text = vcdText(trace, sim.nowCycles, { logicOnly: true });
    expect(text).not.toMatch(/^b/m);
    expect(text).not.toContain('_uA');
    expect(parse(text).changes.get('E2_ANODE')?.length).toBeGreaterThan(3);
  });

  test('REQ-HST-131: in a logic file orders are changes of signals, and no comment lies among the changes', async () => {
    const { sim, trace } = await echo();
    sim.runUs(10_000);
    const marks = [
      { cycle: 100, text: 'stimgate start 800', order: 'start' },
      { cycle: 200, text: 'a note', order: undefined },
      { cycle: 300, text: 'stimgate stop 2400', order: 'stop' },
      { cycle: 400, text: 'stimgate start 3200', order: 'start' },
    ] as const;
    const text = vcdText(trace, sim.nowCycles, { marks, logicOnly: true });
    const endNs = sim.nowCycles * 8;
    expect(text.slice(text.indexOf('$enddefinitions')).match(/\$comment.*/g)).toEqual([
      `$comment stimgate end ${endNs} $end`,
    ]);
    const orders = [
      { kind: 'start', atNs: 800 },
      { kind: 'stop', atNs: 2400 },
      { kind: 'start', atNs: 3200 },
    ];
    expect(readVcd(text).commands).toEqual(orders);
    // Those before the cut, as with comments.
    const cut = readVcd(text.slice(0, text.indexOf('#3200')));
    expect(cut).toMatchObject({ commands: orders.slice(0, 2), truncated: true });
    expect(vcdText(trace, sim.nowCycles, { marks })).not.toContain('ORDER_');
  });

  test('the oracle reads from the file what the capture says', async () => {
    const { sim, trace } = await echo();
    sim.runUs(30_000);
    const rows = (stretches: () => Iterable<Stretch>): string[] =>
      Array.from(stretches(), (s) => `${s.startNs} ${s.endNs} ${s.state} ${s.levelsUa.join()}`);
    const read = readVcd(vcdText(trace, sim.nowCycles));
    expect(rows(() => read.stretches())).toEqual(rows(() => sim.capture().stretches()));
    expect(read).toMatchObject({ hasLevels: true, truncated: false });
  });

  test('written while it runs, forgetting what is written, the file is the same', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stimgate-'));
    try {
      const whole = await echo();
      const streamed = await echo();
      const file = new VcdFile(streamed.trace, join(folder, 'run.vcd'));
      for (let i = 0; i < 20; i++) {
        for (const { sim } of [whole, streamed]) {
          sim.write(new Uint8Array(45).fill(i));
          sim.runUs(3777);
        }
        file.advance(streamed.sim.nowCycles, true);
        expect(streamed.trace.outputs.length).toBeLessThan(80);
      }
      file.close(streamed.sim.nowCycles);
      file.close(streamed.sim.nowCycles);
      expect(readFileSync(join(folder, 'run.vcd'), 'utf8')).toBe(vcdText(whole.trace, whole.sim.nowCycles));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
