// Scripts of trips and resets: boots with everything a register may have retained, the hold of a trip and the window of
// ten minutes, to the µs.

import { RECHARGE, type Recorder } from './recorder.ts';

/** A status as `status` packs it: state, trip, trips of the last ten minutes. */
const packed = (state: number, trip: number, trips: number): number => state | (trip << 4) | (trips << 14);

/** Boots after every reset that can be, and with noise in the register. */
export function retainedBoots(recorder: Recorder): void {
  const lookAround = (): void => {
    recorder.call('status');
    for (const channel of [8, 9, 10, 11, 12, 0, 5]) recorder.call('reading', channel);
    recorder.call('arm');
    recorder.wait(999_999);
    recorder.excursion(() => {
      recorder.call('poll');
      recorder.call('clear');
    });
    recorder.wait(2);
    recorder.call('poll');
    recorder.call('clear');
    recorder.call('status');
    recorder.temperatureMc = 40_000;
    recorder.call('poll');
    recorder.call('status');
    recorder.temperatureMc = 36_500;
  };
  for (let state = 0; state < 16; state++)
    for (const trip of [0, 1, 2, 6, 8, 9, 10, 255, 256])
      for (let trips = 0; trips < 4; trips++)
        recorder.excursion(() => {
          recorder.call('boot', 100, packed(state, trip, trips));
          recorder.call('status');
          if (state > 1 && state < 6 && trip > 0) lookAround();
        });
  for (let i = 0; i < 40; i++)
    recorder.excursion(() => {
      recorder.call('boot', recorder.random.word() | 0, recorder.random.word() | 0);
      lookAround();
    });
}

/** A trip by its cause at a given time: a hot device. */
export function trip(recorder: Recorder): void {
  recorder.temperatureMc = 45_000;
  recorder.call('poll');
  recorder.temperatureMc = 36_500;
  recorder.call('status');
  recorder.call('reading', 11);
}

/** Trips, their hold and their window: cleared to the µs, locked by a third within ten minutes of the first. */
export function tripWindow(recorder: Recorder): void {
  /** Waits while tripped, so that the lack of polls does not count; clears. */
  const release = (holdUs: number): void => {
    recorder.wait(holdUs);
    recorder.call('poll');
    recorder.call('clear');
    recorder.call('status');
    recorder.call('reading', 10);
    recorder.call('reading', 11);
  };
  for (const firstUs of [1_000_000, 123_456_789, 300_000_000, 599_000_000, 599_999_999, 600_000_000, 2 ** 30])
    for (const wholeUs of [599_999_998, 599_999_999, 600_000_000, 600_000_001, 601_234_567, 2 ** 30 + 5]) {
      recorder.call('boot', 100, 0);
      recorder.call('poll');
      trip(recorder);
      recorder.excursion(() => release(999_999));
      recorder.wait(500_000);
      trip(recorder);
      release(firstUs - 500_000);
      trip(recorder);
      release(Math.max(wholeUs - firstUs, 1_000_000));
      trip(recorder);
      recorder.call('arm');
      recorder.request(100, RECHARGE);
      release(601_000_000);
    }
}

/** Trips that a reset has kept: their age begins with the boot. */
export function retainedTrips(recorder: Recorder): void {
  for (const trips of [1, 2])
    for (const wholeUs of [599_999_998, 599_999_999, 600_000_000, 600_000_001]) {
      recorder.call('boot', 100, packed(3, 3, trips));
      recorder.wait(wholeUs);
      recorder.call('reading', 11);
      recorder.call('poll');
      recorder.call('clear');
      trip(recorder);
    }
}
