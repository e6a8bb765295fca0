// `stimgate info`: what device is on the line, which binaries it runs and how it is.

import type { Command } from 'commander';
import type { DeviceInfo, DeviceStatus } from '../device/messages.ts';
import { Stimulator } from '../device/stimulator.ts';
import { short } from '../report/format.ts';
import { LINK_NOTICE, NOTICE } from '../report/record.ts';
import { parseBaud } from './arguments.ts';
import { type BinaryTold, binariesJson, binariesOf, binaryText } from './binaries.ts';
import { openPort, PORT_HELP } from './port.ts';
import { say, sayJson } from './terminal.ts';

interface InfoOptions {
  readonly port: string;
  readonly baud?: number;
  readonly json?: boolean;
}

export function addInfo(program: Command): void {
  program
    .command('info')
    .description('say what device is on the line and how it is')
    .option('--port <port>', PORT_HELP, 'sim')
    .option('--baud <rate>', 'rate of the line', parseBaud)
    .option('--json', 'print one JSON document')
    .action(info);
}

async function info(options: InfoOptions): Promise<void> {
  const transport = await openPort(options.port, { baud: options.baud });
  try {
    const stimulator = await Stimulator.connect(transport);
    const status = await stimulator.status();
    const binaries = await binariesOf(stimulator);
    const device = stimulator.info;
    if (options.json)
      sayJson({
        port: transport.name,
        device,
        binaries: binariesJson(binaries),
        status,
        notice: NOTICE,
      });
    else tell(transport.name, device, binaries, status);
  } finally {
    await transport.close();
  }
}

function tell(
  port: string,
  device: DeviceInfo,
  binaries: readonly BinaryTold[] | null,
  status: DeviceStatus,
): void {
  const tripped = status.trip === 'NONE' ? '' : `, trip ${status.trip}`;
  const rows: [string, string][] = [
    ['port', port],
    ['firmware', `${device.firmwareVersion} on ${device.board}, protocol ${device.protocolVersion}`],
    ['binaries', binaryText(binaries?.[0])],
    ...(binaries ?? []).slice(1).map((binary): [string, string] => ['', binaryText(binary)]),
    [
      'profile',
      `${device.profile}: ${device.electrodes} electrodes, ${device.slots} programs of ${device.areas} areas`,
    ],
    ['limits', `${short(device.amplitudeUaMax / 1000)} mA, ${short(device.phasePcMax / 1000)} nC a phase`],
    ['read-back', `within 5 % or ${device.readbackToleranceUa} µA`],
    ['interlock', `${status.interlock}${tripped}, ${status.trips} trips in ten minutes`],
    ['therapy', `${status.therapy}, last ended by ${status.stopReason}, ${status.pulses} pulses delivered`],
    ['battery', `${short(status.batteryMv / 1000)} V, ${short(status.temperatureMc / 1000)} °C`],
    [
      'frames',
      `${status.framesValid} valid, ${status.framesDamaged} damaged, ${status.framesRefused} refused`,
    ],
    ['clock', `${short(status.clockUs / 1e6, 3)} s`],
    ['link', device.authenticated ? 'authenticated' : LINK_NOTICE],
  ];
  for (const [name, text] of rows) say(`${name.padEnd(10)} ${text}`);
  say(NOTICE);
}
