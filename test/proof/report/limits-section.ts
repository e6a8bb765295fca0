// The section of the page around the plot of limits: what the plot shows, and the same figures as tables for readers that
// cannot see it.

import { short } from '../../../host/report/format.ts';
import { element } from '../../../host/report/svg.ts';
import { limitsPlot } from './limits-plot.ts';
import { type Html, paragraph, section, table, text } from './markup.ts';
import { MCCREERY, MCCREERY_SOURCE } from './mccreery.ts';
import { CONTACT_CM2, CONTACT_MARKS, contactDensity, shannonK, UNRECOVERED_UC_PER_CM2 } from './shannon.ts';

const WHAT =
  'Shannon’s line, log D = k − log Q, parts charges and densities at which damage was seen from those at which none was. On a ' +
  `contact of ${short(CONTACT_CM2 * 100, 1)} mm² the ceiling of 30 µC/cm² alone would lie past the line of damage: both must hold, and the smaller rules. ` +
  'Shannon’s line does not hold below 0.0003 cm² (McCreery 2010); the two points of microelectrodes are shown for completeness.';

export function limitsSection(): Html {
  const figure = element('figure', { class: 'wide' }, limitsPlot());
  return section(
    'limits',
    'The profile’s limits among published damage',
    paragraph(WHAT),
    figure,
    element('h4', {}, 'On our contact'),
    contactTable(),
    paragraph(
      `Unrecovered charge (L5) is bounded apart from this at ${short(UNRECOVERED_UC_PER_CM2, 1)} µC/cm². It is no phase, so Shannon’s line says nothing of it.`,
    ),
    element('h4', {}, 'The published points'),
    pointTable(),
    paragraph(`${MCCREERY_SOURCE} Lines: Shannon 1992; Cogan, Ludwig, Welle, Takmakov 2016.`, 'muted'),
  );
}

function contactTable(): Html {
  const columns = [
    { head: 'limit', kind: 'id' },
    { head: 'nC per phase', kind: 'number' },
    { head: 'µC/cm²', kind: 'number' },
    { head: 'k', kind: 'number' },
    { head: 'enforced' },
  ] as const;
  const rows = CONTACT_MARKS.map(({ chargeUc, name, isLimit }) => {
    const density = contactDensity(chargeUc);
    const figures = [short(chargeUc * 1000, 0), short(density, 1), shannonK(chargeUc, density).toFixed(2)];
    return {
      cells: [text(name), ...figures, isLimit ? 'by the interlock (L4)' : 'no: the smaller limit rules'],
    };
  });
  return table(columns, rows, 'fit');
}

function pointTable(): Html {
  const columns = [
    { head: 'area, cm²', kind: 'number' },
    { head: 'µC/cm²', kind: 'number' },
    { head: 'µC per phase', kind: 'number' },
    { head: 'k', kind: 'number' },
    { head: 'damaged / sites', kind: 'number' },
    { head: 'note' },
  ] as const;
  const rows = MCCREERY.map((point) => ({
    cells: [
      String(point.areaCm2),
      String(point.densityUcPerCm2),
      String(point.chargeUc),
      shannonK(point.chargeUc, point.densityUcPerCm2).toFixed(2),
      `${point.damaged}/${point.sites}`,
      text(point.note),
    ],
  }));
  return table(columns, rows, 'fit');
}
