// The page's building blocks over those of the run report: paragraphs, badges, links inside the page, and tables whose
// rows become cards on a narrow screen. It may never put text into markup without escaping it.

import { element, escapeText } from '../../../host/report/svg.ts';
import type { Standing } from './trace.ts';

/** Markup: text that has been escaped already. */
export type Html = string;

export function text(words: string): Html {
  return escapeText(words);
}

/** A paragraph; what stands between back quotes is code. */
export function paragraph(words: string, className?: string): Html {
  return element('p', { class: className }, codeIn(words));
}

/** Text in which what stands between back quotes is code. */
export function codeIn(words: string): Html {
  return words
    .split('`')
    .map((part, index) => (index % 2 === 1 ? element('code', {}, escapeText(part)) : escapeText(part)))
    .join('');
}

export function section(id: string, title: string, ...parts: readonly Html[]): Html {
  return element('section', { id }, element('h2', {}, escapeText(title)), ...parts);
}

export function list(kind: 'ul' | 'ol', items: readonly string[], className?: string): Html {
  return element(kind, { class: className }, ...items.map((item) => element('li', {}, codeIn(item))));
}

/** A link to a place on this page. */
export function link(id: string): Html {
  return element('a', { href: `#${id}` }, escapeText(id));
}

/** Links, with a dash where there are none. */
export function links(ids: readonly string[]): Html {
  return ids.length === 0 ? '–' : ids.map(link).join(' ');
}

type Tone = 'good' | 'bad' | 'none';

export function badge(words: string, tone: Tone): Html {
  return element('span', { class: `mark ${tone}` }, escapeText(words));
}

const TONES: Readonly<Record<Standing, Tone>> = {
  proven: 'good',
  failed: 'bad',
  undecided: 'bad',
  'not run': 'none',
};

export function standingBadge(standing: Standing): Html {
  return badge(standing, TONES[standing]);
}

/** Pairs of a name and markup. */
export function facts(pairs: readonly (readonly [string, Html])[]): Html {
  const items = pairs.map(
    ([name, html]) => element('dt', {}, escapeText(name)) + element('dd', {}, html, ' '),
  );
  return items.length === 0 ? '' : element('dl', {}, ...items);
}

export interface Column {
  readonly head: string;
  /** `id` for a short name that never breaks, `name` for one that may, `number` for figures, `refs` for links. */
  readonly kind?: 'id' | 'name' | 'number' | 'refs';
  /** Share of the table's width; where none is given the browser decides. */
  readonly percent?: number;
}

export interface Row {
  /** Place that links lead to. */
  readonly id?: string;
  readonly cells: readonly Html[];
}

/** A table of sentences, or of figures in columns no wider than they need. A string among the rows is a heading. */
export function table(
  columns: readonly Column[],
  rows: readonly (Row | string)[],
  width: 'full' | 'fit' = 'full',
): Html {
  const heads = columns.map(({ head, kind, percent }) => {
    const style = percent === undefined ? undefined : `width: ${percent}%`;
    return element('th', { scope: 'col', class: kind, style }, escapeText(head), ' ');
  });
  const body = rows.map((row) => (typeof row === 'string' ? groupRow(columns, row) : tableRow(columns, row)));
  const inner = [
    element('thead', {}, element('tr', {}, ...heads)),
    element('tbody', {}, ...body, rows.length === 0 ? groupRow(columns, 'none') : ''),
  ];
  return element(
    'div',
    { class: 'scroll' },
    element('table', { class: width === 'fit' ? 'text fit' : 'text' }, ...inner),
  );
}

function groupRow(columns: readonly Column[], words: string): Html {
  return element('tr', { class: 'group' }, element('td', { colspan: columns.length }, escapeText(words)));
}

function tableRow(columns: readonly Column[], { id, cells }: Row): Html {
  const shown = cells.map((cell, index) => {
    const { head, kind } = columns[index];
    const attributes = { class: kind, 'data-head': head === '' ? undefined : head };
    return cell === ''
      ? `<td${kind === undefined ? '' : ` class="${kind}"`}></td>`
      : element('td', attributes, cell);
  });
  return element('tr', { id }, ...shown);
}
