// Executes a function of the interlock on symbolic values: every path at once, joined again where paths meet. Loops run with
// concrete counters and addresses are concrete, so memory is a map. What could trap or leave the block becomes a claim.
import { conjoin, FALSE, isRefuted, not, TRUE } from '../term/boolean.ts';
import { substitute } from '../term/substitute.ts';
import type { Term } from '../term/term.ts';
import * as w from '../term/word.ts';
import { type Node, RefusedBinary, type WasmFunction, type WasmModule } from '../wasm/module.ts';
import { addressValues } from './address.ts';
import { spent } from './cost.ts';
import { accessIsInBlock, isInBlock, load, store, widthOf } from './memory.ts';
import { applyBinary, applyUnary, asWord, trapFree, type Value } from './semantics.ts';
import { known, merge, type Outcome, type State } from './state.ts';

/** Something that must hold on a path for the call to end without a trap and within the block (L13, L14). */
export interface Claim {
  readonly law: 'L13' | 'L14';
  readonly path: Term;
  readonly goal: Term;
  readonly what: string;
  /** A loop may go on for ever: whoever runs the binary there may wait for ever. */
  readonly isEndless?: true;
}

/** What an import does: its value and the state after it. */
export type Import = (args: readonly Term[], state: State) => Outcome;

const ITERATIONS_MAX = 64;
const STATES_MAX = 300;

type Exit = { readonly label: string } | 'return' | null;
interface Ending extends Outcome {
  /** Null where execution goes on behind the instruction. */
  readonly exit: Exit;
}

export class Executor {
  readonly claims: Claim[] = [];
  private readonly module: WasmModule;
  private readonly imports: ReadonlyMap<string, Import>;
  /** Function being executed, for messages. */
  private place = '';

  constructor(module: WasmModule, imports: ReadonlyMap<string, Import>) {
    this.module = module;
    this.imports = imports;
  }

  /** Runs a function by its internal name. The outcomes are disjoint and complete. */
  call(name: string, args: readonly Value[], state: State): Outcome[] {
    const target = this.module.functions.get(name);
    if (target === undefined) throw new RefusedBinary(`${name} is not a function of this binary`);
    const callerLocals = state.locals;
    const callerPlace = this.place;
    this.place = name;
    const endings = this.run(target.body, { ...state, locals: frame(target, args) });
    this.place = callerPlace;
    const outcomes = endings.map(({ state: end, value }) => ({
      state: { ...end, locals: callerLocals },
      value,
    }));
    return together(state, merge(outcomes));
  }

  private run(node: Node, state: State): Ending[] {
    switch (node.op) {
      case 'const':
        return goOn(state, constant(node), 1);
      case 'get':
        return goOn(state, state.locals[node.local], node.isScratch ? 0 : 1);
      case 'set':
      case 'tee':
        return this.onward(this.run(node.value, state), ({ state: s, value }) => {
          const locals = [...s.locals];
          locals[node.local] = value!;
          return goOn({ ...s, locals }, node.op === 'tee' ? value : null, node.isScratch ? 0 : 1);
        });
      case 'unary':
        return this.onward(this.run(node.value, state), ({ state: s, value }) =>
          goOn(s, applyUnary(node.name, value, this.place), 1),
        );
      case 'binary':
        return this.runAll([node.left, node.right], state, (s, [a, b]) => this.binary(node.name, s, a, b));
      case 'select':
        return this.runAll([node.yes, node.no, node.condition], state, (s, [yes, no, condition]) => {
          const c = known(s.path, w.isTrue(asWord(condition)));
          return goOn(s, w.ite(c, asWord(yes), asWord(no)), 1);
        });
      case 'load':
        return this.onward(this.run(node.address, state), ({ state: s, value }) =>
          this.access(node.name, node.offset, asWord(value), s, (at, address) =>
            goOn(at, load(at.block, node.name, address), 1),
          ),
        );
      case 'store':
        return this.runAll([node.address, node.value], state, (s, [address, value]) =>
          this.access(node.name, node.offset, asWord(address), s, (at, place) =>
            goOn({ ...at, block: store(at.block, node.name, place, value) }, null, 1),
          ),
        );
      case 'call':
        return this.runAll(node.args, state, (s, args) => this.callOrImport(node.target, args, s));
      case 'drop':
        return this.onward(this.run(node.value, state), ({ state: s }) => goOn(s, null, 1));
      case 'nop':
        return goOn(state, null, 1);
      case 'unreachable':
        this.claim('L13', state.path, FALSE, 'reaches an unreachable instruction');
        return [];
      default:
        return this.control(node, state);
    }
  }

