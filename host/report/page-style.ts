// The report's style sheet: light, quiet, readable on paper too.

export const PAGE_STYLE = `
:root { color-scheme: light; --ink: #1f2933; --muted: #5b6770; --rule: #dde3e8; --good: #00734f; --bad: #b42318; }
* { box-sizing: border-box; }
body { margin: 0; background: #f6f8f9; color: var(--ink);
  font: 16px/1.5 system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1400px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 8px; letter-spacing: -0.01em; }
h2 { font-size: 22px; margin: 0 0 4px; }
h3 { font-size: 15px; margin: 0 0 2px; }
p { margin: 0 0 8px; max-width: 78ch; }
a { color: #0b5c8f; }
p.wide { max-width: none; }
.muted { color: var(--muted); }
.notice { background: #fff8e6; border: 1px solid #eeddab; border-radius: 8px; padding: 10px 14px; margin: 16px 0; max-width: none; }
section { background: #fff; border: 1px solid var(--rule); border-radius: 10px; padding: 20px 22px; margin: 22px 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 14px; line-height: 1.35; width: 100%; }
th, td { text-align: right; padding: 4px 7px; white-space: nowrap; vertical-align: top; }
th { font-weight: 600; border-bottom: 1px solid var(--ink); white-space: normal; vertical-align: bottom; }
th:first-child, td:first-child, td.side { text-align: left; padding-left: 0; }
td:first-child { white-space: normal; min-width: 9em; }
tr.asked td { border-top: 1px solid var(--rule); color: var(--muted); padding-top: 6px; }
tr.asked td:first-child { color: var(--ink); font-weight: 600; }
tr.seen td { padding-bottom: 6px; }
tr td.side { color: var(--muted); padding-right: 14px; }
table + p, .scroll + p { margin-top: 12px; font-size: 14px; }
.good { color: var(--good); font-weight: 600; }
.bad { color: var(--bad); font-weight: 600; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(520px, 100%), 1fr)); gap: 18px; margin-top: 14px; }
figure { margin: 0; min-width: 0; border: 1px solid var(--rule); border-radius: 8px; padding: 12px; background: #fff; }
figure.wide { grid-column: 1 / -1; }
figure svg { display: block; width: 100%; height: auto; max-width: 1304px; margin: 0 auto; }
figure:not(.wide) svg { max-width: 640px; }
figcaption { font-size: 14px; margin-bottom: 8px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 18px; margin: 8px 0 0; font-size: 14px; }
dt { color: var(--muted); } dd { margin: 0; overflow-wrap: anywhere; }
nav ul { columns: 3 220px; padding-left: 18px; margin: 6px 0 0; }
details { margin-top: 10px; font-size: 14px; }
@media screen and (max-width: 860px) {
  main { padding: 20px 12px 40px; }
  section { padding: 16px 14px; }
  figure.wide { overflow-x: auto; }
  figure.wide svg { width: 860px; max-width: none; }
  .summary, .summary tbody { display: grid; }
  .summary thead { display: none; }
  .summary tbody { grid: auto-flow / minmax(0, 1.9fr) minmax(0, 1fr); grid-template-rows: repeat(12, auto);
    grid-auto-flow: column; border-top: 1px solid var(--ink); padding: 6px 0; }
  .summary tr { display: contents; }
  .summary tr td { border: 0; padding: 2px 0 2px 8px; min-width: 0; }
  .summary td:first-child, .summary td:nth-child(2) { text-align: right; }
  .summary tr.asked td { padding-left: 0; }
  .summary tr.asked td:first-child { text-align: left; }
  .summary tr.asked td[data-head]::before { content: attr(data-head); float: left; color: var(--ink); }
}
@media print {
  body { background: #fff; font-size: 12px; }
  main { padding: 0; }
  section { border: 0; padding: 0; }
  .scroll { overflow: visible; }
  table, dl, figcaption, .scroll + p { font-size: 10px; }
  th, td { padding-left: 4px; padding-right: 4px; }
  td:first-child { min-width: 7em; }
  figure, tbody { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
}
`;
