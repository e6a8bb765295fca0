// Single faults of clock, processor, supply, sensors and memory, and the list of all: what catches each, how fast, and what is
// left. Written from the design and the simulator; no hardware has been driven.

import * as t from './fault-times.ts';
import type { SingleFault } from './single-fault.ts';
import { OUTPUT_FAULTS } from './single-faults-output.ts';

const CONTROL_FAULTS: readonly SingleFault[] = [
  {
    fault: 'Oscillator stopped',
    effect: 'Processor and output stage stand still in the middle of a phase.',
    caughtBy: `The one-shot (hardware, own time) cuts the output; the heartbeat driver drops out after ${t.HEARTBEAT}.`,
    within: t.ONE_SHOT,
    laws: [],
    requirements: ['REQ-FLT-001'],
    left: `One phase, cut by the charge guard (hardware) at ${t.GUARD}; without it up to ${t.ONE_SHOT_CHARGE}, without the one-shot ${t.BLOCKING_CHARGE}. A watchdog on the same oscillator does not reset.`,
    isSimulated: false,
  },
  {
    fault: 'Oscillator too fast or too slow',
    effect: 'All times stretch alike, for interlock and output stage together.',
    caughtBy: 'Nothing, while they share it. If only one drifts, the room of the FIFO tells (L9, L16).',
    within: 'one queue, if only one of them drifts',
    laws: ['L9', 'L16'],
    requirements: ['REQ-ARM-003', 'REQ-TIM-004'],
    left: 'Charge per phase grows as the clock slows: 10 % slower is 10 % more. A board needs a second time base.',
    isSimulated: true,
  },
  {
    fault: 'Heartbeat line stuck',
    effect: 'The driver drops out: no current.',
    caughtBy: 'The heartbeat driver at once; L12 tells of it where levels are large enough.',
    within: t.HEARTBEAT,
    laws: ['L12'],
    requirements: ['REQ-FLT-001', 'REQ-SEN-003'],
    left: 'Loss of therapy.',
    isSimulated: true,
  },
  {
    fault: 'Watchdog dead',
    effect: 'None by itself.',
    caughtBy: '',
    within: '',
    laws: [],
    requirements: [],
    left: `Latent. If the firmware then hangs, the queue ends within ${t.HORIZON} and the driver drops out after ${t.HEARTBEAT}: output off, but the device does not come back by itself.`,
    isSimulated: false,
  },
  {
    fault: 'Firmware hangs or traps',
    effect: 'Nothing more is asked for or released.',
    caughtBy: `A timer of the board switches off after ${t.HUNG} in which nobody has read the clock; the queue ends in zero (L16); watchdog after ${t.WATCHDOG}; heartbeat driver after ${t.HEARTBEAT}.`,
    within: `${t.HUNG}; ${t.HORIZON} at most where the clock is still read`,
    laws: ['L13', 'L16'],
    requirements: ['REQ-TIM-003', 'REQ-FLT-001', 'REQ-THR-009', 'REQ-ARM-004', 'REQ-BRD-010'],
    left: 'What is queued is played until then; then loss of therapy until somebody starts it again.',
    isSimulated: true,
  },
  {
    fault: 'Battery brown-out',
    effect: 'Reset, at any moment.',
    caughtBy:
      'Under 3000 mV a trip (L11) comes first, if the supply falls slowly; else the reset itself ends in recharge.',
    within: `a poll, ${t.POLL_PERIOD}; the reset at once`,
    laws: ['L11', 'base'],
    requirements: ['REQ-SEN-007', 'REQ-ARM-004', 'REQ-THR-009'],
    left: 'Loss of therapy and of all programs; trips and locks are forgotten with the power.',
    isSimulated: true,
  },
];

