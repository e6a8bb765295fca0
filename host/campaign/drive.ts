// Runs a case on a simulated device: programs it, starts it, does what the command stream says, injects the faults, stops it.
// It sees no more of the device than a host does; what came of it is read from the recording afterwards.

import { AMPLITUDE_UA_MAX, PHASE_PC_SET_DEFAULT } from '../../firmware/profile.ts';
import { Mode, Status } from '../../firmware/status.ts';
import * as wire from '../../firmware/wire.ts';
import { CYCLES_PER_US, type Simulator, UnmodelledAccess } from '../../sim/index.ts';
import { encodeArea } from '../device/area-record.ts';
import { electrodeIndex } from '../device/electrodes.ts';
import { decodeStatus } from '../device/messages.ts';
import { encodeFrame } from '../link/frame.ts';
import type { ElectrodeName } from '../therapy/therapy.ts';
import type { CampaignCase, Step } from './case.ts';
import { type Answer, Client, NoAnswer } from './client.ts';
import type { FaultSchedule } from './fault-schedule.ts';
import type { Phase } from './names.ts';
import {
  amplitudeBytes,
  FOREIGN_PAYLOADS,
  ORDER_MESSAGES,
  type Order,
  type Refusal,
  Refused,
  refused,
  SLOT,
} from './orders.ts';

const CYCLES_PER_MS = 1000 * CYCLES_PER_US;
const BOOT_MS = 2;
/** Discharge before a first pulse, and room. */
const ARMING_MS = 68;
const MEASURING_MS = 120;
/** After the end, so that what should not come can come. */
const REST_MS = 120;
const KEEP_ALIVE_MS = 500;
/** Longest wait for a device to become idle, and the time between questions. */
const IDLE_MS_MAX = 2000;
const ASK_MS = 10;
const RETRIES = 3;
const FRAMES_KEPT = 16;
const NOTHING = new Uint8Array(0);

/** What is left of a run besides what the simulator recorded. */
export interface Driven {
  readonly orders: readonly Order[];
  readonly phases: readonly { readonly phase: Phase; readonly cycle: number }[];
  readonly refusal: Refusal | undefined;
  /** What the firmware did that no board defines: the run ended there. */
  readonly undefinedOutput?: string;
}

/** Runs a case from power-on to its end. */
export function drive(sim: Simulator, one: CampaignCase, schedule: FaultSchedule): Driven {
  return new Driver(sim, one, schedule).run();
}

class Driver {
  private readonly sim: Simulator;
  private readonly case: CampaignCase;
  private readonly client: Client;
  private readonly schedule: FaultSchedule;
  private readonly orders: Order[] = [];
  private readonly phases: { phase: Phase; cycle: number }[] = [];
  private readonly sent: Uint8Array[] = [];
  private nextAliveCycle = Number.POSITIVE_INFINITY;
  private startCycle = 0;

  constructor(sim: Simulator, one: CampaignCase, schedule: FaultSchedule) {
    this.sim = sim;
    this.case = one;
    this.client = new Client(sim, RETRIES);
    this.schedule = schedule;
  }

  run(): Driven {
    const { orders, phases } = this;
    try {
      const refusal = this.session();
      this.nextAliveCycle = Number.POSITIVE_INFINITY;
      this.enter('stopped', REST_MS);
      this.pass(REST_MS);
      return { orders, phases, refusal };
    } catch (error) {
      // No board could have played what the firmware released: whatever that would have been.
      if (!(error instanceof UnmodelledAccess)) throw error;
      return { orders, phases, refusal: undefined, undefinedOutput: error.message };
    }
  }

  /** A host's whole session; what made it give up. */
  private session(): Refusal | undefined {
    try {
      this.enter('boot', BOOT_MS);
      this.pass(BOOT_MS);
      this.enter('programming', 10);
      this.client.hello();
      this.program();
      if (this.case.stream === 'impedance') this.measure();
      this.stimulate();
      return undefined;
    } catch (error) {
      if (!(error instanceof Refused || error instanceof NoAnswer)) throw error;
      this.giveUp();
      return error instanceof Refused ? error.refusal : { message: error.message, status: undefined };
    }
  }

