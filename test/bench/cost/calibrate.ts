// `npm run calibrate`: measures what everything takes on the Pico, fits the weights to the scenes of one half of the seeds and
// writes them. The bench then judges them by the scenes of the other half.

import { writeFileSync } from 'node:fs';
import { packagePath } from '../../../host/therapy/package-files.ts';
import { measureBoard, measureHal } from './board-costs.ts';
import { fitModule } from './fit.ts';
import { FITTED, profiles, record } from './record.ts';
import { moduleWeights, weightsText } from './weights-file.ts';

const FILE = 'sim/machine/meter/weights.ts';

const hal = measureHal();
const board = measureBoard();
const both = profiles();
const { pieces, samples } = record(FITTED, both, (text) => console.log(text));
console.log(`${samples.length} calls are recorded; fitting`);
const { interlock, stimulator } = both;
const modules = {
  interlock: moduleWeights(interlock, fitModule(interlock, pieces.interlock)),
  stimulator: moduleWeights(stimulator, fitModule(stimulator, pieces.stimulator)),
};
writeFileSync(packagePath(FILE), weightsText({ hal, board, modules }));
console.log(`written: ${FILE}`);
