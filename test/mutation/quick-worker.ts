// A worker thread of the quick runs: opens the binary, records the traces and runs the mutants that it is sent, one after
// the other. It answers each by its id and keeps nothing.

import { parentPort, workerData } from 'node:worker_threads';
import { type Mutant, openMutants } from './mutants.ts';
import type { QuickAnswer, QuickTask } from './quick.ts';
import { FUEL_ROUNDS, quickRun, recordTraces } from './traces.ts';

const port = parentPort;
if (port === null) throw new Error('This file is a worker: start it through test/mutation/quick.ts.');
const { bytes, seed } = workerData as QuickTask;
const opened = openMutants(bytes, FUEL_ROUNDS);
const traces = recordTraces(bytes, seed);

port.on('message', async (batch: readonly Mutant[]) => {
  const module = await opened;
  for (const mutant of batch) {
    const answer: QuickAnswer = { id: mutant.id, run: quickRun(traces, module.bytesOf(mutant)) };
    port.postMessage(answer);
  }
});
