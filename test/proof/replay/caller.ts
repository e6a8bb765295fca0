// The hostile caller in the stimulator's place: it plays a script of steps in its turns of the board's main loop. It reaches
// the interlock through the calls that a stimulator has and no others; what a script does to the world goes to the board.
import { POLL_PERIOD_US } from '../../../firmware/board.ts';
import { NOW } from '../../../sim/clock/clock.ts';
import { cyclesOfUs } from '../../../sim/clock/cycles.ts';
import type { InterlockCalls, StimulatorExports } from '../../../sim/machine/machine.ts';
import type { Simulator } from '../../../sim/simulator.ts';
import { ResetBy } from '../../../sim/trace/marks.ts';
import type { StepResult } from './describe.ts';
import type { Event } from './event.ts';
import type { Script } from './script.ts';
import type { SensorsStep, Step } from './steps.ts';
import { wordsOf } from './steps.ts';

/** What is the same for every start of the processor. */
export interface Stage {
  readonly script: Script;
  readonly events: Event[];
  simulator(): Simulator;
  /** A bit of the interlock's memory has flipped. */
  onFlip(): void;
}

export class Caller implements StimulatorExports {
  private readonly stage: Stage;
  private readonly interlock: InterlockCalls;
  /** When the present wait is over; NaN: there is none. */
  private waitsUntilUs = Number.NaN;

  constructor(stage: Stage, interlock: InterlockCalls) {
    this.stage = stage;
    this.interlock = interlock;
  }

  boot(): void {
    this.note({ kind: 'boot' });
  }

  poll(): number {
    const { script } = this.stage;
    for (;;) {
      if (this.waitsUntilUs > this.nowUs) return Math.min(this.waitsUntilUs - this.nowUs, POLL_PERIOD_US);
      this.waitsUntilUs = Number.NaN;
      const step = script.next(this.nowUs);
      if (step === null) return POLL_PERIOD_US;
      if (step.call === 'wait') {
        this.waitsUntilUs = this.nowUs + step.us;
        script.record(undefined);
      } else if (step.call === 'poll') {
        script.record(undefined);
        return 0;
      } else {
        script.record(this.play(step));
      }
    }
  }

  private get nowUs(): number {
    return this.stage.simulator().nowUs;
  }

  private note(event: Omit<Event, 'atUs'>): void {
    this.stage.events.push({ ...event, atUs: this.nowUs });
  }

  private play(step: Step): StepResult {
    switch (step.call) {
      case 'boot':
        return this.reset(step.by === 'watchdog' ? ResetBy.WATCHDOG : ResetBy.BROWN_OUT);
      case 'spin': {
        const { clock } = this.stage.simulator().board;
        clock.time[NOW] += cyclesOfUs(step.us);
        return undefined;
      }
      case 'sensors':
        return this.turnSensors(step);
      case 'flip': {
        const { address, bit } = step;
        this.stage.simulator().faults.inject({ kind: 'bit-flip', module: 'interlock', address, bit });
        this.stage.onFlip();
        return undefined;
      }
      default:
        return this.callInterlock(step);
    }
  }

  /** Anything but the very first step starts the processor anew, which ends this turn of the main loop. */
  private reset(by: ResetBy): undefined {
    this.stage.script.record(undefined);
    const { board, nowCycles } = this.stage.simulator();
    if (this.stage.script.index > 0) board.reset(nowCycles, by, 0);
    return undefined;
  }

  private callInterlock(step: Step): StepResult {
    const { interlock } = this;
    switch (step.call) {
      case 'request':
        return this.request(step.durationUs, step.flags, wordsOf(step.levelsUa));
      case 'stop':
        this.note({ kind: 'stop' });
        return interlock.stop(step.mode);
      case 'arm':
      case 'clear':
        return this.accepted(interlock[step.call](), { kind: step.call });
      case 'status':
        return interlock.status();
      case 'reading':
        return interlock.reading(step.channel);
      case 'lower_limit':
      case 'raise_limit': {
        const { electrode, amplitudeUa, phasePc } = step;
        const status = interlock[step.call](electrode, amplitudeUa, phasePc);
        return this.accepted(status, { kind: 'limit', limit: { electrode, amplitudeUa, phasePc } });
      }
      default:
        return undefined;
    }
  }

  private request(durationUs: number, flags: number, words: readonly number[]): number {
    const [w0, w1, w2, w3, w4, w5, w6, w7] = words;
    const status = this.interlock.request(durationUs, flags, w0, w1, w2, w3, w4, w5, w6, w7);
    return this.accepted(status, { kind: 'request' });
  }

  private accepted(status: number, event: Omit<Event, 'atUs'>): number {
    if (status === 0) this.note(event);
    return status;
  }

  private turnSensors(step: SensorsStep): undefined {
    const { board, faults } = this.stage.simulator();
    if (step.batteryMv !== undefined) board.setBattery(step.batteryMv);
    if (step.temperatureMc !== undefined) board.setTemperature(step.temperatureMc);
    if (step.selfTest !== undefined) board.selfTestPassed = step.selfTest;
    if (step.health !== undefined)
      faults.inject({ kind: 'sensor', sensor: step.health.sensor, health: step.health.is });
    if (step.stuck !== undefined) {
      faults.inject({ kind: 'stuck-dac', ...step.stuck });
      this.note({ kind: 'stuck' });
    }
    if (step.watchdog !== undefined) board.watchdog.stop();
    if (step.magnet !== undefined) board.magnet(step.magnet);
    const { batteryMv, temperatureMc } = step;
    if (batteryMv !== undefined || temperatureMc !== undefined || step.health !== undefined)
      this.note({ kind: 'sensors', batteryMv, temperatureMc, health: step.health });
    return undefined;
  }
}
