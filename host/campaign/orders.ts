// The orders of a campaign's host: which message each is, what is in it, and what a refusal of one says.

import { Mode, type Status } from '../../firmware/status.ts';
import * as wire from '../../firmware/wire.ts';
import type { ForeignMessage } from './case.ts';
import { statusName } from './client.ts';

/** The slot that campaigns program. */
export const SLOT = 0;

/** An order that the host gave, as it can be found again on the line. */
export interface Order {
  readonly kind: 'start' | 'stop' | 'estop' | 'amplitude';
  readonly session: number;
  readonly sequence: number;
  readonly area?: number;
  readonly amplitudeUa?: number;
}

/** Why a host gave up. */
export interface Refusal {
  readonly message: string;
  /** Name of the status; undefined: no answer. */
  readonly status: string | undefined;
}

/** Ends a host's session. */
export class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

export const ORDER_MESSAGES = {
  start: wire.Message.START,
  stop: wire.Message.STOP,
  estop: wire.Message.ESTOP,
  amplitude: wire.Message.SET_AMPLITUDE,
} as const;

/** The message of an order. */
export function messageOf(order: Order): wire.Message {
  return ORDER_MESSAGES[order.kind];
}

export const FOREIGN_PAYLOADS: Readonly<Record<ForeignMessage, Uint8Array>> = {
  START: Uint8Array.of(SLOT, Mode.FREE_RUNNING),
  STOP: new Uint8Array(0),
  ESTOP: new Uint8Array(0),
  SET_AMPLITUDE: amplitudeBytes(0, 100),
  ERASE: Uint8Array.of(SLOT),
};

/** Payload of SET_AMPLITUDE. */
export function amplitudeBytes(area: number, amplitudeUa: number): Uint8Array {
  const payload = new Uint8Array(wire.SET_AMPLITUDE_BYTES);
  payload.set([SLOT, area]);
  new DataView(payload.buffer).setUint32(wire.AMPLITUDE_UA, amplitudeUa, true);
  return payload;
}

/** The error of a refused message. */
export function refused(message: string, status: Status): Refused {
  return new Refused({ message, status: statusName(status) });
}
