// `npm run bench`: measures, prints a table, writes out/bench.json. `npm run bench -- proof` measures the prover instead,
// `-- pico` the image for the Pico, `-- cost` how well the fast machine knows what it takes and `-- rig` soak, fuzz and a serial
// port, `-- campaign` campaigns, and write out/bench-proof.json and so on. No figure passes or fails: they depend on the machine, and their ratios were measured in one run. It fails where
// firmware and hand-written C do not agree.

import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { CompilerError } from '../../firmware/boards/pico/build/compile.ts';
import { packagePath } from '../../host/therapy/package-files.ts';
import { benchCampaign } from './campaign.ts';
import { COST_BENCHES } from './cost/index.ts';
import { type Figure, tableOf } from './figure.ts';
import { benchFrame } from './frame.ts';
import { benchInterlock } from './interlock.ts';
import { benchOracle } from './oracle.ts';
import { PICO_BENCHES } from './pico/index.ts';
import { Disagreement } from './pico/versus/agree.ts';
import { benchMemory, benchStartUp } from './process.ts';
import { benchProof } from './proof.ts';
import { RIG_BENCHES } from './rig/index.ts';
import { benchSizes } from './size.ts';
import { benchSpeed } from './speed.ts';

const started = performance.now();
const figures: Figure[] = [];

function add(title: string, measured: readonly Figure[]): void {
  console.log(`\n${title}\n${tableOf(measured)}`);
  figures.push(...measured);
}

function benchDevice(): void {
  const interlock = benchInterlock();
  add('The interlock, called from JavaScript', interlock);
  const [, idle, active, poll, status] = interlock.map((figure) => figure.value);
  add(
    'The simulated device, simulated seconds a second of processor time',
    benchSpeed({ idle, active, poll, status }),
  );
  add('The link', [benchFrame()]);
  add('The oracle', benchOracle());
  add('Sizes', benchSizes());
  add('Processes', [benchMemory(), ...benchStartUp()]);
}

function benchPico(): void {
  for (const [title, measure] of PICO_BENCHES) {
    try {
      add(title, measure());
    } catch (error) {
      if (!(error instanceof Disagreement || error instanceof CompilerError)) throw error;
      console.error(error.message);
      process.exit(1);
    }
  }
}

const machine = `${cpus()[0]?.model ?? 'unknown processor'}, node ${process.version}`;
console.log(`${machine}; value, ratio to a reference of the same run, aim, what limits it`);
const [, , only] = process.argv;
const OTHERS: readonly (string | undefined)[] = ['proof', 'pico', 'cost', 'rig', 'campaign'];
if (only !== undefined && !OTHERS.includes(only)) {
  console.error(`there is no bench "${only}"; there are ${OTHERS.join(', ')}`);
  process.exit(2);
}
if (only === 'proof') add('The prover', await benchProof());
else if (only === 'cost') for (const [title, measure] of COST_BENCHES) add(title, measure());
else if (only === 'rig') for (const [title, measure] of RIG_BENCHES) add(title, measure());
else if (only === 'campaign') add('Campaigns', await benchCampaign());
else if (only === 'pico') benchPico();
else benchDevice();

const tookS = Math.round((performance.now() - started) / 1000);
const file = only === undefined ? 'out/bench.json' : `out/bench-${only}.json`;
const path = packagePath(file);
mkdirSync(packagePath('out'), { recursive: true });
writeFileSync(path, `${JSON.stringify({ machine, tookS, figures }, null, 2)}\n`);
console.log(`\n${tookS} s; written to ${file}`);
