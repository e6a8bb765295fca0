// The library: `import { openTransport, Stimulator } from 'stimgate'`.
//
//   const stim = await Stimulator.connect(await openTransport('sim', { seed: 1 }));
//   await stim.setArea(0, 0, area);
//   await stim.setAmplitude(0, 0, 4000);
//   await stim.start(0);
//
// Not a medical device; the link keeps out noise, not an attacker.

export { State, Status, StopReason, Trip } from '../firmware/status.ts';
export { Field } from '../firmware/wire.ts';
export { type DeliveredBatch, expandDelivered } from './device/delivered.ts';
export { electrodeIndex, electrodeName } from './device/electrodes.ts';
export type {
  BatteryEvent,
  DeviceEvent,
  DeviceEvents,
  DeviceInfo,
  DeviceStatus,
  FaultEvent,
  FirmwareIdentity,
  ImpedanceEvent,
  StateEvent,
  TherapyMode,
} from './device/messages.ts';
export { type Outage, outageText, type ReconnectOptions, reconnect } from './device/reconnect.ts';
export { type Impedance, type Known, type LimitSettings, Stimulator } from './device/stimulator.ts';
export { packageIdentity } from './flash/package-identity.ts';
export { DeviceError, LinkError, type LinkFault, type Refusal } from './link/errors.ts';
export { decodeFrame, encodeFrame, type Frame } from './link/frame.ts';
export type { LinkOptions } from './link/link.ts';
export { FrameParser } from './link/parser.ts';
export { checkTherapy, loadTherapy, parseTherapy } from './therapy/load.ts';
export { loadPreset, PRESETS } from './therapy/presets.ts';
export { TherapyError } from './therapy/problem.ts';
export type {
  AreaSettings,
  ElectrodeLimit,
  ElectrodeName,
  RechargeSetting,
  Therapy,
} from './therapy/therapy.ts';
export { type HostClock, TimedOut } from './transport/clock.ts';
export { openTransport, type TransportOptions } from './transport/open.ts';
export { type PtyOptions, servePty } from './transport/pty.ts';
export { listPorts } from './transport/serial.ts';
export { type Served, type ServedTcp, type ServeOptions, serve } from './transport/serve.ts';
export { madeSimulator, simulatedDevice } from './transport/simulator.ts';
export type { Transport } from './transport/transport.ts';