  /** A host that knows no further orders the output off. */
  private giveUp(): void {
    if (this.orders.length === 0) return;
    try {
      this.order('estop');
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
    }
  }

  private program(): void {
    const { therapy } = this.case;
    for (const [name, limit] of Object.entries(therapy.limits ?? {})) {
      const payload = new Uint8Array(wire.LIMIT_BYTES);
      const view = new DataView(payload.buffer);
      const pc = limit?.phaseChargeNc === undefined ? PHASE_PC_SET_DEFAULT : limit.phaseChargeNc * 1000;
      payload[wire.LIMIT_ELECTRODE] = electrodeIndex(name as ElectrodeName);
      view.setUint32(wire.LIMIT_AMPLITUDE_UA, limit?.amplitudeUa ?? AMPLITUDE_UA_MAX, true);
      view.setUint32(wire.LIMIT_PHASE_PC, pc, true);
      this.demand(wire.Message.SET_LIMIT, payload);
    }
    for (const [index, area] of therapy.areas.entries()) {
      this.demand(wire.Message.SET_AREA, Uint8Array.of(SLOT, index, 0, 0, ...encodeArea(area)));
      this.demand(wire.Message.SET_AMPLITUDE, amplitudeBytes(index, area.amplitudeUa));
    }
    this.demand(wire.Message.VALIDATE, Uint8Array.of(SLOT));
  }

  /** Measures between the first two electrodes that the therapy drives. */
  private measure(): void {
    const [plus, minus] = Object.keys(this.case.therapy.areas[0].electrodes);
    const pair = [plus, minus].map((name) => electrodeIndex(name as ElectrodeName));
    this.enter('measuring', MEASURING_MS);
    this.demand(wire.Message.MEASURE, Uint8Array.from(pair));
    this.untilIdle();
  }

  private stimulate(): void {
    const { forMs, end, steps } = this.case;
    this.start();
    for (const step of steps.toSorted((a, b) => a.atMs - b.atMs)) {
      this.passUntil(this.startCycle + step.atMs * CYCLES_PER_MS);
      this.take(step);
    }
    this.passUntil(this.startCycle + (ARMING_MS + forMs) * CYCLES_PER_MS);
    this.enter('stopping', this.rampDownMs() + 20);
    if (end !== 'link-loss') this.order(end);
    this.nextAliveCycle = Number.POSITIVE_INFINITY;
    this.pass(this.rampDownMs() + 50);
  }

  /** START, and the phases that follow from it if nothing comes in between. */
  private start(): void {
    const rampMs = Math.max(0, ...this.case.therapy.areas.map((area) => area.rampUpMs ?? 0));
    this.startCycle = this.sim.nowCycles;
    this.enter('arming', ARMING_MS);
    this.schedule.begin('ramp', this.startCycle + ARMING_MS * CYCLES_PER_MS, rampMs * CYCLES_PER_MS);
    const stimulatingMs = Math.max(1, this.case.forMs - rampMs);
    const fromCycle = this.startCycle + (ARMING_MS + rampMs) * CYCLES_PER_MS;
    this.schedule.begin('stimulating', fromCycle, stimulatingMs * CYCLES_PER_MS);
    const mode = this.case.end === 'link-loss' ? Mode.CLINIC : Mode.FREE_RUNNING;
    if (this.case.end !== 'link-loss')
      this.nextAliveCycle = this.sim.nowCycles + KEEP_ALIVE_MS * CYCLES_PER_MS;
    const answer = this.order('start', Uint8Array.of(SLOT, mode));
    if (answer.status !== Status.OK) throw refused('START', answer.status);
  }

