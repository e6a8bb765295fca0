// The protocol page against the protocol: its worked frames are recomputed, its numbers are those of wire.ts.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as wire from '../../firmware/wire.ts';
import { LinkRig } from './link-rig.ts';
import { cobs, frameBytes, line, u32 } from './link-wire.ts';

const page = readFileSync(new URL('../../firmware/README.md', import.meta.url), 'utf8');

function blocks(language: string): number[][] {
  const fence = new RegExp(`^\`\`\`${language}\\n([0-9a-f\\s]+)\`\`\`$`, 'gm');
  return [...page.matchAll(fence)].map(([, hex]) =>
    hex
      .trim()
      .split(/\s+/)
      .map((byte) => Number.parseInt(byte, 16)),
  );
}

/** The bytes of a message’s paragraph in brackets: request first, then response, where the page says them. */
function paragraph(type: number, name: string): string {
  const found = new RegExp(`^\\*\\*0x${type.toString(16).padStart(2, '0')} ${name}\\*\\* — (.*)$`, 'm').exec(
    page,
  );
  if (found === null) throw new Error(`the page does not describe ${name}`);
  return found[1];
}

describe('the protocol page', () => {
  const session = 0x1234abcd;
  const request = {
    type: wire.Message.SET_AMPLITUDE,
    session,
    sequence: 7,
    payload: [0, 1, 0, 0, ...u32(4000)],
  };
  const response = {
    type: wire.Message.SET_AMPLITUDE | wire.RESPONSE_BIT,
    session,
    sequence: 7,
    payload: [0, 0, 1, 0, ...u32(4000)],
  };

  test('its worked frames and their lines are right, byte for byte', () => {
    const worked = [request, response, { type: wire.Message.HELLO }];
    expect(blocks('frame')).toEqual(worked.map(frameBytes));
    expect(blocks('line')).toEqual(worked.map(line));
    expect(blocks('line')).toEqual(blocks('frame').map((bytes) => [...cobs(bytes), 0]));
  });

  test('its HELLO opens a session in the firmware', () => {
    const [answer] = new LinkRig().exchange(blocks('line')[2]);
    expect(answer.payload.byteLength).toBe(wire.HELLO_BYTES);
  });

  test('it describes every message and event under its number, with its length', () => {
    const numbers = (names: typeof wire.Message | typeof wire.Event) =>
      Object.entries(names).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
    for (const [name, type] of [...numbers(wire.Message), ...numbers(wire.Event)]) {
      expect(paragraph(type, name).length).toBeGreaterThan(20);
    }
    const lengths: readonly [number, string, number][] = [
      [wire.Message.HELLO, 'HELLO', wire.HELLO_BYTES],
      [wire.Message.INFO, 'INFO', wire.INFO_BYTES],
      [wire.Message.STATUS, 'STATUS', wire.STATUS_BYTES],
      [wire.Message.SET_AREA, 'SET_AREA', wire.SET_AREA_BYTES],
      [wire.Message.SET_AMPLITUDE, 'SET_AMPLITUDE', wire.SET_AMPLITUDE_BYTES],
      [wire.Message.SET_LIMIT, 'SET_LIMIT', wire.LIMIT_BYTES],
      [wire.Message.IDENTITY, 'IDENTITY', wire.IDENTITY_BYTES],
      [wire.Event.FAULT, 'FAULT', wire.FAULT_BYTES],
      [wire.Event.STATE, 'STATE', wire.STATE_BYTES],
      [wire.Event.IMPEDANCE, 'IMPEDANCE', wire.IMPEDANCE_BYTES],
      [wire.Event.BATTERY, 'BATTERY', wire.BATTERY_BYTES],
      [wire.Event.DELIVERED, 'DELIVERED', wire.DELIVERED_BYTES],
    ];
    for (const [type, name, bytes] of lengths) expect(paragraph(type, name)).toContain(`${bytes} bytes`);
  });

  test('it says that the link is not defended', () => {
    expect(page).toContain('**The link is not defended against an attacker.**');
  });
});
