// The sorts of an SMT-LIB script, term by term and as strictly as the standard: no integer where a real is wanted, no vector
// of another width. Solvers convert some of it in silence, each in its own way. For the tests; the prover never uses it.

type Tree = string | readonly Tree[];

function read(text: string): readonly Tree[] {
  const open: Tree[][] = [[]];
  for (const [word] of text.matchAll(/[()]|[^\s()]+/g)) {
    if (word === '(') open.push([]);
    else if (word !== ')') open[open.length - 1].push(word);
    else {
      const list = open.pop()!;
      open[open.length - 1].push(list);
    }
  }
  if (open.length !== 1) throw new Error('the brackets do not match');
  return open[0];
}

const write = (tree: Tree): string => (typeof tree === 'string' ? tree : `(${tree.map(write).join(' ')})`);
const vector = (bits: number): string => `(_ BitVec ${bits})`;
const widthOf = (sort: string): number => Number(/^\(_ BitVec (\d+)\)$/.exec(sort)?.[1] ?? Number.NaN);

const EQUAL_VECTORS = 'bvadd bvsub bvmul bvand bvor bvxor bvsdiv bvshl bvlshr bvashr bvneg'.split(' ');

/** The sort of an operation on operands of these sorts; undefined where there is none. */
function applied(name: string, sorts: readonly string[]): string | undefined {
  const [first] = sorts;
  const isAll = (sort: string): boolean => sorts.every((other) => other === sort);
  const isVector = !Number.isNaN(widthOf(first));
  switch (name) {
    case 'not':
    case 'and':
      return isAll('Bool') ? 'Bool' : undefined;
    case '=':
      return isAll(first) ? 'Bool' : undefined;
    case '<=':
      return isAll('Int') || isAll('Real') ? 'Bool' : undefined;
    case '+':
    case '*':
    case '-':
      return isAll('Int') || isAll('Real') ? first : undefined;
    case 'div':
    case 'mod':
      return isAll('Int') ? 'Int' : undefined;
    case 'to_real':
      return isAll('Int') ? 'Real' : undefined;
    case 'ite':
      return first === 'Bool' && sorts[1] === sorts[2] ? sorts[1] : undefined;
    case 'bvslt':
    case 'bvult':
      return isVector && isAll(first) ? 'Bool' : undefined;
    case 'concat':
      return vector(sorts.reduce((bits, sort) => bits + widthOf(sort), 0));
    default:
      return EQUAL_VECTORS.includes(name) && isVector && isAll(first) ? first : undefined;
  }
}

class Checker {
  private readonly names = new Map<string, string>();

  command([name, ...rest]: readonly Tree[]): void {
    if (name === 'declare-fun') this.names.set(rest[0] as string, write(rest[2]));
    else if (name === 'define-fun') {
      const [of, , sort, body] = rest;
      this.expect(body, write(sort));
      this.names.set(of as string, write(sort));
    } else if (name === 'assert') this.expect(rest[0], 'Bool');
  }

  private expect(tree: Tree, sort: string): void {
    const found = this.sortOf(tree);
    if (found !== sort) throw new Error(`${write(tree)} is ${found}, not ${sort}`);
  }

  private sortOf(tree: Tree): string {
    if (typeof tree === 'string') return this.atom(tree);
    const [name, ...args] = tree;
    const sorts = args.map((arg) => this.sortOf(arg));
    const sort = typeof name === 'string' ? applied(name, sorts) : indexed(name, sorts);
    if (sort === undefined)
      throw new Error(`${write(tree).slice(0, 300)} has operands of ${sorts.join(', ')}`);
    return sort;
  }

  private atom(name: string): string {
    if (name === 'true' || name === 'false') return 'Bool';
    if (/^\d+$/.test(name)) return 'Int';
    if (name.startsWith('#x')) return vector(4 * (name.length - 2));
    if (name.startsWith('#b')) return vector(name.length - 2);
    const sort = this.names.get(name);
    if (sort === undefined) throw new Error(`${name} is not declared`);
    return sort;
  }
}

/** (_ extract 15 0) and (_ sign_extend 16). */
function indexed([, name, first, second]: readonly Tree[], [sort]: readonly string[]): string | undefined {
  const bits = widthOf(sort);
  if (name === 'sign_extend') return vector(bits + Number(first));
  return name === 'extract' && Number(first) < bits ? vector(Number(first) - Number(second) + 1) : undefined;
}

/** Throws where a term of the script has not the sorts that it needs. */
export function checkSorts(text: string): void {
  const checker = new Checker();
  for (const command of read(text)) checker.command(command as readonly Tree[]);
}