  private take(step: Step): void {
    switch (step.kind) {
      case 'amplitude': {
        const area = step.area % this.case.therapy.areas.length;
        const mostUa = this.case.therapy.areas[area].amplitudeUa;
        const amplitudeUa = Math.round((mostUa * step.permille) / 10_000) * 10;
        this.order('amplitude', amplitudeBytes(area, amplitudeUa), { area, amplitudeUa });
        return;
      }
      case 'restart':
        this.enter('stopping', this.rampDownMs() + 20);
        this.order('stop');
        this.pass(this.rampDownMs() + ASK_MS);
        this.untilIdle();
        this.start();
        return;
      case 'magnet':
        this.sim.board.magnet(true);
        this.pass(step.forMs);
        this.sim.board.magnet(false);
        // The discharge counts from the last look at the magnet, which the oracle does not know.
        this.pass(ARMING_MS);
        this.untilIdle();
        this.start();
        return;
      default:
        this.put(this.foreignBytes(step));
    }
  }

  private foreignBytes(step: Extract<Step, { kind: 'noise' | 'replay' | 'foreign' }>): Uint8Array {
    if (step.kind === 'noise') return Uint8Array.of(...step.bytes, 0);
    if (step.kind === 'replay') return this.sent.at(-1 - step.back) ?? new Uint8Array(0);
    const type = wire.Message[step.message];
    const payload = FOREIGN_PAYLOADS[step.message];
    const session = (this.client.session ^ step.salt) >>> 0;
    const sequence = (this.client.sequence + 1) & 0xffff;
    return encodeFrame({ version: wire.WIRE_VERSION, type, session, sequence, payload });
  }

  /** Bytes that nobody waits for an answer to. */
  private put(bytes: Uint8Array): void {
    this.sim.write(bytes);
  }

  private order(kind: Order['kind'], payload: Uint8Array = NOTHING, more: Partial<Order> = {}): Answer {
    const { client } = this;
    this.orders.push({ kind, session: client.session, sequence: (client.sequence + 1) & 0xffff, ...more });
    return this.ask(ORDER_MESSAGES[kind], payload);
  }

  private ask(type: wire.Message, payload: Uint8Array): Answer {
    const bytes = this.client.encode(type, payload);
    this.keep(bytes);
    return this.client.exchange(bytes, type, this.client.sequence);
  }

  private demand(type: wire.Message, payload: Uint8Array): void {
    const { status } = this.ask(type, payload);
    if (status !== Status.OK) throw refused(wire.Message[type], status);
  }

  private keep(bytes: Uint8Array): void {
    this.sent.push(bytes);
    if (this.sent.length > FRAMES_KEPT) this.sent.shift();
  }

  private untilIdle(): void {
    const deadline = this.sim.nowCycles + IDLE_MS_MAX * CYCLES_PER_MS;
    while (this.sim.nowCycles < deadline) {
      const { payload, status } = this.ask(wire.Message.STATUS, new Uint8Array(0));
      if (status !== Status.OK || decodeStatus(payload).therapy === 'IDLE') return;
      this.pass(ASK_MS);
    }
  }

  private rampDownMs(): number {
    return Math.max(0, ...this.case.therapy.areas.map((area) => area.rampDownMs ?? 0));
  }

  private enter(phase: Phase, forMs: number): void {
    this.phases.push({ phase, cycle: this.sim.nowCycles });
    this.schedule.begin(phase, this.sim.nowCycles, forMs * CYCLES_PER_MS);
  }

  private pass(forMs: number): void {
    this.passUntil(this.sim.nowCycles + forMs * CYCLES_PER_MS);
  }

  /** Lets time pass; a host that stimulates asks for the status now and then, which keeps the link alive. */
  private passUntil(cycle: number): void {
    while (this.nextAliveCycle < cycle) {
      this.sim.runUntilCycle(this.nextAliveCycle);
      const bytes = this.client.encode(wire.Message.STATUS);
      this.keep(bytes);
      this.put(bytes);
      this.nextAliveCycle += KEEP_ALIVE_MS * CYCLES_PER_MS;
    }
    if (cycle > this.sim.nowCycles) this.sim.runUntilCycle(cycle);
    this.client.forget();
  }
}
