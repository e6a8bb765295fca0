// Steps and their results in words and units, for a reader who has no source at hand. It judges nothing.
import {
  FLAG_CASE,
  FLAG_HOLD,
  FLAG_MEASURE,
  FLAG_RECHARGE,
  FLAGS_REQUESTABLE,
  STATUS_STATE_MASK,
  STATUS_TRIP_MASK,
  STATUS_TRIP_SHIFT,
} from '../../../firmware/board.ts';
import { CASE } from '../../../firmware/profile.ts';
import { State, Status, Trip } from '../../../firmware/status.ts';
import type { RequestStep, SensorsStep, Step } from './steps.ts';

/** What a step gave: the call's number, or words where there is none. */
export type StepResult = number | string | undefined;

/** 25501 → "25,501"; signed where asked, with a true minus. */
export function figure(value: number, signed = false): string {
  const [whole, ...fraction] = String(Math.abs(value)).split('.');
  const digits = [whole.replace(/\B(?=(\d{3})+$)/g, ','), ...fraction].join('.');
  if (value < 0) return `−${digits}`;
  return signed && value > 0 ? `+${digits}` : digits;
}

/** "E1" … "E16", "case"; any other index as it is. */
export function electrodeName(index: number): string {
  if (index === CASE) return 'case';
  return index >= 0 && index < CASE ? `E${index + 1}` : `electrode ${figure(index)}`;
}

const FLAG_NAMES: readonly (readonly [number, string])[] = [
  [FLAG_RECHARGE, 'recharge'],
  [FLAG_HOLD, 'hold'],
  [FLAG_CASE, 'case'],
  [FLAG_MEASURE, 'measure'],
];

function flagNames(flags: number): string {
  const names = FLAG_NAMES.filter(([flag]) => (flags & flag) !== 0).map(([, name]) => name);
  const unknown = flags & ~FLAGS_REQUESTABLE;
  if (unknown !== 0) names.push(`flags 0x${(unknown >>> 0).toString(16)}`);
  return names.map((name) => ` ${name}`).join('');
}

function describeRequest(step: RequestStep): string {
  const levels = step.levelsUa
    .map((levelUa, index) => ({ index, levelUa }))
    .filter(({ levelUa }) => levelUa !== 0)
    .map(({ index, levelUa }) => `${electrodeName(index)} ${figure(levelUa, true)} µA`);
  const sumUa = step.levelsUa.reduce((sum, levelUa) => sum + levelUa, 0);
  if ((step.flags & FLAG_CASE) !== 0) levels.push(`case ${figure(0 - sumUa, true)} µA`);
  const opening = `request ${figure(step.durationUs)} µs${flagNames(step.flags)}`;
  return levels.length === 0 ? opening : `${opening}: ${levels.join(', ')}`;
}

function describeSensors(step: SensorsStep): string {
  const parts: string[] = [];
  if (step.magnet !== undefined) parts.push(step.magnet ? 'magnet arrives' : 'magnet leaves');
  if (step.batteryMv !== undefined) parts.push(`battery ${figure(step.batteryMv)} mV`);
  if (step.temperatureMc !== undefined) parts.push(`surface ${figure(step.temperatureMc / 1000)} °C`);
  if (step.selfTest !== undefined) parts.push(`self-test ${step.selfTest ? 'passes' : 'fails'}`);
  if (step.health !== undefined) parts.push(`${step.health.sensor} sensor ${step.health.is}`);
  if (step.watchdog !== undefined) parts.push('watchdog fails');
  if (step.stuck !== undefined) {
    const { electrode, levelUa } = step.stuck;
    const name = electrodeName(electrode);
    parts.push(levelUa === null ? `converter of ${name} mended` : `${name} stuck at ${figure(levelUa)} µA`);
  }
  return parts.join(', ');
}

/** A step without its result. A repeat gives its heading alone. */
export function describeStep(step: Step): string {
  switch (step.call) {
    case 'boot':
      return step.by === 'watchdog' ? 'reset by the watchdog' : 'power on, boot';
    case 'request':
      return describeRequest(step);
    case 'wait':
      return `wait ${figure(step.us)} µs`;
    case 'spin':
      return `busy for ${figure(step.us)} µs`;
    case 'stop':
      return `stop(${figure(step.mode)})`;
    case 'lower_limit':
    case 'raise_limit': {
      const limits = `${figure(step.amplitudeUa)} µA, ${figure(step.phasePc)} pC`;
      return `${step.call} ${electrodeName(step.electrode)} to ${limits}`;
    }
    case 'reading':
      return `reading(${figure(step.channel)})`;
    case 'sensors':
      return describeSensors(step);
    case 'flip':
      return `bit ${step.bit} of byte ${step.address} flips`;
    case 'repeat':
      return `${figure(step.times)} times:`;
    default:
      return step.call;
  }
}

/** A result in words, empty where there is none. */
export function describeResult(step: Step, result: StepResult): string {
  if (typeof result !== 'number') return result ?? '';
  if (step.call === 'reading') return figure(result);
  if (step.call !== 'status') return Status[result] ?? figure(result);
  const trip = (result >> STATUS_TRIP_SHIFT) & STATUS_TRIP_MASK;
  const state = State[result & STATUS_STATE_MASK] ?? String(result & STATUS_STATE_MASK);
  return trip === 0 ? state : `${state}, trip ${Trip[trip] ?? trip}`;
}

/** A step with its result: "request 100 µs: E1 −25,501 µA, E2 +25,501 µA → OK". */
export function describe(step: Step, result: StepResult): string {
  const answer = describeResult(step, result);
  return answer === '' ? describeStep(step) : `${describeStep(step)} → ${answer}`;
}
