// Broken twins: the interlock with one check removed or moved by one, as edits of its source. Each names the scenario that
// must find it (the words after the requirement). A twin that survives means that a law is not really tested.

export interface Twin {
  readonly scenario: string;
  readonly file: 'gate' | 'latch' | 'sensors' | 'index' | 'state';
  readonly find: string;
  readonly replace: string;
}

const twin = (scenario: string, file: Twin['file'], find: string, replace = ''): Twin => ({
  scenario,
  file,
  find,
  replace,
});

export const twins: readonly Twin[] = [
  twin('L1 amplitude over the hard and the set limit', 'gate', 'magnitudeUa > s.limitUa(e)', 'false'),
  twin(
    'L1 amplitude over the hard and the set limit',
    'gate',
    'magnitudeUa > s.limitUa(e)',
    'magnitudeUa > s.limitUa(e) + 1',
  ),
  twin(
    'L1 amplitude of the case',
    'gate',
    'judgeElectrode(casing, -sumUa, durationUs, measure, caseDoubtPc)',
    'Status.OK',
  ),
  twin('L2 unbalanced levels', 'gate', 'if (!hasCase && sumUa !== 0) return -Status.BALANCE;'),
  twin(
    'L2 unbalanced levels',
    'index',
    'return isZero ? passZero(durationUs, flags) : -Status.BALANCE;',
    'return passZero(durationUs, flags);',
  ),
  twin('L3 durations', 'gate', 'durationUs > profile.ACTIVE_US_MAX', 'false'),
  twin(
    'L3 durations',
    'gate',
    'durationUs > profile.ACTIVE_US_MAX',
    'durationUs > profile.ACTIVE_US_MAX + 1',
  ),
  twin('L3 durations', 'gate', 'durationUs > profile.IDLE_US_MAX', 'durationUs > profile.IDLE_US_MAX + 1'),
  twin(
    'L3 durations',
    'gate',
    'durationUs < profile.SEGMENT_US_MIN || durationUs > profile.ACTIVE',
    'durationUs > profile.ACTIVE',
  ),
  twin(
    'L3 one polarity for more than 10 ms',
    'gate',
    'abs(nextRunUs(e, levelUa, durationUs)) > profile.POLARITY_RUN_US_MAX',
    'false',
  ),
  twin(
    'L4 phase charge in one segment and in many',
    'gate',
    'if (spanPc > s.limitPc(e)) return Status.PHASE_CHARGE;',
  ),
  twin(
    'L4 phase charge in one segment and in many',
    'gate',
    's.putFallPc(e, nextFallPc(e, chargePc));\n  s.putRestUs(e, 0);',
    's.putRisePc(e, 0);\n  s.putFallPc(e, 0);\n  s.putRestUs(e, 0);',
  ),
  twin(
    'L4 a short gap or a tiny reversal does not restart the count',
    'gate',
    'if (restUs < profile.PHASE_REST_US) return;',
  ),
  twin(
    'L4 a short gap or a tiny reversal does not restart the count',
    'gate',
    'nextRisePc(e, chargePc) + nextFallPc(e, chargePc)',
    'abs(chargePc)',
  ),
  twin('L4 raised to the hard limit', 'index', 'phasePc <= profile.PHASE_PC_MAX', 'true'),
  twin(
    'L5 unrecovered charge, one way',
    'gate',
    'if (s.highPc(e) + chargePc + doubtPc > profile.UNRECOVERED_PC_MAX) return Status.UNRECOVERED;',
  ),
  twin(
    'L5 unrecovered charge, one way',
    'gate',
    'if (s.lowPc(e) + chargePc - doubtPc < -profile.UNRECOVERED_PC_MAX) return Status.UNRECOVERED;',
  ),
  twin(
    'L5 doubt of fast biphasic pulses',
    'gate',
    's.putHighPc(e, s.highPc(e) + chargePc + doubtPc);\n  s.putLowPc(e, s.lowPc(e) + chargePc - doubtPc);',
    's.putHighPc(e, s.highPc(e) + chargePc);\n  s.putLowPc(e, s.lowPc(e) + chargePc);',
  ),
  twin(
    'L5 a reversal after a recharge',
    'gate',
    's.putHighPc(e, afterRecharge(max(s.highPc(e), 0), keep));',
    's.putHighPc(e, kept(s.highPc(e), keep));',
  ),
  twin(
    'L5 a reversal after a recharge',
    'gate',
    's.putLowPc(e, -afterRecharge(max(-s.lowPc(e), 0), keep));',
    's.putLowPc(e, kept(s.lowPc(e), keep));',
  ),
  twin(
    'L5 doubt of the case',
    'gate',
    'const caseDoubtPc = hasCase ? (doubtOf(contactsUa * durationUs) >> 1) + 1 : 0;',
    'const caseDoubtPc = 0;',
  ),
  twin(
    'L5 no credit while held open',
    'gate',
    'const isRecharge = flags === board.FLAG_RECHARGE;',
    'const isRecharge = true;',
  ),
  twin('L5 unrecovered charge, one way', 'gate', 'keepShare(durationUs)', 'keepShare(durationUs) / 2'),
  twin(
    'L6 a charge that is not recovered',
    'gate',
    's.get(s.S_UNRECOVERED) + durationUs > profile.RECOVERY_US_MAX',
    'false',
  ),
  twin(
    'L6 a charge that is not recovered',
    'gate',
    'return worstPc <= profile.RECOVERED_PC;',
    'return true;',
  ),
  twin(
    'L7 mean current of a contact',
    'gate',
    'status === Status.OK && bucketPc > profile.MEAN_TOTAL_DEPTH_PC',
    'false',
  ),
  twin(
    'L7 mean current of all electrodes',
    'gate',
    'status === Status.OK && bucketPc > profile.MEAN_TOTAL_DEPTH_PC',
    'false',
  ),
  twin(
    'L8 nothing passes after a trip, and not too early',
    'latch',
    'if (s.get(s.S_TRIP_HOLD) > 0) return Status.TRIPPED;',
  ),
  twin(
    'L8 nothing passes after a trip, and not too early',
    'latch',
    'if (sensors !== Status.OK) return sensors;\n  s.put(s.S_STATE, State.DISARMED);',
    's.put(s.S_STATE, State.DISARMED);',
  ),
  twin(
    'L8 nothing passes after a trip, and not too early',
    'latch',
    's.put(s.S_STATE, oldest < profile.TRIP_WINDOW_US ? State.LOCKED : State.TRIPPED);',
  ),
  twin(
    'L8 three trips in ten minutes lock',
    'latch',
    'oldest < profile.TRIP_WINDOW_US ? State.LOCKED : State.TRIPPED',
    'State.TRIPPED',
  ),
  twin(
    'L8 three trips in ten minutes lock',
    'latch',
    'if (state === State.LOCKED) return Status.LOCKED;\n  if (state !== State.TRIPPED)',
    'if (state === State.LOCKED) s.put(s.S_STATE, State.TRIPPED);\n  if (state === State.DISARMED)',
  ),
  twin(
    'L9 nothing before arm, no arm before nine half-lives',
    'latch',
    'if (s.get(s.S_DISCHARGE) > 0) return Status.DISCHARGING;',
  ),
  twin(
    'L9 nothing before arm, no arm before nine half-lives',
    'latch',
    's.put(s.S_DISCHARGE, profile.DISCHARGE_US);',
    's.put(s.S_DISCHARGE, profile.DISCHARGE_US - 1);',
  ),
  twin(
    'L9 nothing before arm, no arm before nine half-lives',
    'latch',
    'return Status.NOT_ARMED;',
    'return Status.OK;',
  ),
  twin('L9 an underrun disarms', 'sensors', 'if (stepUs >= queueUs) switchOff();'),
  twin('L9 an underrun by the word of the stage', 'gate', 'if (hasRunDry(room)) return Status.NOT_ARMED;'),
  twin(
    'L9 an underrun by the word of the stage',
    'index',
    'hasRunDry(hal.segment_room());\n  const cause',
    'const cause',
  ),
  twin('L9 self-test and sensors', 'index', 's.get(s.S_SENSE + board.SENSE_SELF_TEST) !== 1', 'false'),
  twin('L10 magnet', 'sensors', 'switchOff(); // REQ-FLT-004'),
  twin(
    'L8 nothing passes after a trip, and not too early',
    'sensors',
    'if (s.get(s.S_SENSE + board.SENSE_MAGNET) !== 0) return Status.MAGNET;',
  ),
  twin('L8 a watchdog reset keeps trips and locks', 'index', 'trip === Trip.INTEGRITY) state', 'true) state'),
  twin(
    'L8 a watchdog reset keeps trips and locks',
    'index',
    'readbackToleranceUa, trips)',
    'readbackToleranceUa, 0)',
  ),
  twin('L10 ESTOP', 'index', '  switchOff(); // REQ-FLT-005', ''),
  twin(
    'L11 magnet at -2147483648',
    'sensors',
    'else trip(magnet === board.SENSE_STALE ? Trip.SENSOR_STALE : Trip.SENSOR_IMPOSSIBLE);',
    '',
  ),
  twin(
    'L11 batteryMv at -2147483648',
    'sensors',
    'if (batteryMv === board.SENSE_STALE || temperatureMc === board.SENSE_STALE) return Trip.SENSOR_STALE; // REQ-SEN-001\n  if (batteryMv < 0 ||',
    'if (batteryMv === board.SENSE_STALE) return Trip.NONE;\n  if (batteryMv < 0 ||',
  ),
  twin('L11 batteryMv at 6001', 'sensors', 'batteryMv > profile.BATTERY_MV_IMPOSSIBLE_HIGH', 'false'),
  twin('L11 batteryMv at 2999', 'sensors', 'if (batteryMv < profile.BATTERY_MV_MIN) return Trip.BATTERY;'),
  twin(
    'L11 temperatureMc at 39001',
    'sensors',
    'if (temperatureMc > profile.TEMPERATURE_MC_MAX) return Trip.TEMPERATURE;',
  ),
  twin(
    'L11 temperatureMc at -1',
    'sensors',
    'temperatureMc < profile.TEMPERATURE_MC_IMPOSSIBLE_LOW',
    'false',
  ),
  twin(
    'L11 temperatureMc at -2147483648',
    'sensors',
    ' || temperatureMc === board.SENSE_STALE) return Trip.SENSOR_STALE;',
    ') return Trip.SENSOR_STALE;\n  if (temperatureMc === board.SENSE_STALE) return Trip.NONE;',
  ),
  twin(
    'L11 no poll for 100 ms',
    'sensors',
    'if (s.get(s.S_POLL_AGE) > profile.POLL_US_MAX) trip(Trip.POLL_LATE);',
  ),
  twin('the heartbeat toggles in poll alone', 'index', 'hal.heartbeat(); // REQ-FLT-001', ''),
  twin('L12 a driver that does not follow', 'sensors', 'if ((mismatches & bit) !== 0) trip(Trip.READBACK);'),
  twin(
    'L12 an idle contact that carries current',
    'sensors',
    '(tolerances >> 16);',
    '(tolerances >> 16) + 1;',
  ),
  twin(
    'L12 the case may be off by what its contacts are, and no more',
    'gate',
    'contactsUa, -sumUa, w0',
    'contactsUa * 2, -sumUa, w0',
  ),
  twin(
    'L12 a read-back of another electrode than was asked for',
    'sensors',
    'if (((sample >> board.READBACK_ELECTRODE_SHIFT) & 0xff) !== index)',
    'if (false)',
  ),
  twin(
    'L12 no fresh sample',
    'sensors',
    'if (s.get(s.S_UNSAMPLED) > profile.READBACK_MISSING_US) trip(Trip.READBACK_MISSING);',
  ),
  twin('L12 measuring segments', 'gate', 'magnitudeUa > profile.MEASURE_UA_MAX', 'false'),
  twin('L12 measuring segments', 'gate', 'spanPc > profile.MEASURE_PC_MAX', 'false'),
  twin('L12 measuring segments', 'gate', 'measure ? measures >= 2 : measures !== 0', 'false'),
  twin('L14 a flipped bit', 'sensors', 'if (!s.isIntact())', 'if (false)'),
  twin('L14 a flipped bit', 'state', 'p < BLOCK + PARITY_OFFSET', 'p < BLOCK + PARITY_OFFSET - 216'),
  twin('L15 limits', 'index', 'if (s.peakUa(e) > amplitudeUa) switchOff();'),
  twin('L15 limits', 'index', 's.get(s.S_STATE) === State.DISARMED &&'),
  twin('L15 limits', 'index', 'amplitudeUa <= profile.AMPLITUDE_UA_MAX &&'),
  twin(
    'L15 limits',
    'index',
    'return <u32>index < <u32>profile.ELECTRODES;',
    'return index < profile.ELECTRODES;',
  ),
  twin('L16 horizon and FIFO', 'gate', 's.get(s.S_QUEUE) + durationUs >= profile.HORIZON_US_MAX', 'false'),
  twin('L16 horizon and FIFO', 'gate', 'room > 0 && room <= board.FIFO_SEGMENTS', 'true'),
];
