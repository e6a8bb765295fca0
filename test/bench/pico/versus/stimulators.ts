// The stimulator of the image and the one in C, each on a chip of its own, with the same line, clock and interlock: the
// interlock is a stand-in, so that its cycles count for neither.

import {
  READING_DISCHARGE_US,
  READING_LIMIT_PC,
  READING_LIMIT_UA,
  SENSE_BATTERY_MV,
  SENSE_TEMPERATURE_MC,
  STATUS_ACTIVE,
} from '../../../../firmware/board.ts';
import { AMPLITUDE_UA_MAX, PHASE_PC_SET_DEFAULT } from '../../../../firmware/profile.ts';
import { State, Status } from '../../../../firmware/status.ts';
import { BOARD_PICO } from '../../../../firmware/wire.ts';
import { type Answer, BareImage, BareModules, type PicoImage } from '../../../../sim/machine/pico/index.ts';
import { agreed, type Pair, type Timed, timed } from './agree.ts';

const ENTROPY = 0x5eed;
const READBACK_UA = 500;
const READINGS: Readonly<Record<number, number>> = {
  [READING_DISCHARGE_US]: 0,
  [SENSE_BATTERY_MV]: 3900,
  [SENSE_TEMPERATURE_MC]: 37_000,
};

function reading(channel: number): number {
  if (channel >= READING_LIMIT_PC) return PHASE_PC_SET_DEFAULT;
  return channel >= READING_LIMIT_UA ? AMPLITUDE_UA_MAX : (READINGS[channel] ?? 0);
}

/** What a turn has done. */
interface Turn {
  readonly wishUs: number;
  /** Requests of the interlock: duration, flags, levels. */
  readonly requests: readonly (readonly number[])[];
  readonly sent: readonly number[];
}

/** What both stimulators see of the world; each has its own copy of the line. */
export class World {
  nowUs = 1000;
  /** Whether the n-th request since boot is refused for now. */
  isLater: (request: number) => boolean = () => false;
}

abstract class Stimulator {
  private readonly input: number[] = [];
  private readonly world: World;
  private sent: number[] = [];
  private requests: number[][] = [];
  private requested = 0;
  private isArmed = false;

  constructor(world: World) {
    this.world = world;
  }

  abstract readonly image: BareImage;
  protected abstract turn(): number;

  receive(bytes: Uint8Array): void {
    this.input.push(...bytes);
  }

  poll(): Timed<Turn> {
    this.sent = [];
    this.requests = [];
    const { value: wishUs, cycles } = timed(this.image, () => this.turn());
    return { value: { wishUs, requests: this.requests, sent: this.sent }, cycles };
  }

  protected readonly hal = {
    clock_us: () => this.world.nowUs | 0,
    uart_read: () => this.input.shift() ?? -1,
    uart_write: (byte: number) => {
      this.sent.push(byte & 0xff);
      return 1;
    },
  };

  protected readonly interlock: Readonly<Record<string, Answer>> = {
    request: (...args) => {
      if (this.world.isLater(this.requested++)) return Status.FIFO_FULL;
      this.requests.push(args.slice(0, 10));
      return Status.OK;
    },
    stop: () => {
      this.isArmed = false;
      return Status.OK;
    },
    arm: () => {
      this.isArmed = true;
      return Status.OK;
    },
    reading,
    status: () => (this.isArmed ? State.ARMED | STATUS_ACTIVE : State.DISARMED),
  };
}

class OfFirmware extends Stimulator {
  readonly image: BareModules;

  constructor(world: World) {
    super(world);
    const nothing = (): number => 0;
    const output = {
      sense: nothing,
      segment_room: nothing,
      segment: nothing,
      off: nothing,
      heartbeat: nothing,
    };
    this.image = new BareModules({ ...this.hal, ...output });
    this.image.startStimulator(this.interlock);
    this.image.callExport('stimulator', 'boot', BOARD_PICO, ENTROPY, READBACK_UA);
  }

  protected turn(): number {
    return this.image.callExport('stimulator', 'poll');
  }
}

class OfC extends Stimulator {
  readonly image: BareImage;

  constructor(world: World, reference: PicoImage) {
    super(world);
    this.image = new BareImage(reference);
    for (const [name, answer] of Object.entries(this.hal)) this.image.replace(`hal_${name}`, 0, answer);
    for (const [name, answer] of Object.entries(this.interlock))
      this.image.replace(`interlock_${name}`, 0, answer);
    this.image.call('stimulator_boot', [BOARD_PICO, ENTROPY, READBACK_UA]);
  }

  protected turn(): number {
    return this.image.call('stimulator_poll', []) | 0;
  }
}

/** Both at once. */
export class Stimulators {
  readonly world = new World();
  /** What the last turn has done. */
  last: Turn = { wishUs: 0, requests: [], sent: [] };
  private readonly firmware: Stimulator;
  private readonly c: Stimulator;

  constructor(reference: PicoImage) {
    this.firmware = new OfFirmware(this.world);
    this.c = new OfC(this.world, reference);
  }

  receive(bytes: Uint8Array): void {
    this.firmware.receive(bytes);
    this.c.receive(bytes);
  }

  /** Turns of both, whatever they answer, until neither has anything to do or to send: what the firmware has sent. */
  settle(): number[] {
    const sent: number[] = [];
    for (let isBusy = true; isBusy; ) {
      const turns = [this.firmware, this.c].map((one) => one.poll().value);
      sent.push(...turns[0].sent);
      isBusy = turns.some((turn) => turn.sent.length > 0 || turn.wishUs === 0);
    }
    return sent;
  }

  /** A turn of both; throws Error where they have not done the same. */
  poll(where: string): Pair {
    const firmware = this.firmware.poll();
    this.last = firmware.value;
    return agreed(where, firmware, this.c.poll());
  }
}