  private control(node: Node, state: State): Ending[] {
    switch (node.op) {
      case 'return':
        if (node.value === null) return [{ state: spend(state, 1), value: null, exit: 'return' }];
        return this.onward(this.run(node.value, state), ({ state: s, value }) => [
          { state: spend(s, 1), value, exit: 'return' },
        ]);
      case 'if':
        return this.onward(this.run(node.condition, state), ({ state: s, value }) => {
          const [yes, no] = fork(spend(s, 1), asWord(value));
          const taken = yes === null ? [] : this.run(node.yes, yes);
          if (no === null) return taken;
          const other = node.no === null ? goOn(no, null, 0) : this.run(node.no, no);
          return together(s, join([...taken, ...other]));
        });
      case 'break':
        return this.branch(node, state);
      case 'block': {
        const endings = this.sequence(node.body, state);
        return together(
          state,
          join(endings.map((ending) => (leaves(ending, node.label) ? { ...ending, exit: null } : ending))),
        );
      }
      case 'loop':
        return this.loop(node.body, node.label, state);
      default:
        throw new RefusedBinary(
          `${this.place} has an instruction that the prover does not execute: ${node.op}`,
        );
    }
  }

  private branch(node: Extract<Node, { op: 'break' }>, state: State): Ending[] {
    const exit = { label: node.label };
    const values = node.value === null ? goOn(state, null, 0) : this.run(node.value, state);
    return this.onward(values, ({ state: s, value: carried }) => {
      if (node.condition === null) return [{ state: spend(s, 1), value: carried, exit }];
      return this.onward(this.run(node.condition, s), ({ state: t, value }) => {
        const [yes, no] = fork(spend(t, 1), asWord(value));
        const endings: Ending[] = no === null ? [] : goOn(no, carried, 0);
        if (yes !== null) endings.push({ state: yes, value: carried, exit });
        return endings;
      });
    });
  }

  private sequence(body: readonly Node[], state: State): Ending[] {
    let live: Ending[] = goOn(state, null, 0);
    const left: Ending[] = [];
    for (const node of body) {
      const endings = join(live.flatMap((ending) => this.run(node, ending.state)));
      live = endings.filter((ending) => ending.exit === null);
      left.push(...endings.filter((ending) => ending.exit !== null));
      if (live.length > STATES_MAX)
        throw new RefusedBinary(
          `${this.place} splits into more than ${STATES_MAX} paths: its branches do not meet again, or depend on too much`,
        );
    }
    return [...left, ...live];
  }

  private loop(body: Node, label: string | null, state: State): Ending[] {
    const left: Ending[] = [];
    let live: Outcome[] = [{ state, value: null }];
    for (let i = 0; live.length > 0; i++) {
      if (i === ITERATIONS_MAX) {
        const what = `${this.place} goes round a loop more than ${ITERATIONS_MAX} times`;
        for (const { state: s } of live)
          this.claims.push({ law: 'L13', path: s.path, goal: FALSE, what, isEndless: true });
        break;
      }
      const endings = join(live.flatMap((outcome) => this.run(body, outcome.state)));
      left.push(...endings.filter((ending) => !leaves(ending, label)));
      live = merge(endings.filter((ending) => leaves(ending, label)));
    }
    return join(left);
  }

  private binary(name: string, state: State, a: Value, b: Value): Ending[] {
    const condition = trapFree(name, a, b);
    if (condition !== null) this.claim('L13', state.path, condition, `traps at ${name}`);
    return goOn(state, applyBinary(name, a, b, this.place), 1);
  }

  private callOrImport(target: string, args: readonly Value[], state: State): Ending[] {
    const spent = spend(state, 1);
    const imported = this.imports.get(target);
    if (imported === undefined) return this.call(target, args, spent).map(stay);
    return [stay(imported(args.map(asWord), spent))];
  }

