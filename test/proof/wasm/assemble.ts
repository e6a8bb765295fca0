// Small wasm binaries from the text format, for the tests of the reader. The prover never uses it.
import binaryen from 'binaryen';

/** The binary of a module in the text format, with its function names unless they are to be left out. */
export function assemble(text: string, hasNames = true, features = binaryen.Features.All): Uint8Array {
  const module = binaryen.parseText(text);
  module.setFeatures(features);
  binaryen.setDebugInfo(hasNames);
  const bytes = module.emitBinary();
  module.dispose();
  return bytes;
}
