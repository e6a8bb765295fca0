// The board around the modules: main loop, sleep, watchdog, heartbeat, magnet, traps and resets. With stand-ins for the
// modules, so that nothing here depends on the firmware.

import { describe, expect, test } from 'vitest';
import { HUNG_US } from '../../firmware/board.ts';
import {
  createSimulator,
  Mark,
  OffBy,
  ResetBy,
  type Simulator,
  type SimulatorOptions,
} from '../../sim/index.ts';
import { firmwareOf, pair, permissiveInterlock, UNSAMPLED } from './sim-stand-ins.ts';

const US = 125;
const idle = () => 5000;

function make(options: SimulatorOptions): Promise<Simulator> {
  return createSimulator({ body: 'none', ...options });
}

/** A stimulator that drives 1 ms and recharges 1 ms, over and over, 12 ms ahead. */
function driving() {
  let queuedUs = 0;
  return firmwareOf((interlock, hal) => {
    const nowUs = hal.clock_us();
    queuedUs = Math.max(queuedUs, nowUs);
    for (; queuedUs < nowUs + 12_000; queuedUs += 2000) {
      interlock.request(1000, UNSAMPLED, pair(-500, 500), 0, 0, 0, 0, 0, 0, 0);
      interlock.request(1000, UNSAMPLED | 1, 0, 0, 0, 0, 0, 0, 0, 0);
    }
    return 4000;
  });
}

const marks = (sim: Simulator, kind: Mark) => sim.trace?.marks(kind) ?? [];
const activeNs = (sim: Simulator): number => {
  let sum = 0;
  for (const s of sim.capture().stretches()) if (s.state === 'drive') sum += s.endNs - s.startNs;
  return sum;
};

describe('main loop', () => {
  test('boots 1 ms after power-on; polls when the stimulator wishes, at least every 10 ms', async () => {
    const polls: number[] = [];
    const wishes = [0, 2500, 60_000, 60_000];
    const firmware = firmwareOf((_interlock, hal) => {
      polls.push(hal.clock_us());
      return wishes[polls.length - 1] ?? 60_000;
    });
    const sim = await make({ firmware });
    sim.runUs(30_000);
    expect(marks(sim, Mark.BOOT).map((mark) => mark.cycle)).toEqual([1000 * US]);
    const gaps = polls.slice(1).map((us, i) => us - polls[i]);
    expect(gaps[0]).toBeLessThan(50);
    expect(Math.abs(gaps[1] - 2500)).toBeLessThan(50);
    expect(Math.abs(gaps[2] - 10_000)).toBeLessThan(50);
  });

  /** A stimulator that reads all that there is at each poll and wishes to sleep; when it read which byte, µs. */
  async function reader(baud: number): Promise<{ sim: Simulator; seen: [number, number][] }> {
    const seen: [number, number][] = [];
    const firmware = firmwareOf((_interlock, hal) => {
      for (let byte = hal.uart_read(); byte >= 0; byte = hal.uart_read()) seen.push([hal.clock_us(), byte]);
      return 9000;
    });
    const sim = await make({ firmware, baud });
    sim.runUs(5000);
    return { sim, seen };
  }

  test('REQ-BRD-007: wakes at the stop bit of a delimiter, not of a byte before it', async () => {
    const { sim, seen } = await reader(1_000_000);
    const writtenUs = sim.nowUs - 1000;
    sim.write(Uint8Array.of(7, 8, 0));
    sim.runUs(5000);
    expect(seen.map(([, byte]) => byte)).toEqual([7, 8, 0]);
    for (const [us] of seen) {
      expect(us - (writtenUs + 30)).toBeGreaterThanOrEqual(0);
      expect(us - (writtenUs + 30)).toBeLessThan(30);
    }
  });

  test('REQ-BRD-007: wakes when 32 bytes wait without a delimiter; fewer are read at the next poll', async () => {
    const { sim, seen } = await reader(100_000);
    const writtenUs = sim.nowUs - 1000;
    sim.write(new Uint8Array(40).fill(9));
    sim.runUs(3500);
    expect(seen.length).toBe(32);
    expect(seen[31][0] - (writtenUs + 3200)).toBeLessThan(30);
    sim.runUs(9500);
    expect(seen.length).toBe(40);
  });

  test('does not sleep while the end of a frame is unread', async () => {
    const seen: number[] = [];
    const firmware = firmwareOf((_interlock, hal) => {
      const byte = hal.uart_read();
      if (byte >= 0) seen.push(hal.clock_us());
      return 9000;
    });
    const sim = await make({ firmware, baud: 1_000_000 });
    sim.runUs(5000);
    sim.write(Uint8Array.of(7, 8, 0));
    sim.runUs(5000);
    expect(seen.length).toBe(3);
    expect(seen[2] - seen[0]).toBeLessThan(80);
  });

  test('throws on a channel that is not modelled', async () => {
    const firmware = firmwareOf(idle, (hal) =>
      permissiveInterlock(hal, {
        poll: () => {
          return hal.sense(6);
        },
      }),
    );
    const sim = await make({ firmware });
    expect(() => sim.runUs(2000)).toThrow('hal.sense(6)');
  });
});

