// The words of a campaign: faults, command streams, phases of operation, outcomes. Plans, records and pages share them.

/** Faults that a plan can ask for, by name; `none` stands for a run without one. */
export const FAULT_NAMES = [
  'none',
  'byte-loss',
  'byte-corruption',
  'interlock-bit-flip',
  'stimulator-bit-flip',
  'stuck-dac',
  'broken-lead',
  'shorted-leads',
  'brown-out',
  'clock-drift',
  'hung-interlock',
  'hung-stimulator',
  'stale-sensor',
  'overheating',
  'battery-low',
  'heartbeat-cut',
  'self-test-failed',
] as const;
export type FaultName = (typeof FAULT_NAMES)[number];

/** Faults that come only where a plan flips bits one by one. */
export const FLIP_NAMES = [
  'interlock-local-flip',
  'stimulator-local-flip',
  'register-flip',
  'ram-flip',
] as const;
/** Faults that a run can be struck by, or `none`. */
export const STRUCK_NAMES = [...FAULT_NAMES, ...FLIP_NAMES] as const;
export type StruckName = (typeof STRUCK_NAMES)[number];

/** What a host does to the device while it stimulates. */
export const STREAM_NAMES = [
  'plain',
  'amplitude',
  'restart',
  'estop',
  'magnet',
  'impedance',
  'injection',
  'silence',
] as const;
export type StreamName = (typeof STREAM_NAMES)[number];

/** What the device is doing when a fault strikes, in the order of a run. */
export const PHASES = [
  'boot',
  'programming',
  'measuring',
  'arming',
  'ramp',
  'stimulating',
  'stopping',
  'stopped',
] as const;
export type Phase = (typeof PHASES)[number];

/** How a run ended, from the best to the worst. */
export const OUTCOMES = ['pass', 'refused', 'tripped', 'late', 'wrong', 'hazardous'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Outcomes in the words of reports. */
export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  pass: 'pass',
  refused: 'refused',
  tripped: 'tripped safely',
  late: 'late',
  wrong: 'wrong therapy',
  hazardous: 'hazardous',
};

/** What became of a flipped bit: how a run's outcome is told where a plan flips bits one by one. */
export const FLIP_RESULTS = [
  'detected',
  'masked',
  'safe stop',
  'late',
  'wrong therapy',
  'hazardous',
] as const;
export type FlipResult = (typeof FLIP_RESULTS)[number];
