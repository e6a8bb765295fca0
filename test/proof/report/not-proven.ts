// What a reader might take for proven and is not. Data only; a line leaves this list when its proof is there, never before.

export interface NotProven {
  readonly topic: string;
  readonly text: string;
}

export const NOT_PROVEN: readonly NotProven[] = [
  {
    topic: 'From WebAssembly to machine code',
    text: 'The proofs speak of the binary’s instructions by the WebAssembly standard. What compiles or interprets them on a processor, and that processor, are trusted.',
  },
  {
    topic: 'The hardware',
    text: 'Output stage, recharge switches, blocking capacitors, one-shot, heartbeat driver, watchdog and sensors are assumed to do what the design says. No hardware has been driven: boards are simulated.',
  },
  {
    topic: 'Calls return and do not overlap',
    text: 'The board’s calls (clock, sensors, room, segment, off, heartbeat) are assumed to return. No export is entered while another runs, and the board alone calls `boot` and `poll`.',
  },
  {
    topic: 'The clock',
    text: 'It counts forward, modulo 2³². Between two calls less than 2³² µs (71 minutes) pass. Interlock and output stage are assumed to share one oscillator.',
  },
  {
    topic: 'The stimulator’s therapy',
    text: 'Timing, levels, ramps, programs and the link are tested with an oracle, not proven. Proven is that nothing of them passes the gate in breach of a law.',
  },
  {
    topic: 'True charge in tissue',
    text: 'L4 to L6 speak of commanded charge with sources within ±2 %. Current between contacts during recharge moved a driven contact up to 112 nC past the interlock’s own bounds in the tested networks (bound: 5080 nC), and an idle contact may gain charge from its neighbours.',
  },
  {
    topic: 'A direct current within the limits',
    text: 'A hostile stimulator can hold a commanded direct current within unrecovered charge (L5) and mean current (L7). The blocking capacitors stop it.',
  },
  {
    topic: 'What read-back does not see',
    text: 'Segments under 20 µs are not sampled, and current that leaks during recharge is not either.',
  },
  {
    topic: 'Faults during a call',
    text: 'L14 covers one flipped bit of the state at the start of a call: not flips in the middle of one, on the stack, in the FIFO or in the program code.',
  },
  {
    topic: 'Trips across a reset',
    text: 'The word that outlives a watchdog’s reset is kept by the board. A trip in the very turn of the main loop in which the firmware hangs is not in it.',
  },
  {
    topic: 'Whether the limits are the right ones',
    text: 'Shannon’s line and the densities are drawn from animal data and literature. That a patient is safe below them is a medical judgement, which nothing here makes.',
  },
  {
    topic: 'Attackers',
    text: 'The link is not defended. Whoever can write to it can command everything that the laws allow.',
  },
  {
    topic: 'The tools',
    text: 'Solvers, the reader of the binary and the prover are software. Second solvers, mutants and replay on the binary test them; none of them is qualified for medical use.',
  },
];