describe('serial line', () => {
  test('bytes leave at the baud rate, and the FIFO says when it is full', async () => {
    const taken: number[] = [];
    const firmware = firmwareOf((_interlock, hal) => {
      while (taken.length < 140) {
        if (hal.uart_write(taken.length) === 0) break;
        taken.push(taken.length);
      }
      return 10_000;
    });
    const arrived: [number, number][] = [];
    const sim = await make({ firmware, onByte: (byte, cycle) => arrived.push([byte, cycle]) });
    sim.runUs(1200);
    // One byte in the shifter and 128 in the ring.
    expect(taken.length).toBe(129);
    sim.runUs(30_000);
    expect(arrived.map(([byte]) => byte)).toEqual(Array.from({ length: 140 }, (_, i) => i));
    const byteCycles = Math.round((125e6 * 10) / 115_200);
    expect(arrived[5][1] - arrived[4][1]).toBe(byteCycles);
  });

  test('a full receive ring loses bytes and says so', async () => {
    const sim = await make({ firmware: firmwareOf(idle), baud: 1_000_000 });
    sim.write(new Uint8Array(300).fill(65));
    sim.runUs(10_000);
    expect(sim.board.uart.overruns).toBe(marks(sim, Mark.RX_OVERRUN).length);
    expect(sim.board.uart.overruns).toBeGreaterThan(0);
  });

  test('runUntilByte stops when the byte has left, or at the deadline', async () => {
    const firmware = firmwareOf((_interlock, hal) => {
      const byte = hal.uart_read();
      if (byte >= 0) hal.uart_write(byte);
      return 10_000;
    });
    const sim = await make({ firmware });
    sim.write(Uint8Array.of(1, 2, 0, 3));
    expect(sim.runUntilByte(0, 10_000 * US)).toBe(true);
    expect(sim.nowUs).toBeLessThan(2000);
    expect(sim.runUntilByte(0, 10_000 * US)).toBe(false);
    expect(sim.nowUs).toBeGreaterThanOrEqual(10_000);
  });
});

