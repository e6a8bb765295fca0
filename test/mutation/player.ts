// The bare interlock with a board that holds still during a call: clock, sensors and room are what the step says, and every
// effect on the board is logged. Used to record what the shipped module does and to run a mutant against it; knows no laws.

export const CALLS = [
  'boot',
  'poll',
  'request',
  'stop',
  'arm',
  'clear',
  'lower_limit',
  'raise_limit',
  'reading',
  'status',
] as const;
export type CallName = (typeof CALLS)[number];

/** The state block of the interlock: the only memory that a call may leave different. */
const BLOCK_BYTE = 16;
export const BLOCK_WORDS = 172;
/** Sensor channels 0 to 5 of board.ts. */
export const SENSE_CHANNELS = 6;
/** What a channel that no board has answers. */
const NO_CHANNEL = -7;

/** What the board shows during a call. */
export interface Inputs {
  readonly clockUs: number;
  readonly senses: Int32Array;
  readonly room: number;
}

type Export = (...args: readonly number[]) => number | undefined;

/** Marks of the effects in the log. */
const SEGMENT = 1;
const OFF = 2;
const HEARTBEAT = 3;
/** A call has at most a handful of effects; more are counted, not kept. */
const LOG_WORDS = 256;

export class Player {
  /** The state block, as words. */
  readonly block: Int32Array;
  readonly log = new Int32Array(LOG_WORDS);
  /** Words logged by the last call. */
  logged = 0;
  private clockUs = 0;
  private senses: Int32Array = new Int32Array(SENSE_CHANNELS);
  private room = 64;
  private readonly calls: readonly Export[];

  constructor(module: WebAssembly.Module) {
    const put = (word: number): void => {
      if (this.logged < LOG_WORDS) this.log[this.logged] = word;
      this.logged += 1;
    };
    const hal = {
      clock_us: () => this.clockUs | 0,
      sense: (channel: number) => this.senses[channel] ?? NO_CHANNEL,
      segment_room: () => this.room,
      segment: (...words: number[]) => {
        put(SEGMENT);
        for (const word of words) put(word);
      },
      off: () => put(OFF),
      heartbeat: () => put(HEARTBEAT),
    };
    const { exports } = new WebAssembly.Instance(module, { hal });
    const memory = exports.memory as WebAssembly.Memory;
    this.block = new Int32Array(memory.buffer, BLOCK_BYTE, BLOCK_WORDS);
    this.calls = CALLS.map((name) => exports[name] as Export);
  }

  /** Runs one call; its effects are in `log`. Throws what the module throws. */
  call(index: number, args: readonly number[], inputs: Inputs): number {
    this.clockUs = inputs.clockUs;
    this.senses = inputs.senses;
    this.room = inputs.room;
    this.logged = 0;
    return this.calls[index](...args) ?? 0;
  }

  /** What the whole state block holds, in 32 bits: one changed word always changes it. */
  hash(): number {
    const { block } = this;
    let sum = 0;
    for (let i = 0; i < BLOCK_WORDS; i++) sum = Math.imul(sum ^ block[i], 0x01000193);
    return sum;
  }

  /** The effects of the last call in words, for a reader. */
  effects(): string {
    const words = [...this.log.subarray(0, Math.min(this.logged, LOG_WORDS))];
    const names: string[] = [];
    while (words.length > 0) {
      const mark = words.shift();
      if (mark === SEGMENT) names.push(`segment(${words.splice(0, 10).join(', ')})`);
      else names.push(mark === OFF ? 'off' : 'heartbeat');
    }
    return names.join(' ') || 'nothing';
  }
}
