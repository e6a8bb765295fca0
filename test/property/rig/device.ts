// A simulated device as tests use it: programmed with a therapy, started, run, stopped, and judged by the oracle.

import { AMPLITUDE_UA_MAX, PHASE_PC_SET_DEFAULT } from '../../../firmware/profile.ts';
import { Mode, Status } from '../../../firmware/status.ts';
import * as wire from '../../../firmware/wire.ts';
import { encodeArea } from '../../../host/device/area-record.ts';
import { expandDelivered } from '../../../host/device/delivered.ts';
import { electrodeIndex } from '../../../host/device/electrodes.ts';
import { type DeviceEvents, type DeviceStatus, decodeStatus } from '../../../host/device/messages.ts';
import type { ElectrodeName, Therapy } from '../../../host/therapy/therapy.ts';
import { CYCLE_NS, type Simulator, type SimulatorOptions } from '../../../sim/index.ts';
import { type Command, type JudgeOptions, judge, type Verdict } from '../../oracle/index.ts';
import { type Answer, Client, statusName } from './client.ts';
import { RIG_MACHINE, type RigMachine, rigSimulator } from './machine.ts';

/** Boot, and the discharge time before a first pulse, with room, µs. */
const BOOT_US = 2000;
const ARMING_US = 70_000;
export class Device {
  readonly sim: Simulator;
  readonly client: Client;
  /** What was done to it, for the oracle. */
  readonly commands: Command[] = [];

  /** Switches a device on and opens a session. */
  constructor(options: SimulatorOptions = {}, rig: RigMachine = RIG_MACHINE) {
    this.sim = rigSimulator(options, rig);
    this.client = new Client(this.sim);
    this.sim.runUs(BOOT_US);
    this.client.hello();
  }

  get nowNs(): number {
    return this.sim.nowCycles * CYCLE_NS;
  }

  run(durationUs: number): void {
    this.sim.runUs(durationUs);
    this.client.forget();
  }

  /** Tells the oracle what is about to be done. */
  note(kind: Command['kind'], more: Partial<Command> = {}): void {
    this.commands.push({ atNs: this.nowNs, kind, ...more });
  }

  setArea(slot: number, area: number, record: Uint8Array): Answer {
    return this.client.ask(wire.Message.SET_AREA, Uint8Array.from([slot, area, 0, 0, ...record]));
  }

  setAmplitude(slot: number, area: number, amplitudeUa: number): Answer {
    const payload = new Uint8Array(wire.SET_AMPLITUDE_BYTES);
    payload.set([slot, area]);
    new DataView(payload.buffer).setUint32(wire.AMPLITUDE_UA, amplitudeUa, true);
    return this.client.ask(wire.Message.SET_AMPLITUDE, payload);
  }

  setLimit(electrode: number, amplitudeUa: number, phasePc: number): Answer {
    const payload = new Uint8Array(wire.LIMIT_BYTES);
    payload[wire.LIMIT_ELECTRODE] = electrode;
    const view = new DataView(payload.buffer);
    view.setUint32(wire.LIMIT_AMPLITUDE_UA, amplitudeUa, true);
    view.setUint32(wire.LIMIT_PHASE_PC, phasePc, true);
    return this.client.ask(wire.Message.SET_LIMIT, payload);
  }

  /** Stores a therapy in a slot. Returns the first refusal, or OK. */
  program(therapy: Therapy, slot = 0): Status {
    for (const [name, limit] of Object.entries(therapy.limits ?? {})) {
      const ua = limit?.amplitudeUa ?? AMPLITUDE_UA_MAX;
      const pc = limit?.phaseChargeNc === undefined ? PHASE_PC_SET_DEFAULT : limit.phaseChargeNc * 1000;
      const { status } = this.setLimit(electrodeIndex(name as ElectrodeName), ua, pc);
      if (status !== Status.OK) return status;
    }
    for (const [index, area] of therapy.areas.entries()) {
      const stored = this.setArea(slot, index, encodeArea(area));
      if (stored.status !== Status.OK) return stored.status;
      const { status } = this.setAmplitude(slot, index, area.amplitudeUa);
      if (status !== Status.OK) return status;
    }
    return Status.OK;
  }

  validate(slot = 0): Status {
    return this.client.ask(wire.Message.VALIDATE, Uint8Array.of(slot)).status;
  }

  /** Stores a therapy and asks the device whether it may run. */
  accepts(therapy: Therapy): boolean {
    return this.program(therapy) === Status.OK && this.validate() === Status.OK;
  }

  start(mode: Mode = Mode.FREE_RUNNING, slot = 0): Status {
    this.note('start');
    return this.client.ask(wire.Message.START, Uint8Array.of(slot, mode)).status;
  }

  /** Starts what was programmed and runs until shortly after its first pulse can have come. */
  stimulate(mode: Mode = Mode.FREE_RUNNING): void {
    const status = this.start(mode);
    if (status !== Status.OK) throw new Error(`START was refused with ${statusName(status)}`);
    this.run(ARMING_US);
  }

  stop(): Status {
    this.note('stop');
    return this.client.ask(wire.Message.STOP).status;
  }

  estop(): Status {
    this.note('estop');
    return this.client.ask(wire.Message.ESTOP).status;
  }

  status(): DeviceStatus {
    return decodeStatus(this.client.ask(wire.Message.STATUS).payload);
  }

  /** The session's events of one name. */
  told<N extends keyof DeviceEvents>(name: N): DeviceEvents[N][] {
    return this.client.events.flatMap(({ event }) =>
      event.name === name ? [event.event as DeviceEvents[N]] : [],
    );
  }

  /** Onsets that the DELIVERED batches of an area expand to, µs of the device's clock, in order. */
  deliveredUs(area: number): number[] {
    return this.told('delivered').flatMap((batch) => (batch.area === area ? expandDelivered(batch) : []));
  }

  judge(therapy: Therapy, options: JudgeOptions = {}): Verdict {
    return judge(this.sim.capture(), therapy, { commands: this.commands, ...options });
  }
}