const SENSOR_FAULTS: readonly SingleFault[] = [
  {
    fault: 'Sensor silent or impossible',
    effect: 'None on the output.',
    caughtBy: 'L11: off and trip.',
    within: `${t.SENSE_AGE} until it is stale, then a poll (${t.POLL_PERIOD})`,
    laws: ['L11'],
    requirements: ['REQ-SEN-001'],
    left: 'Loss of therapy.',
    isSimulated: true,
  },
  {
    fault: 'Temperature or battery sensor frozen at a plausible value',
    effect: 'None on the output.',
    caughtBy: '',
    within: '',
    laws: ['L7'],
    requirements: ['REQ-CHG-004'],
    left: 'Heat is bounded by the mean current (L7) alone; a falling battery ends in a brown-out. The board may compare two sensors.',
    isSimulated: true,
  },
  {
    fault: 'Read-back converter stuck',
    effect: 'The output is as before, but unobserved.',
    caughtBy:
      'L12: a fixed value does not follow the levels; a fixed tag is no fresh sample; another electrode is impossible.',
    within: `two samples, or ${t.READBACK_MISSING} of output`,
    laws: ['L11', 'L12'],
    requirements: ['REQ-SEN-002', 'REQ-SEN-003', 'REQ-SEN-005'],
    left: `Levels within ${t.READBACK_LEAST} of the stuck value pass. Programs with phases under ${t.SAMPLE_LEAST} alone are not sampled.`,
    isSimulated: false,
  },
  {
    fault: 'Magnet switch stuck closed',
    effect: 'Output off, arming refused.',
    caughtBy: 'L10 and L9, at once.',
    within: 'interrupt of the board, at the latest the next call',
    laws: ['L9', 'L10'],
    requirements: ['REQ-FLT-004', 'REQ-ARM-005'],
    left: 'Loss of therapy.',
    isSimulated: true,
  },
  {
    fault: 'Magnet switch stuck open',
    effect: 'None, until somebody needs it.',
    caughtBy: '',
    within: '',
    laws: [],
    requirements: ['REQ-FLT-005', 'REQ-LNK-010'],
    left: 'Latent: the patient’s own way to stop is gone. Left are STOP and ESTOP of a host, and link loss in clinic mode. It needs a check by the patient.',
    isSimulated: true,
  },
];

const MEMORY_FAULTS: readonly SingleFault[] = [
  {
    fault: 'A bit flips in the interlock’s state',
    effect: 'None: the next call finds it before it acts.',
    caughtBy: 'L14: off, and a trip that only a boot leaves.',
    within: `next call, ${t.POLL_PERIOD} at most`,
    laws: ['L14'],
    requirements: ['REQ-INT-001'],
    left: 'Two flips before the same call that cancel in the parity word.',
    isSimulated: true,
  },
  {
    fault: 'A bit flips during a call: stack, registers',
    effect: 'A judgement, a level or an account may be wrong once.',
    caughtBy: '',
    within: '',
    laws: ['L12'],
    requirements: ['REQ-SEN-003'],
    left: 'Outside L14. A wrong account may stay, as parity is sealed over it, until the next off. Read-back compares with what was meant, not with what was allowed.',
    isSimulated: false,
  },
  {
    fault: 'A bit flips in the FIFO',
    effect: 'One segment is played with another level, duration or flag.',
    caughtBy: 'L12, if just that electrode was to be sampled, and twice; the one-shot bounds the duration.',
    within: `${t.ONE_SHOT} for the duration; the level is not bounded in time`,
    laws: ['L12'],
    requirements: ['REQ-SEN-003'],
    left: `One wrong phase, cut by the charge guard (hardware) at ${t.GUARD}; without it up to ${t.ONE_SHOT_CHARGE}. Past the gate: a board should protect its FIFO by parity.`,
    isSimulated: false,
  },
  {
    fault: 'A bit flips in the stimulator’s memory',
    effect: 'Wrong therapy, wrong record, or a hang.',
    caughtBy: 'Segregation and all laws: nothing past the limits is released. Nothing restores the therapy.',
    within: 'at the gate, in the same call',
    laws: ['segregation', 'L1', 'L2', 'L3', 'L4', 'L5', 'L6', 'L7'],
    requirements: ['REQ-INT-002', 'REQ-INT-005'],
    left: 'A wrong therapy within the limits goes on unnoticed: stored programs carry no check.',
    isSimulated: true,
  },
  {
    fault: 'A bit flips in the program code',
    effect: 'Anything that the processor then does.',
    caughtBy: 'Perhaps a trap, watchdog, heartbeat or one-shot.',
    within: 'not bounded',
    laws: [],
    requirements: [],
    left: 'The proofs speak of the binary as it was shipped. A board should check its flash at boot and while running.',
    isSimulated: false,
  },
];

/** Faults by what breaks. */
export const SINGLE_FAULTS: readonly { readonly part: string; readonly faults: readonly SingleFault[] }[] = [
  { part: 'Output', faults: OUTPUT_FAULTS },
  { part: 'Clock, processor, supply', faults: CONTROL_FAULTS },
  { part: 'Sensors', faults: SENSOR_FAULTS },
  { part: 'Memory', faults: MEMORY_FAULTS },
];
