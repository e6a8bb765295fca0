// Reads a solver's model: which constants a script declares, and the values that "(get-value …)" printed for them.
// Never guesses: a value in a form that it does not know is handed on as the solver wrote it.

export type Value = bigint | boolean | string;

/** A word, or a list of terms. */
type Term = string | readonly Term[];

/** A comment or a quoted text, or a declaration: what is named within the former two is none. */
const DECLARED =
  /;[^\n]*|\|[^|]*\||"[^"]*"|\((?:declare-const|declare-fun)\s+(\|[^|]*\||[^\s()|]+)(\s*\(\s*\))?/g;

/** Names of the constants that a script declares, as it writes them. Functions with arguments are left out. */
export function declaredConstants(script: string): readonly string[] {
  const names: string[] = [];
  for (const [text, name, noArguments] of script.matchAll(DECLARED)) {
    if (name === undefined) continue;
    if (text.startsWith('(declare-const') || noArguments !== undefined) names.push(name);
  }
  return names;
}

function readTerms(text: string): readonly Term[] {
  const open: Term[][] = [[]];
  for (const [word] of text.matchAll(/[()]|\|[^|]*\||"[^"]*"|[^\s()|"]+/g)) {
    if (word === '(') open.push([]);
    else if (word === ')') {
      const list = open.pop();
      if (list === undefined || open.length === 0) throw new Error('a ")" too many in the model');
      open[open.length - 1].push(list);
    } else open[open.length - 1].push(word);
  }
  if (open.length !== 1) throw new Error('the model breaks off');
  return open[0];
}

const write = (term: Term): string => (typeof term === 'string' ? term : `(${term.map(write).join(' ')})`);

/** Numerator and denominator of "3", "2.5", "(- 3.0)", "(/ 1.0 3.0)"; nothing for what is no rational. */
function rational(term: Term): readonly [bigint, bigint] | undefined {
  if (typeof term === 'string') {
    const match = /^(\d+)(?:\.(\d+))?$/.exec(term);
    if (match === null) return undefined;
    const [, whole, digits = ''] = match;
    return [BigInt(whole + digits), 10n ** BigInt(digits.length)];
  }
  const [operator, ...parts] = term;
  const values = parts.map(rational);
  const [first, second] = values;
  if (operator === '-' && values.length === 1 && first !== undefined) return [-first[0], first[1]];
  if (operator === '/' && values.length === 2 && first !== undefined && second !== undefined) {
    return [first[0] * second[1], first[1] * second[0]];
  }
  return undefined;
}

const common = (a: bigint, b: bigint): bigint => (b === 0n ? (a < 0n ? -a : a) : common(b, a % b));

/** Int and Real are told apart by their text: only a Real has a point or a quotient. */
function readValue(term: Term): Value {
  const text = write(term);
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^#x[0-9a-fA-F]+$/.test(text) || /^#b[01]+$/.test(text)) return BigInt(`0${text.slice(1)}`);
  if (Array.isArray(term) && term[0] === '_' && /^bv\d+$/.test(String(term[1]))) {
    return BigInt(String(term[1]).slice(2));
  }
  const found = rational(term);
  if (found === undefined) return text;
  const [numerator, denominator] = found;
  if (!/[./]/.test(text)) return numerator;
  const divisor = common(numerator, denominator) * (denominator < 0n ? -1n : 1n);
  return `${numerator / divisor}/${denominator / divisor}`;
}

/** The model that a solver printed for "(get-value (…))", by name without bars. Throws where it is no such list. */
export function readModel(text: string): ReadonlyMap<string, Value> {
  const model = new Map<string, Value>();
  const [pairs] = readTerms(text);
  if (pairs === undefined || typeof pairs === 'string') throw new Error('no model');
  for (const pair of pairs) {
    if (typeof pair === 'string' || pair.length !== 2 || typeof pair[0] !== 'string') {
      throw new Error(`no value: ${write(pair)}`);
    }
    model.set(pair[0].replace(/^\|(.*)\|$/s, '$1'), readValue(pair[1]));
  }
  return model;
}
