// What JSON.parse does not tell: where a text stops being JSON (V8's messages name the place only sometimes), and keys that
// an object has twice, of which it silently takes the last.

const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/y;
/** Deeper values than this are given up: the place is then that of the value. */
const DEPTH_MAX = 100;

/** Offset of the first token that cannot be there. */
export function jsonErrorOffset(text: string): number {
  const scanner = new Scanner(text);
  if (scanner.value(0)) scanner.space();
  return scanner.at;
}

/** The first key that an object of a JSON text has twice, and the offset of its second place. */
export function duplicateKey(text: string): { readonly key: string; readonly at: number } | undefined {
  const scanner = new Scanner(text);
  scanner.value(0);
  return scanner.twice;
}

class Scanner {
  at = 0;
  twice: { readonly key: string; readonly at: number } | undefined;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  space(): void {
    this.#take(SPACE);
  }

  /** Moves past a value; false: stays where it stops being one. */
  value(depth: number): boolean {
    this.space();
    const start = this.#text[this.at];
    if (depth >= DEPTH_MAX) return false;
    const keys = new Set<string>();
    if (start === '{') return this.#list('}', () => this.#member(depth, keys));
    if (start === '[') return this.#list(']', () => this.value(depth + 1));
    return this.#take(start === '"' ? STRING : SCALAR);
  }

  #member(depth: number, keys: Set<string>): boolean {
    this.space();
    const at = this.at;
    if (!this.#take(STRING)) return false;
    // `"a"` and `"\\u0061"` are the same key.
    const key: string = JSON.parse(this.#text.slice(at, this.at));
    if (keys.has(key)) this.twice ??= { key, at };
    keys.add(key);
    return this.#char(':') && this.value(depth + 1);
  }

  #list(close: string, item: () => boolean): boolean {
    this.at++;
    if (this.#char(close)) return true;
    while (item()) {
      if (this.#char(close)) return true;
      if (!this.#char(',')) return false;
    }
    return false;
  }

  #char(char: string): boolean {
    this.space();
    if (this.#text[this.at] !== char) return false;
    this.at++;
    return true;
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.#text);
    if (match === null) return false;
    this.at = pattern.lastIndex;
    return true;
  }
}
