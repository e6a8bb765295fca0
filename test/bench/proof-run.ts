// A process of its own for the bench: one run of the prover, the whole or one law. Arguments: folder for report and queries,
// and the law, if it is one alone. Prints a ProofRun.

import { packagePath } from '../../host/therapy/package-files.ts';
import { prove } from '../proof/prove.ts';

export interface ProofRun {
  readonly seconds: number;
  readonly laws: readonly {
    readonly id: string;
    readonly isProven: boolean;
    readonly obligations: number;
    readonly queries: number;
    readonly solverMs: number;
  }[];
}

const [, , out, law] = process.argv;
const { laws, seconds } = await prove({
  interlock: packagePath('build/interlock.wasm'),
  stimulator: packagePath('build/stimulator.wasm'),
  law,
  out,
});
const run: ProofRun = {
  seconds,
  laws: laws.map(({ id, verdict, obligations, queries, solverMs }) => ({
    id,
    isProven: verdict === 'proven',
    obligations,
    queries,
    solverMs,
  })),
};
process.stdout.write(JSON.stringify(run));