describe('hardware safety', () => {
  test('REQ-BRD-010: a module that does not return is switched off 600 µs after its last call', async () => {
    const sim = await make({ firmware: driving() });
    sim.runUs(20_000);
    sim.faults.inject({ kind: 'hang', module: 'stimulator' });
    sim.runUs(10_000);
    const [off] = marks(sim, Mark.OFF).filter(({ argument }) => argument === OffBy.HANG);
    expect(off.cycle).toBeGreaterThanOrEqual((20_000 + HUNG_US) * US);
    expect(off.cycle).toBeLessThan((20_000 + HUNG_US + 2000) * US);
    expect(sim.trace?.outputs.countBefore(off.cycle + 1)).toBe(sim.trace?.outputs.length);
  });

  test('the magnet switches off at once, even while a module hangs, and its latch is read once', async () => {
    const readings: number[] = [];
    const drive = driving();
    const sim = await make({
      firmware: {
        ...drive,
        interlock: (hal) =>
          permissiveInterlock(hal, {
            poll: () => {
              hal.heartbeat();
              readings.push(hal.sense(0));
              return 0;
            },
          }),
      },
    });
    sim.runUs(20_000);
    sim.faults.inject({ kind: 'hang', module: 'stimulator' });
    sim.faults.inject({ kind: 'magnet', isPresent: true }, 21_500 * US);
    sim.faults.inject({ kind: 'magnet', isPresent: false }, 21_600 * US);
    sim.runUs(10_000);
    expect(marks(sim, Mark.OFF).map((mark) => [mark.cycle, mark.argument])).toContainEqual([
      21_500 * US,
      OffBy.MAGNET,
    ]);
    const again = await make({
      firmware: firmwareOf(idle, (hal) =>
        permissiveInterlock(hal, {
          poll: () => {
            readings.push(hal.sense(0));
            return 0;
          },
        }),
      ),
    });
    again.runUs(5000);
    readings.length = 0;
    again.board.magnet(true);
    again.board.magnet(false);
    again.runUs(20_000);
    expect(readings[0]).toBe(1);
    expect(readings.slice(1).every((reading) => reading === 0)).toBe(true);
  });

  test('a heartbeat that is cut lets the driver drop out after 100 ms, and no sooner', async () => {
    const sim = await make({ firmware: driving() });
    sim.runUs(50_000);
    sim.faults.inject({ kind: 'heartbeat', isCut: true });
    sim.runUs(150_000);
    const last = sim.trace?.heartbeats.cycles[sim.trace.heartbeats.length - 1] ?? 0;
    const [dropOut] = marks(sim, Mark.DRIVER).filter((mark) => mark.argument === 0);
    expect(dropOut.cycle).toBe(last + 100_000 * US);
    const before = activeNs(sim);
    sim.runUs(50_000);
    expect(activeNs(sim)).toBe(before);
    sim.faults.inject({ kind: 'heartbeat', isCut: false });
    sim.runUs(50_000);
    expect(activeNs(sim)).toBeGreaterThan(before);
  });

  test('a hung module is reset by the watchdog after 50 ms, with new instances', async () => {
    const boots: number[] = [];
    const drive = driving();
    const sim = await make({
      firmware: {
        interlock: drive.interlock,
        stimulator: (hal, interlock) => ({
          ...drive.stimulator(hal, interlock),
          boot: (_board, entropy) => boots.push(entropy),
        }),
      },
    });
    sim.runUs(20_000);
    sim.faults.inject({ kind: 'hang', module: 'interlock' });
    const before = sim.modules.interlock;
    sim.runUs(70_000);
    expect(sim.modules.interlock).not.toBe(before);
    expect(boots.length).toBe(2);
    expect(boots[0]).not.toBe(boots[1]);
    const [reset] = marks(sim, Mark.RESET);
    expect(reset.argument).toBe(ResetBy.WATCHDOG);
    expect(reset.cycle).toBeGreaterThan(50_000 * US);
    expect(reset.cycle).toBeLessThan(70_000 * US);
    expect(marks(sim, Mark.BOOT).length).toBe(2);
  });

  test('a trap switches off in that instant and ends in a watchdog reset', async () => {
    const drive = driving();
    let polls = 0;
    const sim = await make({
      firmware: {
        interlock: drive.interlock,
        stimulator: (hal, interlock) => {
          const inner = drive.stimulator(hal, interlock);
          return {
            boot: () => {},
            poll: () => {
              if (++polls === 4) throw new WebAssembly.RuntimeError('unreachable');
              return inner.poll();
            },
          };
        },
      },
    });
    sim.runUs(100_000);
    const [trap] = marks(sim, Mark.TRAP);
    expect(trap.argument).toBe(1);
    expect(marks(sim, Mark.OFF)).toContainEqual({ cycle: trap.cycle, kind: Mark.OFF, argument: OffBy.TRAP });
    expect(marks(sim, Mark.RESET).length).toBe(1);
  });

  test('a brown-out switches off, holds the processor and starts it again', async () => {
    const sim = await make({ firmware: driving() });
    sim.faults.inject({ kind: 'brown-out', durationUs: 5000 }, 20_000 * US);
    sim.runUs(25_900);
    expect(marks(sim, Mark.OFF).map((mark) => mark.cycle)).toEqual([20_000 * US]);
    expect(marks(sim, Mark.BOOT).length).toBe(1);
    sim.runUs(1000);
    expect(marks(sim, Mark.BOOT).map((mark) => mark.cycle)).toEqual([1000 * US, 26_000 * US]);
  });
});

describe('sensors', () => {
  const reading = async (channel: number) => {
    const readings: number[] = [];
    const firmware = firmwareOf(idle, (hal) =>
      permissiveInterlock(hal, {
        poll: () => {
          readings.push(hal.sense(channel));
          return 0;
        },
      }),
    );
    const sim = await make({ firmware });
    const after = (us: number): number => {
      sim.runUs(us);
      return readings[readings.length - 1];
    };
    return { sim, after };
  };

  test('battery and temperature follow within a conversion, freeze, and go stale after 20 ms', async () => {
    const { sim, after } = await reading(2);
    expect(after(2000)).toBe(37_000);
    sim.board.setTemperature(38_500);
    expect(after(8000)).toBe(38_500);
    sim.faults.inject({ kind: 'sensor', sensor: 'temperature', health: 'frozen' });
    sim.board.setTemperature(41_000);
    expect(after(50_000)).toBe(38_500);
    sim.faults.inject({ kind: 'sensor', sensor: 'temperature', health: 'stale' });
    expect(after(15_000)).toBe(38_500);
    expect(after(15_000)).toBe(-2147483648);
    sim.faults.inject({ kind: 'sensor', sensor: 'temperature', health: 'healthy' });
    expect(after(10_000)).toBe(41_000);
  });

  test('the self-test reports what a fault makes of it', async () => {
    const { sim, after } = await reading(3);
    expect(after(2000)).toBe(1);
    sim.faults.inject({ kind: 'self-test', passes: false });
    expect(after(10_000)).toBe(0);
  });

  test('faults that cannot be are refused', async () => {
    const { sim } = await reading(1);
    expect(() => sim.faults.inject({ kind: 'broken-lead', electrode: 3 })).toThrow(RangeError);
    expect(() => sim.faults.inject({ kind: 'stuck-dac', electrode: 17, levelUa: 0 })).toThrow(RangeError);
    expect(() => sim.faults.inject({ kind: 'battery', millivolts: 1 }, -1)).toThrow(RangeError);
    expect(() => sim.faults.inject({ kind: 'bit-flip', module: 'interlock', address: 0 })).toThrow(
      RangeError,
    );
  });
});
