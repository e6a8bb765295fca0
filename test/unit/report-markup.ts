// A check of markup for tests: tags open and close in order.

const VOID = new Set(['meta', '!doctype']);

/** The first tag that is not closed in its place, or an empty string. */
export function unclosedTag(markup: string): string {
  const open: string[] = [];
  for (const [, slash, name, rest] of markup.matchAll(/<(\/?)([!\w]+)((?:"[^"]*"|[^>"])*)>/g)) {
    if (rest.endsWith('/') || VOID.has(name)) continue;
    if (slash === '') open.push(name);
    else if (open.pop() !== name) return name;
  }
  return open[0] ?? '';
}
