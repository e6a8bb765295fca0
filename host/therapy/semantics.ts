// What the schema cannot say about a therapy: fractions that sum, levels that can be made, charge, and pulses that fit.
// Judged here so that a file is refused with its field and the nearest values; the device judges again, whatever the host says.

import { AMPLITUDE_UA_MAX, AMPLITUDE_UA_STEP, PHASE_PC_SET_DEFAULT } from '../../firmware/profile.ts';
import { contactLevelsUa, dividingAmplitudesUa, ELECTRODE_NAMES, leastUa, levelsDivide } from './levels.ts';
import { nearest, type Problem, withUnit } from './problem.ts';
import { intervalUsMin, rateMhz, ratesAroundHz } from './quantity.ts';
import type { AreaSettings, ElectrodeName, Therapy } from './therapy.ts';
import {
  burstSpanUs,
  occupancyUs,
  onsetFromUs,
  onsetIntervalUsMin,
  phaseUsFitting,
  windowOf,
} from './timing.ts';

/** Phase limit of an electrode at boot, nC. */
export const PHASE_NC_SET_DEFAULT = PHASE_PC_SET_DEFAULT / 1000;

/** Problems of a therapy that conforms to the schema; empty if it can be made. */
export function semanticProblems(therapy: Therapy): Problem[] {
  const problems = therapy.areas.flatMap((area, index) => areaProblems(therapy, area, `areas[${index}]`));
  if (problems.length > 0) return problems;
  return [...interleaveProblems(therapy), ...outputProblems(therapy)];
}

function areaProblems(therapy: Therapy, area: AreaSettings, path: string): Problem[] {
  const exact = [...fractionProblems(area, path), ...rateProblems(area, path)];
  if (exact.length > 0) return exact;
  return [
    ...burstProblems(area, path),
    ...rampProblems(area, path),
    ...ratioProblems(area, path),
    ...levelProblems(therapy, area, path),
  ];
}

function fractionProblems(area: AreaSettings, path: string): Problem[] {
  const field = `${path}.electrodes`;
  return [-1, 1].flatMap((sign) => {
    const side = ELECTRODE_NAMES.filter((name) => sign * (area.electrodes[name] ?? 0) > 0);
    const sum = side.reduce((total, name) => total + (area.electrodes[name] ?? 0), 0);
    const wanted = sign * 1000;
    if (sum === wanted) return [];
    const kind = sign < 0 ? 'cathodes' : 'anodes';
    if (side.length === 0) return [{ field, message: `no ${kind}; their fractions must sum to ${wanted} ‰` }];
    const widest = side.reduce((a, b) =>
      sign * (area.electrodes[b] ?? 0) > sign * (area.electrodes[a] ?? 0) ? b : a,
    );
    const mended = (area.electrodes[widest] ?? 0) + wanted - sum;
    const would = sign * mended > 0 ? `; nearest: ${widest} ${mended} ‰` : '';
    return [{ field, message: `the ${kind} sum to ${sum} ‰, which must be ${wanted} ‰${would}` }];
  });
}

function rateProblems(area: AreaSettings, path: string): Problem[] {
  const rates: [string, number | undefined][] = [
    [`${path}.rateHz`, area.rateHz],
    [`${path}.burst.intraRateHz`, area.burst?.intraRateHz],
  ];
  return rates.flatMap(([field, rateHz]) => {
    if (rateHz === undefined || rateMhz(rateHz) !== undefined) return [];
    const message = `${withUnit(field, rateHz)} is not in steps of 0.001 Hz${nearest(field, ratesAroundHz(rateHz))}`;
    return [{ field, message }];
  });
}

function burstProblems(area: AreaSettings, path: string): Problem[] {
  if (area.burst === undefined) return [];
  const { pulses, intraRateHz } = area.burst;
  const periodUs = intervalUsMin(Math.round(area.rateHz * 1000));
  const needUs = burstSpanUs(area) + occupancyUs(area);
  if (needUs <= periodUs) return [];
  const field = `${path}.burst.pulses`;
  const roomUs = periodUs - occupancyUs(area);
  const fitting = Math.floor((roomUs * intraRateHz) / 1e6) + 1;
  const would = roomUs > 0 && fitting >= 2 ? nearest(field, [fitting]) : '';
  const burst = `a burst of ${pulses} pulses at ${intraRateHz} Hz takes ${needUs} µs`;
  return [
    { field, message: `${burst}, longer than the period of ${periodUs} µs at ${area.rateHz} Hz${would}` },
  ];
}

