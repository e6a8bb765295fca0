// What the page of proofs adds to the report's style sheet: tables of sentences, which become cards on a narrow screen.

import { PAGE_STYLE } from '../../../host/report/page-style.ts';

export const PROOF_STYLE = `${PAGE_STYLE}
main { max-width: 1240px; }
h2 { margin-bottom: 8px; }
h3 { font-size: 18px; margin: 0 0 4px; }
h4 { font-size: 14px; margin: 14px 0 4px; }
code, .hash { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: 0.9em; overflow-wrap: anywhere; }
ul, ol { margin: 0 0 8px; padding-left: 22px; }
nav { margin-top: 18px; }
.tally { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 12px; margin: 18px 0 0; }
.tally div { border: 1px solid var(--rule); border-radius: 8px; padding: 10px 14px; background: #fff; }
.tally b { display: block; font-size: 24px; line-height: 1.25; font-variant-numeric: tabular-nums; }
.tally span { color: var(--muted); font-size: 14px; }
.tally .good b { color: var(--good); } .tally .bad b { color: var(--bad); } .tally .none b { color: var(--muted); }
.tally .good, .tally .bad { font-weight: inherit; }
.tally .bad { border-color: var(--bad); }
.mark { display: inline-block; border-radius: 4px; padding: 0 7px; font-size: 13px; font-weight: 600; line-height: 20px; white-space: nowrap; }
.mark.good { background: #e3f3ec; } .mark.bad { background: #fbe6e3; } .mark.none { background: #eceff2; color: var(--muted); }
.gap { color: var(--bad); font-weight: 600; }
table.text th, table.text td { text-align: left; white-space: normal; padding: 6px 14px 6px 0; }
table.text td { border-top: 1px solid var(--rule); overflow-wrap: break-word; }
table.text td:first-child { min-width: 0; }
table.text td.number, table.text th.number { text-align: right; font-variant-numeric: tabular-nums; }
table.text td.id { white-space: nowrap; }
table.text td.id, table.text td.name { font-weight: 600; }
table.fit { width: auto; min-width: 40%; }
table.fit th, table.fit td { padding-right: 28px; }
table.text td p { margin: 0 0 4px; }
table.text td.refs a { white-space: nowrap; }
table.text tr.group td { font-weight: 600; background: #f6f8f9; padding: 6px 8px; }
article { border-top: 1px solid var(--rule); padding: 18px 0 8px; margin-top: 14px; }
article dl { margin-bottom: 8px; }
.steps { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: 13px; overflow-wrap: anywhere; }
.counterexample { border: 1px solid var(--bad); border-radius: 8px; padding: 10px 14px; margin: 10px 0; background: #fdf6f5; }
:target { background: #fff8e6; }
details { margin: 2px 0 0; } summary { cursor: pointer; }
@media screen and (max-width: 860px) {
  table.text:not(.fit), table.text:not(.fit) tbody, table.text:not(.fit) tr, table.text:not(.fit) td { display: block; width: 100%; }
  table.text:not(.fit) thead { display: none; }
  table.text:not(.fit) tr { border-top: 1px solid var(--ink); padding: 8px 0; }
  table.text:not(.fit) td, table.text:not(.fit) td.number { border: 0; padding: 2px 0; text-align: left; white-space: normal; }
  table.text:not(.fit) td[data-head]:not(:empty)::before { content: attr(data-head) ": "; color: var(--muted); font-weight: 400; }
  table.text:not(.fit) td.id::before, table.text:not(.fit) td.name::before { content: none !important; }
  table.text:not(.fit) tr.group { padding: 0; }
  table.fit th, table.fit td { padding-right: 12px; }
  dl { grid-template-columns: 1fr; } dd { margin-bottom: 6px; }
}
@media print {
  table.text th, table.text td { padding: 3px 8px 3px 0; }
  table.text tr, .tally div, .counterexample { break-inside: avoid; }
  table.text tbody { break-inside: auto; }
  table.text tr.group, article > p { break-after: avoid; }
  .hash { font-size: 8px; }
  .mark, h3 .mark { border: 1px solid currentColor; font-size: 9px; line-height: 12px; padding: 0 4px; }
  h1 { font-size: 22px; } h2 { font-size: 17px; } h3 { font-size: 14px; } h4 { font-size: 12px; }
  .tally span { font-size: 10px; }
  .tally { grid-template-columns: repeat(6, 1fr); gap: 6px; }
  article { padding: 8px 0 2px; margin-top: 8px; }
  .tally b { font-size: 18px; }
  .steps { font-size: 10px; }
  nav, details { display: none; }
  a { color: inherit; text-decoration: none; }
}
`;
