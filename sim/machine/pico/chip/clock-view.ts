// What of rp2040js's SimulationClock is used here; its package does not export the class.

export interface AlarmView {
  nanos: number;
}

export interface SimulationClockView {
  readonly nextAlarm: AlarmView | null;
  linkAlarm(nanos: number, alarm: AlarmView): AlarmView;
  unlinkAlarm(alarm: AlarmView): boolean;
  tick(deltaNanos: number): void;
}