function rampProblems(area: AreaSettings, path: string): Problem[] {
  if (area.cycle === undefined) return [];
  const { onMs } = area.cycle;
  const rampMs = (area.rampUpMs ?? 0) + (area.rampDownMs ?? 0);
  const field = `${path}.cycle.onMs`;
  if (rampMs > onMs) {
    const message = `the ramps take ${rampMs} ms, longer than the on-time of ${onMs} ms${nearest(field, [rampMs])}`;
    return [{ field, message }];
  }
  const neededMs = onMsOfAPulse(area);
  if (area.amplitudeUa === 0 || neededMs <= onMs) return [];
  const message = `no pulse of an on-time of ${onMs} ms is above 0 µA on its ramps${nearest(field, [neededMs])}`;
  return [{ field, message }];
}

/** The shortest on-time, ms, in which a pulse comes when the soft start has reached an amplitude and the soft stop has not left it. */
function onMsOfAPulse(area: AreaSettings): number {
  const share = leastUa(area) / area.amplitudeUa;
  const firstUs = onsetFromUs(area, (area.rampUpMs ?? 0) * 1000 * share);
  return Math.max(Math.floor(firstUs / 1000) + 1, Math.ceil(firstUs / 1000 + (area.rampDownMs ?? 0) * share));
}

function ratioProblems(area: AreaSettings, path: string): Problem[] {
  if (typeof area.recharge === 'string') return [];
  const ratio = area.recharge.asymmetric;
  if (levelsDivide(area, area.amplitudeUa, ratio)) return [];
  const field = `${path}.amplitudeUa`;
  const bad = contactLevelsUa(area).findIndex((level) => level % ratio !== 0);
  const message =
    `${area.amplitudeUa} µA puts ${contactLevelsUa(area)[bad]} µA on ${ELECTRODE_NAMES[bad]}, ` +
    `which does not divide by the recharge ratio ${ratio}${nearest(field, dividingAmplitudesUa(area, ratio))}`;
  return [{ field, message }];
}

/** The amplitude limit and the phase limit of each electrode: those of the file, else those at boot. */
function levelProblems(therapy: Therapy, area: AreaSettings, path: string): Problem[] {
  const levels = contactLevelsUa(area);
  return ELECTRODE_NAMES.flatMap((name, index) => {
    const levelUa = Math.abs(levels[index]);
    const limit = therapy.limits?.[name];
    const limitUa = limit?.amplitudeUa ?? AMPLITUDE_UA_MAX;
    const limitNc = limit?.phaseChargeNc ?? PHASE_NC_SET_DEFAULT;
    const field = `${path}.amplitudeUa`;
    if (levelUa > limitUa) {
      const message = `puts ${levelUa} µA on ${name}, above its limit of ${limitUa} µA`;
      return [{ field, message: message + nearest(field, [amplitudeFor(area, name, limitUa)]) }];
    }
    if (levelUa * area.phaseUs <= limitNc * 1000) return [];
    return [
      chargeProblem(area, path, { name, levelUa, limitNc, atBoot: limit?.phaseChargeNc === undefined }),
    ];
  });
}

interface Overcharge {
  name: ElectrodeName;
  levelUa: number;
  limitNc: number;
  atBoot: boolean;
}

function chargeProblem(area: AreaSettings, path: string, over: Overcharge): Problem {
  const field = `${path}.amplitudeUa`;
  const chargeNc = (over.levelUa * area.phaseUs) / 1000;
  const widthUs = Math.floor((over.limitNc * 1000) / over.levelUa);
  const amplitudeUa = amplitudeFor(area, over.name, Math.floor((over.limitNc * 1000) / area.phaseUs));
  const which = over.atBoot ? `limit at boot of ${over.limitNc} nC` : `set limit of ${over.limitNc} nC`;
  const width = widthUs >= 10 ? `, or phaseUs ${widthUs} µs` : '';
  const message =
    `${area.amplitudeUa} µA for ${area.phaseUs} µs puts ${chargeNc} nC on ${over.name} in a phase, ` +
    `above the ${which}${nearest(field, [amplitudeUa])}${width}`;
  return { field, message };
}

