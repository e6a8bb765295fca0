// Draws the faults of a run: what breaks, how badly, in which phase of operation.

import fc from 'fast-check';
import type { Fault } from '../../sim/index.ts';
import { electrodeIndex } from '../device/electrodes.ts';
import type { ElectrodeName, Therapy } from '../therapy/therapy.ts';
import type { PlannedFault } from './case.ts';
import { FAULT_NAMES, type FaultName, PHASES } from './names.ts';

/** How much each comes of the others; what is left out never comes. */
export type Weights<N extends string> = Readonly<Partial<Record<N, number>>>;

/** The interlock's static block of state, bytes of its memory (firmware/interlock/state.ts). */
export const INTERLOCK_STATE = { address: 16, bytes: 688 } as const;
/** The stimulator's static data lie in the first so many bytes of its memory. */
const STIMULATOR_BYTES = 16_384;
const MEMORY_BYTES = 65_536;
const ELECTRODES = 17;

/** Makes the fault for a therapy, so that what it strikes is mostly in use. */
type Make = (therapy: Therapy) => Fault;

const permille = fc.integer({ min: 0, max: 1000 });
const direction = fc.constantFrom('rx' as const, 'tx' as const);
/** Parts per million, spread evenly over orders of magnitude. */
const ppm = (least: number, most: number) =>
  permille.map((n) => Math.round(least * (most / least) ** (n / 1000)));
/** In three of four cases one that the therapy drives. */
const electrode = fc.tuple(fc.nat(3), fc.nat(ELECTRODES - 1));
const bit = fc.nat(7);
const hang = (module: 'interlock' | 'stimulator') => fc.constant<Make>(() => ({ kind: 'hang', module }));
const flip = (module: 'interlock' | 'stimulator', address: fc.Arbitrary<number>) =>
  fc.tuple(address, bit).map(
    ([at, flipped]): Make =>
      () => ({
        kind: 'bit-flip',
        module,
        address: at,
        bit: flipped,
      }),
  );
const mostly = (likely: fc.Arbitrary<number>, all: fc.Arbitrary<number>) =>
  fc.oneof({ weight: 4, arbitrary: likely }, { weight: 1, arbitrary: all });

const MAKERS: Readonly<Record<Exclude<FaultName, 'none'>, fc.Arbitrary<Make>>> = {
  'byte-loss': fc.tuple(direction, ppm(200, 200_000)).map(
    ([way, lossPpm]): Make =>
      () => ({ kind: 'uart', direction: way, lossPpm }),
  ),
  'byte-corruption': fc.tuple(direction, ppm(200, 200_000)).map(
    ([way, corruptPpm]): Make =>
      () => ({ kind: 'uart', direction: way, corruptPpm }),
  ),
  'interlock-bit-flip': flip(
    'interlock',
    mostly(
      fc.nat(INTERLOCK_STATE.bytes - 1).map((at) => INTERLOCK_STATE.address + at),
      fc.nat(MEMORY_BYTES - 1),
    ),
  ),
  'stimulator-bit-flip': flip('stimulator', mostly(fc.nat(STIMULATOR_BYTES - 1), fc.nat(MEMORY_BYTES - 1))),
  'stuck-dac': fc
    .tuple(electrode, fc.constantFrom(0, 0.5, 1, 2), fc.boolean(), fc.integer({ min: -25_500, max: 25_500 }))
    .map(
      ([at, factor, isRelated, freeUa]): Make =>
        (therapy) => {
          const levelUa = isRelated ? Math.round(factor * therapy.areas[0].amplitudeUa) : freeUa;
          return { kind: 'stuck-dac', electrode: electrodeIn(therapy, at), levelUa };
        },
    ),
  'broken-lead': electrode.map(
    (at): Make =>
      (therapy) => ({
        kind: 'broken-lead',
        electrode: electrodeIn(therapy, at),
      }),
  ),
  'shorted-leads': fc.tuple(electrode, fc.nat(ELECTRODES - 2)).map(
    ([at, step]): Make =>
      (therapy) => {
        const a = electrodeIn(therapy, at);
        return { kind: 'shorted-leads', a, b: (a + 1 + step) % ELECTRODES };
      },
  ),
  'brown-out': ppm(1, 50_000).map(
    (durationUs): Make =>
      () => ({ kind: 'brown-out', durationUs }),
  ),
  'clock-drift': fc.tuple(ppm(1, 20_000), fc.boolean()).map(
    ([drift, isSlow]): Make =>
      () => ({ kind: 'clock-drift', ppm: isSlow ? drift : -drift }),
  ),
  'hung-interlock': hang('interlock'),
  'hung-stimulator': hang('stimulator'),
  'stale-sensor': fc.constantFrom('battery' as const, 'temperature' as const, 'magnet' as const).map(
    (sensor): Make =>
      () => ({ kind: 'sensor', sensor, health: 'stale' }),
  ),
  overheating: fc.integer({ min: 39_001, max: 90_000 }).map(
    (milliCelsius): Make =>
      () => ({ kind: 'temperature', milliCelsius }),
  ),
  'battery-low': fc.integer({ min: 0, max: 2999 }).map(
    (millivolts): Make =>
      () => ({ kind: 'battery', millivolts }),
  ),
  'heartbeat-cut': fc.constant<Make>(() => ({ kind: 'heartbeat', isCut: true })),
  'self-test-failed': fc.constant<Make>(() => ({ kind: 'self-test', passes: false })),
};

function electrodeIn(therapy: Therapy, [aim, any]: readonly [number, number]): number {
  const driven = therapy.areas.flatMap((area) => Object.keys(area.electrodes));
  return aim > 0 ? electrodeIndex(driven[any % driven.length] as ElectrodeName) : any;
}

/** What a run's faults are made by, once its therapy is known. */
export type DrawnFaults = (therapy: Therapy) => PlannedFault[];

/** Faults of one run: none, or 1 to `most` of those with a weight. */
export function drawnFaults(
  weights: Weights<FaultName> | undefined,
  most: number,
): fc.Arbitrary<DrawnFaults> {
  const without = fc.constant<DrawnFaults>(() => []);
  const names = FAULT_NAMES.filter((name) => name !== 'none' && (weights?.[name] ?? 0) > 0);
  if (names.length === 0) return without;
  const one = fc.record({
    made: fc.oneof(
      ...names.map((name) => ({
        weight: weightOf(weights?.[name]),
        arbitrary: MAKERS[name as Exclude<FaultName, 'none'>].map((make) => ({ name, make })),
      })),
    ),
    phase: fc.constantFrom(...PHASES),
    atPermille: permille,
  });
  const some = fc.array(one, { minLength: 1, maxLength: most }).map(
    (drawn): DrawnFaults =>
      (therapy) =>
        drawn.map(({ made, phase, atPermille }) => ({
          name: made.name,
          fault: made.make(therapy),
          phase,
          atPermille,
        })),
  );
  const none = weights?.none ?? 0;
  if (none === 0) return some;
  const others = names.reduce((sum, name) => sum + (weights?.[name] ?? 0), 0);
  return fc.oneof(
    { weight: weightOf(none), arbitrary: without },
    { weight: weightOf(others), arbitrary: some },
  );
}

/** Weights of a plan may be fractions; those of fast-check are whole. */
export function weightOf(weight: number | undefined): number {
  return Math.max(1, Math.round((weight ?? 0) * 100));
}
