// The result as JUnit XML: a test case for each fault in each phase of operation, with the runs that fail in it.

import { escapeText } from '../report/svg.ts';
import { OUTCOME_WORDS, OUTCOMES } from './names.ts';
import type { RunRecord } from './record.ts';
import { type Counts, type Tally, totalOf } from './tally.ts';

/** The whole document. `replay` gives the command that runs a record's run again. */
export function junitXml(name: string, tally: Tally, replay: (record: RunRecord) => string): string {
  const cases = [...tally.cells].flatMap(([fault, row]) =>
    [...row].map(([phase, counts]) => {
      const failures = tally.failures.filter((record) => isIn(record, fault, phase));
      const title = `${fault === 'none' ? 'no fault' : `${fault} while ${phase}`}: ${countsText(counts)}`;
      const inside = failures.map((record) => failureXml(record, replay(record))).join('');
      const head = `  <testcase classname="${escapeText(name)}" name="${escapeText(title)}"`;
      return {
        failed: failures.length > 0,
        xml: inside === '' ? `${head}/>` : `${head}>\n${inside}  </testcase>`,
      };
    }),
  );
  const failed = cases.filter((one) => one.failed).length;
  const head = `<testsuite name="${escapeText(name)}" tests="${cases.length}" failures="${failed}">`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${head}\n${cases.map(({ xml }) => xml).join('\n')}\n</testsuite>\n`;
}

function isIn(record: RunRecord, fault: string, phase: string): boolean {
  if (record.faults.length === 0) return fault === 'none';
  return record.faults.some((one) => one.name === fault && one.phase === phase);
}

function failureXml(record: RunRecord, command: string): string {
  const message = failureText(record);
  return `    <failure message="${escapeText(`run ${record.n}: ${message}`)}">${escapeText(`seed ${record.seed}\n${command}`)}</failure>\n`;
}

/** Why a run fails, and where a bit had flipped, in a line. */
export function failureText(record: RunRecord): string {
  const why = record.hazards?.[0] ?? record.findings?.[0] ?? record.by ?? '';
  const places = record.faults.flatMap(({ place }) => place ?? []);
  const where = places.length === 0 ? '' : ` (${places.join('; ')})`;
  return `${OUTCOME_WORDS[record.outcome]}: ${why}${where}`;
}

/** `12 tripped safely, 3 pass` of the outcomes that there are. */
export function countsText(counts: Counts): string {
  const told = OUTCOMES.filter((outcome) => counts[outcome] > 0).map(
    (outcome) => `${counts[outcome]} ${OUTCOME_WORDS[outcome]}`,
  );
  return told.length > 1 ? `${totalOf(counts)} runs: ${told.join(', ')}` : (told[0] ?? 'no runs');
}
