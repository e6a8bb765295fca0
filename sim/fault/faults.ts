// Injects faults into a running simulation, each at its cycle. What they draw comes from the simulation's seed.

import { ELECTRODES } from '../../firmware/profile.ts';
import type { Board } from '../board/board.ts';
import type { Body } from '../body/index.ts';
import { NOW } from '../clock/clock.ts';
import { cyclesOfUs } from '../clock/cycles.ts';
import { RandomStream } from '../clock/random.ts';
import type { Machine } from '../machine/machine.ts';
import { REGISTER_BITS } from '../machine/pico/chip/core/registers.ts';
import { Mark, ResetBy } from '../trace/marks.ts';
import type { Fault, MachineFlip, ScheduledFault } from './fault.ts';

const PPM_MAX = 1_000_000;
const PICO_RAM_BYTES = 264 * 1024;

export class Faults {
  /** Every fault injected or scheduled, in the order of the calls: the argument of Mark.FAULT is an index into it. */
  readonly list: ScheduledFault[] = [];
  private readonly board: Board;
  private readonly machine: Machine;
  private readonly body: Body | null;
  private readonly random: RandomStream;
  private readonly kind: number;

  constructor(board: Board, machine: Machine, body: Body | null, seed: number) {
    this.board = board;
    this.machine = machine;
    this.body = body;
    this.random = new RandomStream(seed, 'faults');
    this.kind = board.clock.on((cycle, index) => this.strike(cycle, index));
  }

  /** Injects a fault now, or at a later cycle. Throws RangeError for one that is past or that cannot be. */
  inject(fault: Fault, atCycle: number = this.board.clock.time[NOW]): void {
    const now = this.board.clock.time[NOW];
    if (!(atCycle >= now && Number.isSafeInteger(atCycle)))
      throw new RangeError(`a fault at cycle ${atCycle} cannot be scheduled: it is cycle ${now}`);
    this.check(fault);
    const index = this.list.push({ fault, cycle: atCycle }) - 1;
    if (atCycle > now) this.board.clock.schedule(atCycle, this.kind, index);
    else this.strike(now, index);
  }

  private check(fault: Fault): void {
    const isElectrode = (e: number): boolean => Number.isInteger(e) && e >= 0 && e < ELECTRODES;
    const isPpm = (ppm: number | undefined): boolean => ppm === undefined || (ppm >= 0 && ppm <= PPM_MAX);
    const needsBody = fault.kind === 'broken-lead' || fault.kind === 'shorted-leads';
    if (needsBody && this.body === null)
      throw new RangeError(`the fault "${fault.kind}" needs a simulation with a body`);
    const holds =
      fault.kind === 'stuck-dac' || fault.kind === 'broken-lead'
        ? isElectrode(fault.electrode)
        : fault.kind === 'shorted-leads'
          ? isElectrode(fault.a) && isElectrode(fault.b) && fault.a !== fault.b
          : fault.kind === 'uart'
            ? isPpm(fault.lossPpm) && isPpm(fault.corruptPpm)
            : fault.kind === 'clock-drift'
              ? Math.abs(fault.ppm) < PPM_MAX
              : fault.kind === 'brown-out'
                ? fault.durationUs >= 0
                : isMachineFlip(fault)
                  ? canFlip(fault)
                  : true;
    if (!holds) throw new RangeError(`a fault that cannot be: ${JSON.stringify(fault)}`);
  }

  private strike(cycle: number, index: number): void {
    const { fault } = this.list[index];
    this.board.trace?.mark(cycle, Mark.FAULT, index);
    this.apply(fault, cycle);
  }

  private apply(fault: Fault, cycle: number): void {
    const { board, machine } = this;
    switch (fault.kind) {
      case 'uart': {
        const noise = fault.direction === 'rx' ? board.uart.rxNoise : board.uart.txNoise;
        noise.lossPpm = fault.lossPpm ?? 0;
        noise.corruptPpm = fault.corruptPpm ?? 0;
        return;
      }
      case 'bit-flip': {
        const memory = machine.memory(fault.module);
        const address = fault.address ?? this.random.below(memory.length);
        if (address >= memory.length)
          throw new RangeError(`${fault.module} has no byte ${address} whose bit could be flipped`);
        memory[address] ^= 1 << (fault.bit ?? this.random.below(8));
        return;
      }
      case 'stuck-dac':
        board.stage.setStuck(cycle, fault.electrode, fault.levelUa);
        return;
      case 'broken-lead':
        board.playback.settle(cycle);
        this.body?.breakLead(fault.electrode);
        return;
      case 'shorted-leads':
        board.playback.settle(cycle);
        this.body?.shortLeads(fault.a, fault.b);
        return;
      case 'brown-out':
        board.reset(cycle, ResetBy.BROWN_OUT, cyclesOfUs(fault.durationUs));
        return;
      case 'clock-drift':
        board.stage.setDrift(cycle, fault.ppm);
        return;
      case 'hang':
        machine.hang(fault.module);
        return;
      case 'local-flip':
      case 'register-flip':
      case 'ram-flip':
        machine.flip(fault);
        return;
      default:
        this.applyToSensors(fault, cycle);
    }
  }

  private applyToSensors(fault: Fault, cycle: number): void {
    const { board } = this;
    switch (fault.kind) {
      case 'sensor':
        if (fault.sensor === 'magnet') board.magnetInput.setHealth(cycle, fault.health);
        else board[fault.sensor].setHealth(cycle, fault.health);
        return;
      case 'battery':
        board.changeBattery(cycle, fault.millivolts);
        return;
      case 'temperature':
        board.changeTemperature(cycle, fault.milliCelsius);
        return;
      case 'magnet':
        board.moveMagnet(cycle, fault.isPresent);
        return;
      case 'heartbeat':
        board.heartbeat.isCut = fault.isCut;
        return;
      case 'self-test':
        board.selfTestPassed = fault.passes;
    }
  }
}

function isMachineFlip(fault: Fault): fault is MachineFlip {
  return fault.kind === 'local-flip' || fault.kind === 'register-flip' || fault.kind === 'ram-flip';
}

function canFlip(flip: MachineFlip): boolean {
  const isBelow = (value: number, bound: number): boolean =>
    Number.isInteger(value) && value >= 0 && value < bound;
  switch (flip.kind) {
    case 'local-flip':
      return (
        (flip.module === 'interlock' || flip.module === 'stimulator') &&
        isBelow(flip.reads, 0x7fff_ffff) &&
        isBelow(flip.bit, 64)
      );
    case 'register-flip':
      return REGISTER_BITS[flip.register]?.includes(flip.bit) === true && isBelow(flip.busyCycles, 2 ** 40);
    case 'ram-flip':
      return isBelow(flip.offset, PICO_RAM_BYTES) && isBelow(flip.bit, 8);
  }
}
