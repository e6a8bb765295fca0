// What is known of a device after its line was lost, from its last word and its first one again; and bytes at a wrong rate.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeviceStatus } from '../../host/device/messages.ts';
import { outageOf, outageText } from '../../host/device/reconnect.ts';
import { readAtRate } from '../../host/transport/wrong-rate.ts';

const status = (
  clockUs: number,
  pulses: number,
  therapy: DeviceStatus['therapy'] = 'STIMULATING',
  framesValid = 9,
) => ({ clockUs, pulses, therapy, framesValid }) as DeviceStatus;

describe('REQ-HST-121: an outage', () => {
  const known = {
    status: status(10e6, 100, 'STIMULATING', 5),
    atMs: 5000,
    pulsesTold: 12,
    unanswered: 'START',
  };

  it('a device that went on: its pulses that nobody was told of', () => {
    const outage = outageOf(known, status(13e6, 190), 8000);
    expect(outage).toMatchObject({ silentMs: 3000, wasReset: false, pulsesUntold: 78, unanswered: 'START' });
    expect(outageText(outage)).toBe(
      'the line came back after 3.0 s; START was not answered, may or may not have taken effect and is not repeated; the device had gone on; 78 pulses were not told one by one',
    );
  });

  it.each([
    ['its clock has begun anew', status(900_000, 0, 'IDLE')],
    ['it has delivered less than before', status(13e6, 3)],
    ['its counters have begun anew', status(13e6, 190, 'IDLE', 3)],
    ['its clock is behind by more than it can drift', status(12.7e6, 190)],
  ])('a device that was reset: %s', (_, now) => {
    const outage = outageOf(known, now, 8000);
    expect(outage).toMatchObject({ wasReset: true, pulsesUntold: undefined });
    expect(outageText(outage)).toMatch(/; the device has been reset: its program and limits are gone$/);
  });

  it('a clock that is a hundredth slow is not a reset', () => {
    expect(outageOf(known, status(12.8e6, 190), 8000).wasReset).toBe(false);
    expect(outageOf({ ...known, status: undefined }, status(1, 0), 8000)).toMatchObject({
      silentMs: undefined,
      wasReset: false,
    });
  });
});

describe('REQ-HST-120: bytes at another rate', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 60 });

  it('within 4 % they are what they were', () => {
    const near = fc.constantFrom(0.961, 0.99, 1, 1.03);
    const same = (sent: Uint8Array, share: number) => {
      expect(readAtRate(sent, 115_200 * share, 115_200)).toBe(sent);
    };
    fc.assert(fc.property(bytes, near, same), { seed: 1 });
  });

  it('twice as slow, each bit is read twice', () => {
    const read = (byte: number) => [...readAtRate(Uint8Array.of(byte), 57_600, 115_200)];
    expect(read(0xff)).toEqual([0xfe]);
    expect(read(0x00)).toEqual([0x00]);
    // Where the stop bit should be it is low: the next start bit is looked for behind the next high one.
    expect(read(0x55)).toEqual([0x66, 0xe6]);
  });

  it('much faster, many bytes become few; it always ends, and gives no more than the time has room for', () => {
    const rates = fc.constantFrom(9600, 19_200, 38_400, 57_600, 230_400, 921_600);
    const bounded = (sent: Uint8Array, from: number, to: number) => {
      const read = readAtRate(sent, from, to);
      expect(read.length).toBeLessThanOrEqual(Math.ceil((sent.length * to) / from) + 1);
      if (from === to) expect(read).toBe(sent);
    };
    fc.assert(fc.property(bytes, rates, rates, bounded), { seed: 2, numRuns: 500 });
  });
});
