// Builds build/interlock.wasm and build/stimulator.wasm in one process (the compiler is slow to start and fast when warm), and
// leaves them alone where nothing that they are made of has changed since.
import { existsSync, readdirSync, statSync } from 'node:fs';

const MODULES = ['interlock', 'stimulator'];
const OUTPUTS = MODULES.map((name) => `build/${name}.wasm`);

const sources = readdirSync('firmware', { recursive: true })
  .filter((name) => name.endsWith('.ts') || name.endsWith('.mjs'))
  .map((name) => `firmware/${name}`);
const changedMs = Math.max(
  ...[...sources, 'asconfig.json', 'package-lock.json'].map((file) => statSync(file).mtimeMs),
);
const isBuilt = OUTPUTS.every((file) => existsSync(file) && statSync(file).mtimeMs > changedMs);

if (!isBuilt) {
  const { default: asc } = await import('assemblyscript/asc');
  for (const name of MODULES) {
    // Each module's own folder is its base: names in the binary are then short ("therapy/engine/start").
    const paths = ['--baseDir', `firmware/${name}`, '--config', '../../asconfig.json'];
    const outputs = ['--outFile', `../../build/${name}.wasm`, '--textFile', `../../build/${name}.wat`];
    const { error, stderr } = await asc.main(['index.ts', ...paths, '--target', name, ...outputs]);
    // The compiler ends well where a target or an entry is missing: the output tells.
    if (error !== null || !existsSync(`build/${name}.wasm`)) {
      console.error(`${stderr}\nfirmware/${name} was not built${error === null ? '' : `: ${error.message}`}`);
      process.exit(1);
    }
  }
}
