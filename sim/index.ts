// The library entry "stimgate/sim": a simulated device, the pieces that tests of a module need, and its recordings.

export { Board } from './board/board.ts';
export type { SensorHealth } from './board/sensors.ts';
export { type ByteListener, RX_RING_BYTES, TX_FIFO_BYTES } from './board/uart.ts';
export { UnmodelledAccess } from './board/unmodelled.ts';
export { Body, type BodyOptions, bodyOptions } from './body/index.ts';
export { CLOCK_HZ, CYCLE_NS, CYCLES_PER_US, cyclesOfUs } from './clock/cycles.ts';
export { RandomStream } from './clock/random.ts';
export type { Fault, MachineFlip, ScheduledFault } from './fault/fault.ts';
export type { Faults } from './fault/faults.ts';
export { type Costs, NO_COSTS, PICO_COSTS, SIMULATOR_COSTS } from './machine/costs.ts';
export { compileBinary } from './machine/identity.ts';
export type {
  Hal,
  InterlockCalls,
  InterlockExports,
  Machine,
  ModuleName,
  Modules,
  StimulatorExports,
  StimulatorHal,
} from './machine/machine.ts';
export { REGISTER_BITS, type RegisterName } from './machine/pico/chip/core/registers.ts';
export type { Firmware } from './machine/wasm-machine.ts';
export { instantiateInterlock, instantiateStimulator, loadModule } from './machine/wasm-modules.ts';
export {
  BAUD_DEFAULT,
  createSimulator,
  type MachineFactory,
  Simulator,
  type SimulatorOptions,
} from './simulator.ts';
export type { Capture, Stretch, StretchState } from './trace/capture.ts';
export { Mark, OffBy, ResetBy } from './trace/marks.ts';
export { type MarkEntry, Trace } from './trace/trace.ts';
export { type VcdMark, type VcdOptions, VcdWriter, vcdText } from './trace/vcd.ts';
export { VcdFile } from './trace/vcd-file.ts';
