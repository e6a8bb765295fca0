// A frame through the whole device and back: host's encoding, line, receiver, dispatch, interlock, answer, line, decoding.

import { Message, WIRE_VERSION } from '../../firmware/wire.ts';
import { decodeFrame, encodeFrame } from '../../host/link/frame.ts';
import { BenchDevice } from './device.ts';
import type { Figure } from './figure.ts';
import { nsPerCall } from './measure.ts';

const FRAMES = 300;
const BAUD = 1_000_000;

export function benchFrame(): Figure {
  const device = new BenchDevice({ body: 'none', baud: BAUD });
  const throughNs = nsPerCall(FRAMES, (calls) => {
    for (let i = 0; i < calls; i++) device.ask(Message.STATUS);
  });
  const { payload } = device.ask(Message.STATUS);
  const request = { version: WIRE_VERSION, type: Message.STATUS, session: 1, sequence: 1 };
  const hostNs = nsPerCall(FRAMES, (calls) => {
    for (let i = 0; i < calls; i++) {
      decodeFrame(encodeFrame({ ...request, payload: new Uint8Array(0) }).subarray(0, -1));
      decodeFrame(encodeFrame({ ...request, payload }).subarray(0, -1));
    }
  });
  return {
    name: 'a STATUS and its answer through the whole device',
    value: throughNs / 1000,
    unit: 'µs',
    reference: 'encoding and decoding both',
    ratio: throughNs / hostNs,
  };
}
