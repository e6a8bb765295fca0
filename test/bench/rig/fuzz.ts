// A process of its own for the bench: bytes of every kind on the line of a device that stimulates. Prints a FuzzResult.

import { Message } from '../../../firmware/wire.ts';
import { decodeStatus } from '../../../host/device/messages.ts';
import { RandomStream } from '../../../sim/index.ts';
import { type BenchDevice, running } from '../device.ts';

export interface FuzzResult {
  readonly bytes: number;
  readonly tookMs: number;
  /** Frames that the device counted as damaged, refused and valid. */
  readonly frames: readonly [damaged: number, refused: number, valid: number];
}

const BYTES = 3_000_000;
const BAUD = 1_000_000;
const CHUNK_BYTES = 20_000;
const random = new RandomStream(20_261_129, 'fuzz');
const MESSAGES = [Message.STATUS, Message.INFO, Message.GET_AREA, Message.VALIDATE, Message.GET_LIMIT];

/** Noise, a frame with a bit changed, a frame cut short, or a frame. */
function piece(device: BenchDevice): Uint8Array {
  const kind = random.below(4);
  if (kind === 0) return Uint8Array.from({ length: 1 + random.below(100) }, () => random.below(256));
  const type = MESSAGES[random.below(MESSAGES.length)];
  const bytes = device.encode(type, type === Message.GET_AREA ? Uint8Array.of(0, 0) : payload(type));
  if (kind === 1) bytes[random.below(bytes.length)] ^= 1 << random.below(8);
  return kind === 2 ? bytes.subarray(0, random.below(bytes.length)) : bytes;
}

function payload(type: Message): Uint8Array {
  return type === Message.VALIDATE || type === Message.GET_LIMIT ? Uint8Array.of(0) : new Uint8Array(0);
}

const device = running('tonic', { trace: false, body: 'none', baud: BAUD });
const { sim } = device;
const started = performance.now();
let bytes = 0;
while (bytes < BYTES) {
  const until = bytes + CHUNK_BYTES;
  while (bytes < until) {
    const next = piece(device);
    sim.write(next);
    bytes += next.length;
  }
  while (sim.board.uart.pendingBytes > 0) sim.runUs(1000);
}
const tookMs = performance.now() - started;
sim.write(Uint8Array.of(0));
sim.runUs(10_000);
const status = decodeStatus(device.ask(Message.STATUS).payload);
if (status.therapy !== 'STIMULATING') throw new Error(`the fuzzed device is ${status.therapy}`);
const { framesDamaged, framesRefused, framesValid } = status;
const result: FuzzResult = { bytes, tookMs, frames: [framesDamaged, framesRefused, framesValid] };
process.stdout.write(JSON.stringify(result));
