// Addresses that depend on an index: which values the index can have on a path.
import { conjuncts } from '../term/boolean.ts';
import { type Term, variables } from '../term/term.ts';

const VALUES_MAX = 64n;

/** An index and the range of its values, where the path holds `index + k` below a small unsigned constant; else null. */
export function addressValues(address: Term, path: Term): { name: Term; from: bigint; to: bigint } | null {
  const names = [...variables(address)];
  if (names.length !== 1) return null;
  const [name] = names;
  for (const fact of conjuncts(path)) {
    const bound = upperBound(fact);
    if (bound === null || bound.most >= VALUES_MAX) continue;
    const { index, most } = bound;
    if (index === name) return { name, from: 0n, to: most };
    if (index.op === 'add' && index.args[0] === name && index.args[1].op === 'const') {
      const shift = index.args[1].value;
      return { name, from: -shift, to: most - shift };
    }
  }
  return null;
}

/** index < k or not k < index, unsigned. */
function upperBound(fact: Term): { index: Term; most: bigint } | null {
  if (fact.op === 'ult' && fact.args[1].op === 'const')
    return { index: fact.args[0], most: fact.args[1].value - 1n };
  const inner = fact.op === 'not' ? fact.args[0] : fact;
  if (fact.op === 'not' && inner.op === 'ult' && inner.args[0].op === 'const')
    return { index: inner.args[1], most: inner.args[0].value };
  return null;
}
