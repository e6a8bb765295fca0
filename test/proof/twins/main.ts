// Puts the prover to every broken twin and prints a table: `npm run prove:twins`, or with a law's id those of one law. It ends with
// 1 where a twin gets through.

import { startSolver } from '../solve/pool.ts';
import { failTwin, type TwinOutcome } from './fail.ts';
import { proofTwins } from './table.ts';

function lineOf({ twin, result, seconds, missing }: TwinOutcome): string {
  const { broken = '', oracle = '' } = result.counterexample ?? {};
  const shown = [broken, oracle, ...missing.map((what) => `MISSING: ${what}`)].filter((text) => text !== '');
  return `${twin.law.padEnd(11)}  ${result.verdict.padEnd(9)}  ${seconds.toFixed(1).padStart(5)} s  ${twin.title}\n  ${shown.join('\n  ')}`;
}

const only = process.argv[2];
const wanted = proofTwins.filter(({ law }) => only === undefined || law.toLowerCase() === only.toLowerCase());
if (wanted.length === 0) {
  console.error(`there is no twin of "${only}"`);
  process.exit(2);
}
const solver = await startSolver();
let through = 0;
for (const twin of wanted) {
  const outcome = await failTwin(twin, solver);
  if (outcome.missing.length > 0) through += 1;
  console.log(lineOf(outcome));
}
await solver.close();
console.log(`${wanted.length - through} of ${wanted.length} twins fail as they must.`);
process.exitCode = through === 0 ? 0 : 1;
