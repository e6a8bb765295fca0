// Firmware for a Simulator that runs on twins and keeps what every call of an export took on the chip.

import type { Firmware, InterlockCalls, InterlockExports, StimulatorExports } from '../../../sim/index.ts';
import { loadPicoImage } from '../../../sim/machine/pico/index.ts';
import type { Profiled } from './profile.ts';
import { type Call, type Imports, Twin } from './twin.ts';

/** Both modules as twins; `onCall` is told every call of an export. */
export function recordedFirmware(
  interlock: Profiled,
  stimulator: Profiled,
  onCall: (call: Call) => void,
): Firmware {
  const image = loadPicoImage();
  return {
    interlock: (hal) => {
      const twin = new Twin(interlock, { hal } as unknown as Imports, image, onCall);
      const exports = Object.fromEntries(
        functionsOf(WebAssembly.Module.exports(interlock.module)).map((name) => [
          name,
          (...args: number[]) => twin.call(name, args),
        ]),
      );
      return { ...exports, memory: twin.memory } as unknown as InterlockExports;
    },
    stimulator: (hal, asked: InterlockCalls) => {
      const imports = WebAssembly.Module.imports(stimulator.module).filter(
        ({ module }) => module === 'interlock',
      );
      const calls = Object.fromEntries(
        functionsOf(imports).map((name) => [name, asked[name as keyof InterlockCalls]]),
      );
      const twin = new Twin(stimulator, { hal, interlock: calls } as unknown as Imports, image, onCall);
      const exports: StimulatorExports = {
        boot: (board, entropy, toleranceUa) => void twin.call('boot', [board, entropy, toleranceUa]),
        poll: () => twin.call('poll', []),
        memory: twin.memory,
      };
      return exports;
    },
  };
}

function functionsOf(all: readonly { readonly name: string; readonly kind: string }[]): string[] {
  return all.filter(({ kind }) => kind === 'function').map(({ name }) => name);
}
