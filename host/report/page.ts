// The report as one HTML file that opens from disk: no script, nothing loaded from elsewhere.

import { areaText } from '../therapy/describe.ts';
import { type Figure, faultFigures, runFigures } from './figures.ts';
import { counted, grouped, short, timeText } from './format.ts';
import { lawFacts } from './laws.ts';
import { PAGE_STYLE } from './page-style.ts';
import { type FaultRecord, LINK_NOTICE, NOTICE, type RunRecord, type SessionRecord } from './record.ts';
import { doseText, stopsText, verdictTone, verdictWord } from './rows.ts';
import { summaryTable } from './summary.ts';
import { element, escapeText } from './svg.ts';

/** The whole page. */
export function reportPage(session: SessionRecord): string {
  const head = [
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    element('title', {}, escapeText(session.title)),
    element('style', {}, PAGE_STYLE),
  ];
  const main = [
    introduction(session),
    summaryTable(session.runs),
    ...session.runs.map(runSection),
    ...session.faults.map(faultSection),
    colophon(session),
  ];
  return `<!doctype html>\n<html lang="en"><head>${head.join('\n')}</head>\n<body><main>\n${main.join('\n')}\n</main></body></html>\n`;
}

function paragraph(text: string, className?: string): string {
  return element('p', { class: className }, escapeText(text));
}

function introduction(session: SessionRecord): string {
  const pulses = session.runs.flatMap((run) => run.areas).reduce((sum, area) => sum + area.seen.pulses, 0);
  const holding = session.runs.filter((run) => run.holds && !run.notJudged).length;
  const { faults } = session;
  const caught = faults.filter((fault) => fault.holds).length;
  const injected =
    faults.length === 0
      ? ''
      : ` ${counted(faults.length, 'injected fault')}: ${caught} of ${faults.length} hold.`;
  const text =
    `${counted(session.runs.length, 'therapy').replace('therapys', 'therapies')} delivered, ` +
    `${counted(pulses, 'pulse')} judged one by one: ${holding} of ${session.runs.length} hold.${injected}`;
  return (
    element('h1', {}, escapeText(session.title)) +
    paragraph(text) +
    paragraph(`${NOTICE} ${LINK_NOTICE}`, 'notice') // REQ-HST-105
  );
}

function figureHtml(figure: Figure): string {
  const caption = element(
    'figcaption',
    {},
    element('h3', {}, escapeText(figure.title)),
    escapeText(figure.caption),
  );
  return element('figure', { class: figure.wide ? 'wide' : undefined }, caption, figure.svg);
}

function facts(pairs: readonly (readonly [string, string])[]): string {
  const shown = pairs.filter(([, text]) => text !== '');
  return element(
    'dl',
    {},
    ...shown.map(([key, text]) => element('dt', {}, escapeText(key)) + element('dd', {}, escapeText(text))),
  );
}

function runSection(run: RunRecord): string {
  const verdict = element('span', { class: verdictTone(run) }, verdictWord(run));
  const title = element('h2', {}, `${escapeText(run.name)}: `, verdict);
  const areas = run.therapy.areas.map((area, index) => {
    const name = run.therapy.areas.length > 1 ? `${area.name ?? `Area ${index + 1}`}: ` : '';
    return paragraph(name + areaText(area).replaceAll(' %', '\u00a0%'), 'wide');
  });
  const details = facts([
    ['Source', run.therapy.source ?? ''],
    ['Notes', run.therapy.notes ?? ''],
    ['Dose', run.areas.map((area) => doseText(area.asked)).join('; ')],
    [
      'Impedance',
      run.impedances
        .map((one) => `${one.plus}–${one.minus} ${one.ohm === undefined ? 'open' : `${grouped(one.ohm)} Ω`}`)
        .join(', '),
    ],
    [
      'Ran',
      `${short(run.ranMs / 1000, 3)} s, ${counted(
        run.areas.reduce((sum, area) => sum + area.seen.pulses, 0),
        'pulse',
      )}`,
    ],
    ['Stop', stopsText(run).join('; ')],
    ...lawFacts(run),
    [
      'Judged',
      run.levelsSeen
        ? 'from the trace of the output'
        : 'from what the device reports: levels and widths were not seen',
    ],
  ]);
  const figures = element('div', { class: 'figures' }, ...runFigures(run).map(figureHtml));
  return element('section', {}, title, ...areas, details, findings(run), figures);
}

function findings(run: RunRecord): string {
  if (run.findings.length === 0) return '';
  const items = run.findings.map((one) =>
    element('li', {}, escapeText(`${timeText(one.atNs)}: ${one.rule}: ${one.message}`)),
  );
  const heading = element('summary', { class: 'bad' }, escapeText(counted(run.findingsInAll, 'finding')));
  return element('details', { open: 'open' }, heading, element('ul', {}, ...items));
}

function faultSection(fault: FaultRecord): string {
  const verdict = element('span', { class: fault.holds ? 'good' : 'bad' }, fault.holds ? 'holds' : 'fails');
  const title = element('h2', {}, `${escapeText(fault.name)}: `, verdict);
  const injected = fault.injected.charAt(0).toUpperCase() + fault.injected.slice(1);
  const outcome =
    fault.trip === 'none'
      ? 'The interlock did not trip.'
      : `The interlock tripped (${fault.trip}) and turned the output off by itself.`;
  const sentence = `${injected} during “${fault.therapy}”. ${outcome}`;
  const details = facts([
    [
      'Last current',
      `${timeText(fault.offNs - fault.faultNs)} after the fault (bound ${timeText(fault.boundNs)})`,
    ],
    ['Trip', `${timeText(fault.tripNs - fault.faultNs)} after the fault, by the device’s clock`],
    ['Host told', `${timeText(fault.reportedNs - fault.faultNs)} after the fault, unasked`],
  ]);
  const figures = element('div', { class: 'figures' }, ...faultFigures(fault).map(figureHtml));
  return element('section', {}, title, paragraph(sentence), details, figures);
}

function colophon(session: SessionRecord): string {
  const device = session.runs[0]?.device;
  const pairs: [string, string][] = [
    ['Stimgate', session.version],
    [
      'Seed',
      session.seed === undefined ? '' : `${session.seed} (the same seed gives the same trace, byte for byte)`,
    ],
  ];
  if (device !== undefined) {
    pairs.push(
      ['Port', device.port],
      ['Firmware', `${device.firmware} on ${device.board}, profile ${device.profile}`],
    );
  }
  return element('section', {}, element('h2', {}, 'How this came about'), facts(pairs));
}
