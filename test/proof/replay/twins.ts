// A broken twin of the interlock for each law, as an edit of its source: one check left out or moved by one. What ships is
// never touched. The proof of the law must fail on its twin, and a replay of the twin must break the law.
import type { Edit } from '../../property/interlock/compile-twin.ts';
import type { Judge } from './simulate.ts';

export interface LawTwin extends Edit {
  /** "L1" … "L16". */
  readonly law: string;
  /** What is broken, in plain words. */
  readonly title: string;
  /** Who sees it when it is replayed: the oracle of the output where it shows there. */
  readonly seenBy: Judge;
}

export const lawTwins: readonly LawTwin[] = [
  {
    law: 'L1',
    title: 'the amplitude limit is off by one: 1 µA more passes',
    seenBy: 'output',
    file: 'gate',
    find: 'magnitudeUa > s.limitUa(e)',
    replace: 'magnitudeUa > s.limitUa(e) + 1',
  },
  {
    law: 'L2',
    title: 'levels that do not sum to zero pass without the case',
    seenBy: 'stage',
    file: 'gate',
    find: 'if (!hasCase && sumUa !== 0) return -Status.BALANCE;',
    replace: '',
  },
  {
    law: 'L3',
    title: 'one polarity may last for any time',
    seenBy: 'output',
    file: 'gate',
    find: 'abs(nextRunUs(runUs, levelUa, durationUs)) > profile.POLARITY_RUN_US_MAX',
    replace: 'false',
  },
  {
    law: 'L4',
    title: 'a rest of any length restarts the phase count',
    seenBy: 'output',
    file: 'gate',
    find: 'if (restUs < profile.PHASE_REST_US) return change;',
    replace: '',
  },
  {
    law: 'L5',
    title: 'unrecovered charge is not judged upwards',
    seenBy: 'output',
    file: 'gate',
    find: 'if (s.highPc(e) + chargePc + doubtPc > profile.UNRECOVERED_PC_MAX) return Status.UNRECOVERED;',
    replace: '',
  },
  {
    law: 'L6',
    title: 'a charge may stay unrecovered for any time',
    seenBy: 'output',
    file: 'gate',
    find: 's.get(s.S_UNRECOVERED) + durationUs > profile.RECOVERY_US_MAX',
    replace: 'false',
  },
  {
    law: 'L7',
    title: 'mean current is not judged',
    seenBy: 'output',
    file: 'gate',
    find: 'status === Status.OK && bucketPc > profile.MEAN_TOTAL_DEPTH_PC',
    replace: 'false',
  },
  {
    law: 'L8',
    title: 'a trip can be cleared at once',
    seenBy: 'output',
    file: 'latch',
    find: 'if (s.get(s.S_TRIP_HOLD) > 0) return Status.TRIPPED;',
    replace: '',
  },
  {
    law: 'L9',
    title: 'arm does not wait for the discharge',
    seenBy: 'output',
    file: 'latch',
    find: 'if (s.get(s.S_DISCHARGE) > 0) return Status.DISCHARGING;',
    replace: '',
  },
  {
    law: 'L10',
    title: 'an ESTOP does not switch off',
    seenBy: 'output',
    file: 'index',
    find: '  switchOff(); // REQ-FLT-005',
    replace: '',
  },
  {
    law: 'L11',
    title: 'an empty battery does not trip',
    seenBy: 'output',
    file: 'sensors',
    find: 'if (batteryMv < profile.BATTERY_MV_MIN) return Trip.BATTERY;',
    replace: '',
  },
  {
    law: 'L12',
    title: 'mismatching read-backs are noted, and no more',
    seenBy: 'calls',
    file: 'sensors',
    find: 'if ((mismatches & bit) !== 0) trip(Trip.READBACK);',
    replace: '',
  },
  {
    law: 'L13',
    title: 'a channel below zero reads memory that is not there',
    seenBy: 'calls',
    file: 'index',
    find: '<u32>channel <= <u32>board.SENSE_VOLTAGE_MV',
    replace: 'channel <= board.SENSE_VOLTAGE_MV',
  },
  {
    law: 'L14',
    title: 'the parity leaves out a word of each row',
    seenBy: 'calls',
    file: 'state',
    find: 'sum ^= load<i32>(p, 4) ^ load<i32>(p, 0);',
    replace: 'sum ^= load<i32>(p, 4);',
  },
  {
    law: 'L15',
    title: 'a limit can be raised while armed',
    seenBy: 'calls',
    file: 'index',
    find: 's.get(s.S_STATE) === State.DISARMED &&',
    replace: '',
  },
  {
    law: 'L16',
    title: 'output may be queued any time ahead',
    seenBy: 'output',
    file: 'gate',
    find: 's.get(s.S_QUEUE) + durationUs >= profile.HORIZON_US_MAX',
    replace: 'false',
  },
];
