// The scenarios of the interlock's bench as steps: each is played on the bench against the interlock in question, and what
// it called, when and under which sensors becomes a list that the simulator can play.
import { type Bench, type BenchCall, type Sensors, STALE } from '../../property/interlock/bench.ts';
import { type Scenario, scenarios } from '../../property/interlock/scenarios.ts';
import { levelsOfWords, type SensorsStep, type Step } from './steps.ts';

const WORD_OF_LEVELS = 2;

function stepOfCall({ name, args }: BenchCall): Step | null {
  const [first, second, third] = args;
  switch (name) {
    case 'boot':
      return { call: 'boot', by: second === 0 ? 'power' : 'watchdog' };
    case 'request':
      return {
        call: 'request',
        durationUs: first,
        flags: second,
        levelsUa: levelsOfWords(args.slice(WORD_OF_LEVELS)),
      };
    case 'stop':
      return { call: 'stop', mode: first };
    case 'arm':
    case 'clear':
    case 'status':
    case 'poll':
      return { call: name };
    case 'lower_limit':
    case 'raise_limit':
      return { call: name, electrode: first, amplitudeUa: second, phasePc: third };
    case 'reading':
      return { call: 'reading', channel: first };
    default:
      return null;
  }
}

/** What has changed in the world; null where nothing has, or nothing that a simulated board can have. */
function stepOfSensors(before: Sensors, now: Sensors): SensorsStep | null {
  const changes: Omit<SensorsStep, 'call'>[] = [];
  if (now.magnet !== before.magnet && (now.magnet === 0 || now.magnet === 1))
    changes.push({ magnet: now.magnet === 1 });
  if (now.batteryMv !== before.batteryMv && now.batteryMv !== STALE)
    changes.push({ batteryMv: now.batteryMv });
  if (now.temperatureMc !== before.temperatureMc && now.temperatureMc !== STALE)
    changes.push({ temperatureMc: now.temperatureMc });
  if (now.selfTest !== before.selfTest) changes.push({ selfTest: now.selfTest === 1 });
  return changes.length === 0 ? null : Object.assign({ call: 'sensors' as const }, ...changes);
}

/** A bench's calls as steps: its waits between them, its sensors before them. */
export function stepsOfBench(bench: Bench): Step[] {
  const steps: Step[] = [];
  let before: BenchCall | null = null;
  for (const call of bench.calls) {
    if (before !== null && call.atUs > before.atUs) steps.push({ call: 'wait', us: call.atUs - before.atUs });
    const sensors = before === null ? null : stepOfSensors(before.sensors, call.sensors);
    if (sensors !== null) steps.push(sensors);
    const step = stepOfCall(call);
    if (step !== null) steps.push(step);
    before = call;
  }
  return steps;
}

/** What a scenario calls; nothing where the interlock traps even when it is asked for its status. */
function record(scenario: Scenario, interlock: WebAssembly.Module): Step[] {
  try {
    return stepsOfBench(scenario(interlock));
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) return [];
    throw error;
  }
}

/** Everything that the scenarios of a law ("L4") do to this interlock, a list each. */
export function* recordScenarios(law: string, interlock: WebAssembly.Module): Generator<Step[]> {
  for (const [title, scenario] of Object.entries(scenarios)) {
    if (title.includes(` ${law} `)) yield record(scenario, interlock);
  }
}