  /** Carries an access out at each concrete address that the path allows. */
  private access(
    name: string,
    offset: number,
    base: Term,
    state: State,
    then: (state: State, address: number) => Ending[],
  ): Ending[] {
    const width = widthOf(name);
    if (width === undefined)
      throw new RefusedBinary(
        `${this.place} uses ${name}, which the prover has no meaning for: the state block is read and written with i32.load, i32.load16_s and i64.load alone`,
      );
    const address = substitute(base, state.bindings);
    if (address.op === 'const') {
      const place = Number(BigInt.asUintN(32, address.value)) + offset;
      if (isInBlock(place, width)) return then(state, place);
      this.claim('L14', state.path, FALSE, `${name} at address ${place}, outside the state block`);
      return [];
    }
    const values = addressValues(address, state.path);
    if (values === null) {
      // No run may get here: where the access falls is open, so what comes after it is not followed.
      const what = `uses an address of ${name} outside the state block`;
      this.claim('L14', state.path, accessIsInBlock(address, offset, width), what);
      for (const law of ['L13', 'L14'] as const)
        this.claim(law, state.path, FALSE, `uses an address of ${name} that nothing bounds`);
      return [];
    }
    const { name: index, from, to } = values;
    const endings: Ending[] = [];
    for (let value = from; value <= to; value++) {
      const path = conjoin(state.path, w.eq(index, w.word(value)));
      if (path === FALSE) continue;
      const bindings = new Map(state.bindings).set(index, w.word(value));
      endings.push(...this.access(name, offset, base, { ...state, path, bindings }, then));
    }
    return endings;
  }

  private claim(law: Claim['law'], path: Term, goal: Term, what: string): void {
    if (goal !== TRUE) this.claims.push({ law, path, goal, what: `${this.place} ${what}` });
  }

  private onward(endings: readonly Ending[], next: (ending: Ending) => Ending[]): Ending[] {
    return endings.flatMap((ending) => (ending.exit === null ? next(ending) : [ending]));
  }

  private runAll(
    nodes: readonly Node[],
    state: State,
    next: (state: State, values: Value[]) => Ending[],
    values: readonly Value[] = [],
  ): Ending[] {
    const node = nodes[values.length];
    if (node === undefined) return next(state, [...values]);
    return this.onward(this.run(node, state), ({ state: s, value }) =>
      this.runAll(nodes, s, next, [...values, value!]),
    );
  }
}

function frame(target: WasmFunction, args: readonly Value[]): Value[] {
  return target.locals.map((type, i) => args[i] ?? (type === 'i32' ? w.ZERO : { low: w.ZERO, high: w.ZERO }));
}

function constant(node: Extract<Node, { op: 'const' }>): Value {
  if (node.type === 'i32') return w.word(node.value);
  return { low: w.word(node.value), high: w.word(node.value >> 32n) };
}

function spend(state: State, instructions: number): State {
  return instructions === 0 ? state : { ...state, cost: spent(state.cost, instructions) };
}
function goOn(state: State, value: Value | null, instructions: number): Ending[] {
  return [{ state: spend(state, instructions), value, exit: null }];
}
function stay(outcome: Outcome): Ending {
  return { ...outcome, exit: null };
}

/** The state where the condition is not zero and where it is; null where the path excludes it. */
function fork(state: State, condition: Term): [State | null, State | null] {
  const c = known(state.path, w.isTrue(substitute(condition, state.bindings)));
  const under = (side: Term): State | null => {
    if (side === TRUE) return state;
    const path = conjoin(state.path, side);
    return path === FALSE || isRefuted(path) ? null : { ...state, path };
  };
  return [c === FALSE ? null : under(c), c === TRUE ? null : under(not(c))];
}

function leaves(ending: Ending, label: string | null): boolean {
  return ending.exit !== null && ending.exit !== 'return' && ending.exit.label === label;
}

/**
 * Where every way through an instruction ends at the same place in one state, the path there is that before it: the ways
 * are complete. (One that was cut off by a claim leaves the path wider than it is, which can only make a proof harder.)
 */
function together<T extends Outcome>(before: State, outcomes: readonly T[]): T[] {
  if (outcomes.length !== 1) return [...outcomes];
  const [only] = outcomes;
  return [{ ...only, state: { ...only.state, path: before.path } }];
}

/** Merges the endings that leave at the same place. */
function join(endings: readonly Ending[]): Ending[] {
  if (endings.length < 2) return [...endings];
  const groups = new Map<string, Ending[]>();
  for (const ending of endings) {
    const place = ending.exit === null ? '' : ending.exit === 'return' ? 'return' : `to ${ending.exit.label}`;
    const group = groups.get(place);
    if (group === undefined) groups.set(place, [ending]);
    else group.push(ending);
  }
  return [...groups.values()].flatMap((group) =>
    merge(group).map((outcome) => ({ ...outcome, exit: group[0].exit })),
  );
}