/** The greatest amplitude (µA, steps of 10) that puts no more than `levelUaMax` on the electrode. */
function amplitudeFor(area: AreaSettings, name: ElectrodeName, levelUaMax: number): number {
  const index = ELECTRODE_NAMES.indexOf(name);
  const ratio = typeof area.recharge === 'string' ? 1 : area.recharge.asymmetric;
  let amplitudeUa = Math.floor(area.amplitudeUa / AMPLITUDE_UA_STEP) * AMPLITUDE_UA_STEP;
  while (amplitudeUa > 0) {
    const fits = Math.abs(contactLevelsUa(area, amplitudeUa)[index]) <= levelUaMax;
    if (fits && levelsDivide(area, amplitudeUa, ratio)) break;
    amplitudeUa -= AMPLITUDE_UA_STEP;
  }
  return Math.max(0, amplitudeUa);
}

/** Pulses are never cut or merged: all areas' pulses must fit the shortest onset interval of any of them. */
function interleaveProblems(therapy: Therapy): Problem[] {
  const { areas } = therapy;
  const intervals = areas.map(onsetIntervalUsMin);
  const roomUs = Math.min(...intervals);
  const needUs = areas.reduce((sum, area) => sum + occupancyUs(area), 0);
  if (needUs <= roomUs) return [];
  const widest = areas.reduce(
    (best, area, index) => (occupancyUs(area) > occupancyUs(areas[best]) ? index : best),
    0,
  );
  const tightest = intervals.indexOf(roomUs);
  const phaseUs = phaseUsFitting(areas[widest], roomUs - needUs + occupancyUs(areas[widest]));
  const options = phaseUs >= 10 ? [`areas[${widest}].phaseUs ${phaseUs} µs`] : [];
  options.push(...longerPause(areas[tightest], tightest, needUs), ...slowerRates(areas, needUs));
  const would = options.length === 0 ? '' : `; nearest: ${options.join(' or ')}`;
  const pulses = areas.length === 1 ? 'a pulse takes' : `the pulses of the ${areas.length} areas take`;
  const message = `${pulses} ${needUs} µs, longer than the shortest time between onsets, ${roomUs} µs in areas[${tightest}]${would}`;
  return [{ field: areas.length === 1 ? 'areas[0].phaseUs' : 'areas', message }];
}

/** The shortest off-time of an area at which its windows are `needUs` apart, as text; empty where something else decides. */
function longerPause(area: AreaSettings, index: number, needUs: number): string[] {
  const window = windowOf(area);
  if (area.cycle === undefined || window === undefined) return [];
  const offMs = area.cycle.offMs + Math.ceil((needUs - window.wrapUs) / 1000);
  if (onsetIntervalUsMin({ ...area, cycle: { ...area.cycle, offMs } }) < needUs) return [];
  return [`areas[${index}].cycle.offMs ${offMs} ms`];
}

/**
 * The greatest rate at which the onsets of every area are `needUs` apart, as text, for those that are faster: one alone
 * would not do. Empty where a burst or a cycle decides.
 */
function slowerRates(areas: readonly AreaSettings[], needUs: number): string[] {
  const mhz = Math.floor(1e9 / needUs);
  if (mhz < 2000) return [];
  const fields: string[] = [];
  for (const [index, area] of areas.entries()) {
    if (onsetIntervalUsMin(area) >= needUs) continue;
    const { burst } = area;
    const slower =
      burst === undefined
        ? { ...area, rateHz: mhz / 1000 }
        : { ...area, burst: { ...burst, intraRateHz: mhz / 1000 } };
    if (onsetIntervalUsMin(slower) < needUs) return [];
    fields.push(`areas[${index}].${burst === undefined ? 'rateHz' : 'burst.intraRateHz'}`);
  }
  return [`${fields.join(' and ')} ${mhz / 1000} Hz${fields.length > 1 ? ' each' : ''}`];
}

function outputProblems(therapy: Therapy): Problem[] {
  if (therapy.areas.some((area) => area.amplitudeUa > 0)) return [];
  return [
    {
      field: 'areas[0].amplitudeUa',
      message: 'every amplitude is 0 µA: there is nothing to deliver; nearest: 10 µA',
    },
  ];
}
