// Single faults of what drives the contacts: what catches each, how fast, and what is left. Written from the design and the
// simulator; no hardware has been driven.

import * as t from './fault-times.ts';
import type { SingleFault } from './single-fault.ts';

export const OUTPUT_FAULTS: readonly SingleFault[] = [
  {
    fault: 'Recharge switch stuck open',
    effect:
      'Nothing recovers between pulses, while the interlock books recovery. Passive therapies charge the capacitors.',
    caughtBy: `L12, only once the capacitors have used up the ${t.COMPLIANCE} and current falls short. Active recharge hides it.`,
    within: 'not bounded',
    laws: ['L12'],
    requirements: ['REQ-SEN-003'],
    left: `L5, L6 and L9 rest on recharge and are wrong then: up to ${t.BLOCKING_CHARGE} on a blocking capacitor. A board must measure the electrode after recharge.`,
    isSimulated: false,
  },
  {
    fault: 'Recharge switch stuck closed',
    effect:
      'Contacts are shunted while driven: part of the current takes the other contacts. Weaker and less selective.',
    caughtBy: 'L12, if the board samples behind the switch; otherwise nothing.',
    within: 'two samples of one electrode',
    laws: ['L12'],
    requirements: ['REQ-SEN-003'],
    left: 'Stimulation of contacts that nobody chose, each with less than was set.',
    isSimulated: false,
  },
  {
    fault: 'Driver enable stuck on',
    effect: 'None by itself: the queue still ends in zero output, and every segment is judged.',
    caughtBy: '',
    within: '',
    laws: [],
    requirements: [],
    left: `Latent: the heartbeat no longer protects. A second fault (firmware hung) is then left to the end of the queue (${t.HORIZON}), the one-shot and the watchdog. The self-test at boot should toggle it.`,
    isSimulated: false,
  },
  {
    fault: 'Driver enable stuck off',
    effect: 'No current at all.',
    caughtBy: 'L12: read-back differs from the level.',
    within: 'two samples of one electrode',
    laws: ['L12'],
    requirements: ['REQ-SEN-003'],
    left: `Loss of therapy. Levels under ${t.READBACK_LEAST} are inside the tolerance.`,
    isSimulated: true,
  },
  {
    fault: 'Current source or converter (DAC) stuck',
    effect:
      'A contact carries a wrong current in every driven segment; the rest returns through others or the case.',
    caughtBy:
      'The charge guard (hardware) cuts the output. L12: two mismatches in a row of the same electrode trip; idle contacts take their turn.',
    within: `${t.GUARD} on a blocking capacitor; then two turns of that electrode, for which tests ask 10 s in programs of up to three areas`,
    laws: ['L12'],
    requirements: ['REQ-SEN-002', 'REQ-SEN-003', 'REQ-SIM-129'],
    left: `Pulses until then; without the guard up to the compliance of ${t.COMPLIANCE}, past 5080 nC within one phase. Off by less than 5 % or ${t.READBACK_LEAST}: never. Leaking into recharge: never; the blocking capacitors end it.`,
    isSimulated: true,
  },
  {
    fault: '“Off” has no effect',
    effect: 'The interlock switches off, and what is queued is played all the same.',
    caughtBy: `L16: nothing more is released, and the queue ends in zero.`,
    within: `${t.HORIZON} at most`,
    laws: ['L16'],
    requirements: ['REQ-TIM-003'],
    left: `ESTOP, magnet and trip are late by up to ${t.HORIZON}. Not noticed as a fault.`,
    isSimulated: false,
  },
  {
    fault: 'FIFO stuck: a segment does not end',
    effect: 'A driven segment goes on.',
    caughtBy: 'The one-shot cuts the output; L9 ends arming when the queue should be over by the clock.',
    within: `${t.ONE_SHOT}, then ${t.HORIZON} at most`,
    laws: ['L9', 'L16'],
    requirements: ['REQ-ARM-003', 'REQ-TIM-004'],
    left: `One phase, cut by the charge guard (hardware) at ${t.GUARD}; without it up to ${t.ONE_SHOT_CHARGE}. Recharge by hardware follows.`,
    isSimulated: false,
  },
  {
    fault: 'FIFO empties early, or says that it is empty',
    effect: 'Output falls to recharge, perhaps between two phases.',
    caughtBy: 'L9: an empty stage while something should play switches off and disarms.',
    within: `next request or poll, ${t.POLL_PERIOD} at most`,
    laws: ['L9'],
    requirements: ['REQ-ARM-003'],
    left: 'One unbalanced phase, which recharge takes; loss of therapy.',
    isSimulated: false,
  },
  {
    fault: 'Blocking capacitor shorted',
    effect: 'None by itself: pulses stay as they are.',
    caughtBy: '',
    within: '',
    laws: ['L5', 'L7'],
    requirements: ['REQ-CHG-002', 'REQ-CHG-004'],
    left: 'Latent: nothing stops a direct current any more that stays within L5 and L7 or that leaks outside the driven segments.',
    isSimulated: false,
  },
];
