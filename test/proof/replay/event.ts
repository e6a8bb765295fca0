// What a judge of the output has to know of a replay beside the output itself: what the script did and was allowed to, with
// the time. Nothing here comes from inside the interlock.
import type { SensorsStep } from './steps.ts';

export interface Event {
  readonly atUs: number;
  /** `arm`, `clear`, `request` and `limit`: answered with OK. `stop`: called, whatever the answer. `stuck`: a converter. */
  readonly kind: 'boot' | 'stop' | 'arm' | 'clear' | 'request' | 'limit' | 'sensors' | 'stuck';
  readonly limit?: { readonly electrode: number; readonly amplitudeUa: number; readonly phasePc: number };
  readonly batteryMv?: number;
  readonly temperatureMc?: number;
  readonly health?: SensorsStep['health'];
}
