// The faults that can be injected, as plain data: a campaign writes them down, sorts them and repeats them.

import type { SensorHealth } from '../board/sensors.ts';
import type { ModuleName } from '../machine/machine.ts';
import type { RegisterName } from '../machine/pico/chip/core/registers.ts';

/** Bits that lie in no module's memory: each is one machine's. */
export type MachineFlip =
  /** On the wasm machine, of a local as it is read, after so many reads of locals of the module; 0: the next one. */
  | { readonly kind: 'local-flip'; readonly module: ModuleName; readonly reads: number; readonly bit: number }
  /** On the Pico, of a register of the core, after so many cycles in which it did not sleep. */
  | {
      readonly kind: 'register-flip';
      readonly register: RegisterName;
      readonly bit: number;
      readonly busyCycles: number;
    }
  /** On the Pico, of the byte at this offset in its 264 KiB. */
  | { readonly kind: 'ram-flip'; readonly offset: number; readonly bit: number };

export type Fault =
  | MachineFlip
  /** Bytes towards the device (rx) or from it (tx) get lost or have a bit flipped, in parts per million; 0: mended. */
  | {
      readonly kind: 'uart';
      readonly direction: 'rx' | 'tx';
      readonly lossPpm?: number;
      readonly corruptPpm?: number;
    }
  /** A bit of a module's memory flips; address and bit are drawn where they are left out. */
  | {
      readonly kind: 'bit-flip';
      readonly module: ModuleName;
      readonly address?: number;
      readonly bit?: number;
    }
  /** The converter of an electrode (0–16) gives this level in every active segment; null: mended. */
  | { readonly kind: 'stuck-dac'; readonly electrode: number; readonly levelUa: number | null }
  | { readonly kind: 'broken-lead'; readonly electrode: number }
  | { readonly kind: 'shorted-leads'; readonly a: number; readonly b: number }
  /** The supply fails: reset, and the processor stays in it for so long. */
  | { readonly kind: 'brown-out'; readonly durationUs: number }
  /** The output stage's clock against the processor's: a stage µs lasts 1 + ppm / 10^6 µs. */
  | { readonly kind: 'clock-drift'; readonly ppm: number }
  /** From its next call on the module does not return. */
  | { readonly kind: 'hang'; readonly module: ModuleName }
  | {
      readonly kind: 'sensor';
      readonly sensor: 'battery' | 'temperature' | 'magnet';
      readonly health: SensorHealth;
    }
  | { readonly kind: 'battery'; readonly millivolts: number }
  | { readonly kind: 'temperature'; readonly milliCelsius: number }
  | { readonly kind: 'magnet'; readonly isPresent: boolean }
  /** The heartbeat's line to the driver is cut, or whole again. */
  | { readonly kind: 'heartbeat'; readonly isCut: boolean }
  | { readonly kind: 'self-test'; readonly passes: boolean };

/** A fault and the cycle at which it was or will be injected. */
export interface ScheduledFault {
  readonly fault: Fault;
  readonly cycle: number;
}
