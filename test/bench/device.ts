// A simulated device with a preset running on it, driven frame by frame without the host's promises.

import { Mode, Status } from '../../firmware/status.ts';
import * as wire from '../../firmware/wire.ts';
import { encodeArea } from '../../host/device/area-record.ts';
import { decodeFrame, encodeFrame, type Frame } from '../../host/link/frame.ts';
import { loadPreset } from '../../host/therapy/presets.ts';
import type { Therapy } from '../../host/therapy/therapy.ts';
import { cyclesOfUs, Simulator, type SimulatorOptions } from '../../sim/index.ts';

const BOOT_US = 2000;
const ANSWER_US_MAX = 200_000;
/** Boot, discharge time and ramp are over. */
const SETTLED_US = 1_000_000;

/** The device does not start what it has been given. */
export class StartRefused extends Error {}

export class BenchDevice {
  readonly sim: Simulator;
  private pending: number[] = [];
  private answer: Frame | undefined;
  private session = 0;
  private sequence = 0;

  /** Switches a device on and opens a session. */
  constructor(options: SimulatorOptions = {}) {
    this.sim = new Simulator(options);
    this.sim.onByte = (byte) => this.take(byte);
    this.sim.runUs(BOOT_US);
    const { payload } = this.ask(wire.Message.HELLO);
    this.session = new DataView(payload.buffer, payload.byteOffset).getUint32(wire.HELLO_SESSION, true);
  }

  /** The bytes of a message with the session's next sequence number. */
  encode(type: wire.Message, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
    if (type !== wire.Message.HELLO) this.sequence = (this.sequence + 1) & 0xffff;
    const { session, sequence } = this;
    return encodeFrame({ version: wire.WIRE_VERSION, type, session, sequence, payload });
  }

  /** Sends a message and runs until its answer has come. Throws Error where none comes. */
  ask(type: wire.Message, payload?: Uint8Array): Frame {
    this.answer = undefined;
    this.sim.write(this.encode(type, payload));
    const deadline = this.sim.nowCycles + cyclesOfUs(ANSWER_US_MAX);
    while (this.answer === undefined && this.sim.runUntilByte(0, deadline));
    const answer = this.answer as Frame | undefined;
    if (answer === undefined || answer.type !== (type | wire.RESPONSE_BIT))
      throw new Error(`no answer to message ${wire.Message[type]}`);
    return answer;
  }

  /** Stores a therapy in a slot. */
  program(therapy: Therapy, slot = 0): void {
    for (const [index, area] of therapy.areas.entries()) {
      this.ask(wire.Message.SET_AREA, Uint8Array.from([slot, index, 0, 0, ...encodeArea(area)]));
      this.setAmplitude(index, area.amplitudeUa, slot);
    }
  }

  /** Sets the amplitude of an area, µA. Returns what it is answered with. */
  setAmplitude(area: number, amplitudeUa: number, slot = 0): Status {
    const request = new Uint8Array(wire.SET_AMPLITUDE_BYTES);
    request.set([slot, area]);
    new DataView(request.buffer).setUint32(wire.AMPLITUDE_UA, amplitudeUa, true);
    return this.ask(wire.Message.SET_AMPLITUDE, request).payload[wire.RESPONSE_STATUS];
  }

  /** Programs a therapy, starts it so that it goes on without a host, and runs into its train. */
  start(therapy: Therapy): void {
    this.program(therapy);
    this.restart();
    this.sim.runUs(SETTLED_US);
  }

  /** Starts what is programmed. */
  restart(): void {
    const { payload } = this.ask(wire.Message.START, Uint8Array.of(0, Mode.FREE_RUNNING));
    const status: Status = payload[wire.RESPONSE_STATUS];
    if (status !== Status.OK) throw new StartRefused(`START was refused with ${Status[status]}`);
  }

  private take(byte: number): void {
    if (byte !== 0) {
      this.pending.push(byte);
      return;
    }
    const frame = decodeFrame(Uint8Array.from(this.pending));
    this.pending = [];
    // Events of the therapy come in between.
    if (frame !== undefined && frame.type < wire.Event.FAULT) this.answer = frame;
  }
}

/** A device with a preset running, past its ramp. */
export function running(preset: string, options: SimulatorOptions = {}): BenchDevice {
  const device = new BenchDevice(options);
  device.start(loadPreset(preset));
  return device;
}
