// Real serial ports, through the binding that the serialport package picks for this system.

import { readdir } from 'node:fs/promises';
import { LinkError } from '../link/errors.ts';
import { WallClock } from './clock.ts';
import { closePort, opened, type Transport } from './transport.ts';

/** Rate of the line where none is named, here and in the simulator. */
export const BAUD_DEFAULT = 115_200;

/**
 * Opens the serial port at `path`.
 * @throws LinkError `open` where it is missing, locked, not permitted or not a serial port.
 */
export async function openSerial(path: string, baud = BAUD_DEFAULT): Promise<Transport> {
  const { SerialPort } = await import('serialport');
  const port = new SerialPort({ path, baudRate: baud, autoOpen: false });
  try {
    await opened(port);
  } catch (error) {
    const cause = error as Error;
    throw new LinkError('open', openFailure(path, baud, cause.message, await listPorts()), { cause });
  }
  return { name: path, port, clock: new WallClock(), close: () => closePort(port) };
}

/** Paths of the serial ports of this machine. Where `udevadm` is missing, what /dev shows. Never rejects. */
export async function listPorts(): Promise<string[]> {
  const { SerialPort } = await import('serialport');
  try {
    return (await SerialPort.list()).map((port) => port.path);
  } catch {
    const names = await readdir('/dev').catch(() => []);
    return names.filter((name) => /^tty(ACM|USB|AMA)\d+$|^cu\./.test(name)).map((name) => `/dev/${name}`);
  }
}

/** Why a port could not be opened, as one line: `message` is the binding's, `ports` are those of this machine. */
export function openFailure(path: string, baud: number, message: string, ports: readonly string[]): string {
  if (/no such file|file not found|ENOENT/i.test(message)) {
    const here = ports.length === 0 ? 'no serial port was found' : `the ports here are ${ports.join(', ')}`;
    return `there is no port ${path}: ${here}; "--port sim" needs none`;
  }
  if (/permission denied|access denied|EACCES/i.test(message)) {
    return `no permission to open ${path}: add this user to the group that owns it (often dialout)`;
  }
  if (/cannot lock|temporarily unavailable|busy|EBUSY/i.test(message)) {
    return `${path} is in use by another program: close it first`;
  }
  if (/inappropriate ioctl|not a tty|ENOTTY|is a directory|invalid argument/i.test(message)) {
    return `${path} is not a serial port, or it cannot run at ${baud} baud`;
  }
  return `cannot open ${path}: ${message.split('\n')[0].replace(/^Error:\s*|,\s*cannot open .*$/gi, '')}`;
}
