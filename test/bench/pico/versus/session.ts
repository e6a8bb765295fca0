// A host's end of the line for both stimulators: frames of a session, as many as a bench needs.

import { Status } from '../../../../firmware/status.ts';
import { AREA_RECORD, Message, SET_AREA_BYTES, WIRE_VERSION } from '../../../../firmware/wire.ts';
import { encodeArea } from '../../../../host/device/area-record.ts';
import { decodeFrame, encodeFrame } from '../../../../host/link/frame.ts';
import type { AreaSettings } from '../../../../host/therapy/therapy.ts';
import type { PicoImage } from '../../../../sim/machine/pico/index.ts';
import { Stimulators } from './stimulators.ts';

export class Session {
  readonly both: Stimulators;
  readonly session: number;
  private sequence = 0;

  /** Opens a session on both. */
  constructor(reference: PicoImage) {
    this.both = new Stimulators(reference);
    this.both.receive(this.frame(Message.HELLO, [], 0, 0));
    this.both.poll('HELLO');
    const { sent } = this.both.last;
    const hello = decodeFrame(Uint8Array.from(sent.slice(1, -1)));
    if (hello === undefined) throw new Error('there is no answer to HELLO');
    this.session =
      hello.session === 0 ? new DataView(hello.payload.buffer).getUint32(4, true) : hello.session;
  }

  /** The next frame of the session, or one that is given a session and a sequence of its own. */
  frame(
    type: number,
    payload: ArrayLike<number> = [],
    session = this.session,
    sequence = ++this.sequence,
  ): Uint8Array {
    return encodeFrame({ version: WIRE_VERSION, type, session, sequence, payload: Uint8Array.from(payload) });
  }

  /** Programs slot 0 with these areas and starts it: what the firmware says to it is the host's business elsewhere. */
  start(areas: readonly AreaSettings[]): void {
    for (const [number, area] of areas.entries()) {
      const record = encodeArea(area);
      const setting = new Uint8Array(SET_AREA_BYTES);
      setting.set([0, number]);
      setting.set(record, AREA_RECORD);
      this.command(Message.SET_AREA, setting);
      const amplitude = [area.amplitudeUa & 0xff, area.amplitudeUa >> 8, 0, 0];
      this.command(Message.SET_AMPLITUDE, [0, number, 0, 0, ...amplitude]);
    }
    this.both.receive(this.frame(Message.START, [0, 1]));
    this.both.poll('START');
    this.check(Message.START, this.both.last.sent);
  }

  /** Sends what both take and the C does not echo. */
  private command(type: Message, payload: ArrayLike<number>): void {
    this.both.receive(this.frame(type, payload));
    this.check(type, this.both.settle());
  }

  private check(type: Message, sent: readonly number[]): void {
    const answer = decodeFrame(Uint8Array.from(sent.slice(0, sent.indexOf(0))));
    const status = answer?.payload[0] ?? -1;
    if (status !== Status.OK)
      throw new Error(`the firmware answers ${Message[type]} with ${Status[status] ?? 'nothing'}`);
  }
}
