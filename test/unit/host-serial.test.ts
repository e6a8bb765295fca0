// Real serial ports, as far as a machine without one can tell: each way of not opening is one clear line.

import { describe, expect, it } from 'vitest';
import { LinkError } from '../../host/link/errors.ts';
import { listPorts, openFailure, openSerial } from '../../host/transport/serial.ts';

describe('a port that does not open', () => {
  it.each([
    [
      '/dev/ttyNoSuchPort',
      /^there is no port \/dev\/ttyNoSuchPort: (no serial port was found|the ports here are)/,
    ],
    ['/dev/null', /^\/dev\/null is not a serial port, or it cannot run at 115200 baud$/],
    ['/', /^\/ is not a serial port/],
  ])('%s', async (path, message) => {
    const error = await openSerial(path).then(
      () => Promise.reject(new Error('it opened')),
      (reason: LinkError) => reason,
    );
    expect(error).toBeInstanceOf(LinkError);
    expect(error.fault).toBe('open');
    expect(error.message).toMatch(message);
  });

  it.each([
    ['Error: Permission denied, cannot open /dev/ttyACM0', /^no permission to open .* group that owns it/],
    ['Error: Access denied', /^no permission to open/],
    [
      'Error Resource temporarily unavailable Cannot lock port',
      /^\/dev\/ttyACM0 is in use by another program/,
    ],
    [
      'Error: No such file or directory, cannot open',
      /the ports here are \/dev\/ttyUSB1; "--port sim" needs none$/,
    ],
    [
      'Error: Input/output error, cannot open /dev/ttyACM0',
      /^cannot open \/dev\/ttyACM0: Input\/output error$/,
    ],
    ['Error: Unknown error code 31\nat x', /^cannot open \/dev\/ttyACM0: Unknown error code 31$/],
  ])('the binding says "%s"', (said, message) => {
    expect(openFailure('/dev/ttyACM0', 1_000_000, said, ['/dev/ttyUSB1'])).toMatch(message);
  });

  it('listing ports works without udevadm', async () => {
    const path = process.env.PATH;
    process.env.PATH = '/nowhere';
    try {
      expect(await listPorts()).toBeInstanceOf(Array);
    } finally {
      process.env.PATH = path;
    }
  });
});
