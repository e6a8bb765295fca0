// Reads the project's requirements and the titles of its tests. It reads text only: it runs no test and may never take a
// requirement for tested whose number stands in no title.

export interface Requirement {
  readonly id: string;
  readonly sentence: string;
  readonly why: string;
}

/** A test, by its title and the file that it is written in. */
export interface TestTitle {
  readonly file: string;
  /** The requirements that the title opens with. */
  readonly requirements: readonly string[];
  /** What follows them. Parts that are filled in when the test runs are an ellipsis. */
  readonly text: string;
}

const ID = 'REQ-[A-Z]+-\\d{3}';
const ROW = new RegExp(`^\\| (${ID}) \\| (.*?) \\| (.*?) \\|`, 'gm');
/** A quoted string that opens with requirements and a colon, up to the quote that ends it. */
const TITLE = new RegExp(`(['"\`])((?:${ID}[ ,]*)+):((?:(?!\\1)[^\\n])*)`, 'g');

/** Every requirement that is named in a text, once. */
export function requirementsIn(text: string): string[] {
  return [...new Set(text.match(new RegExp(ID, 'g')) ?? [])];
}

/** The rows of `firmware/REQUIREMENTS.md`, in their order. */
export function parseRequirements(markdown: string): Requirement[] {
  return [...markdown.matchAll(ROW)].map(([, id, sentence, why]) => ({ id, sentence, why }));
}

/** The titles of tests in a source file. */
export function parseTitles(file: string, source: string): TestTitle[] {
  return [...source.matchAll(TITLE)].map(([, , ids, text]) => ({
    file,
    requirements: requirementsIn(ids),
    text: text.replace(/\$\{[^}]*\}|%[sidj]/g, '…').trim(),
  }));
}
