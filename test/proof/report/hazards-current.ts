// Hazards of current and charge: too much, too long, the wrong way, or left behind in an electrode. Data only.

import type { Hazard } from './hazard.ts';

export const CURRENT_HAZARDS: readonly Hazard[] = [
  {
    id: 'HAZ-01',
    hazard: 'Overstimulation: a current higher than set',
    situation:
      'A defect or a wrong setting makes the stimulator ask for a level above what the contact may carry.',
    harm: 'Shock, pain, cramp, fall',
    requirements: ['REQ-CUR-001', 'REQ-CUR-005', 'REQ-VAL-013', 'REQ-VAL-016', 'REQ-THR-007'],
    laws: ['L1', 'L15'],
    gap: 'What a patient bears lies far under 25.5 mA. It is protected only once somebody has lowered the set limits.',
  },
  {
    id: 'HAZ-02',
    hazard: 'Sudden change of stimulation',
    situation:
      'A therapy starts at full strength, jumps to another amplitude, or keeps its amplitude on other contacts.',
    harm: 'Jolt, startle, fall',
    requirements: ['REQ-SCH-006', 'REQ-SCH-008', 'REQ-THR-005', 'REQ-THR-008', 'REQ-VAL-009', 'REQ-VAL-011'],
    laws: [],
    gap: 'Ramps are the stimulator’s: tested, not proven. ESTOP, magnet and trip end at once, without a ramp.',
  },
  {
    id: 'HAZ-03',
    hazard: 'Too much charge in a phase',
    situation:
      'A phase is so long and strong, or follows another so closely, that charge and charge density damage tissue.',
    harm: 'Damage to neural tissue',
    requirements: ['REQ-CHG-001', 'REQ-TIM-001', 'REQ-VAL-002', 'REQ-VAL-020'],
    laws: ['L3', 'L4'],
    gap: 'Shannon’s line is a model of animal data. It does not hold for contacts under 0.0003 cm² or other tissue.',
  },
  {
    id: 'HAZ-04',
    hazard: 'Unrecovered charge on an electrode',
    situation:
      'Phases that do not cancel leave charge until the electrode leaves its water window or dissolves.',
    harm: 'Corroded electrode, toxic products, damaged tissue',
    requirements: [
      'REQ-CHG-002',
      'REQ-CHG-003',
      'REQ-CHG-011',
      'REQ-CHG-012',
      'REQ-VAL-004',
      'REQ-VAL-015',
      'REQ-VAL-021',
      'REQ-THR-003',
      'REQ-THR-004',
      'REQ-SCH-009',
      'REQ-SIM-101',
      'REQ-SIM-103',
    ],
    laws: ['L5'],
    gap:
      'Coupling between contacts in recharge moved a driven contact up to 112 nC past the interlock’s bounds in the ' +
      'tested networks. 40 µC/cm² lies within 20–50, where dissolution of Pt begins.',
  },
  {
    id: 'HAZ-05',
    hazard: 'Charge that is never recovered',
    situation:
      'A charge inside the limit stays on the electrode for a long time, because recharge is too short or too rare.',
    harm: 'Corroded electrode, damaged tissue',
    requirements: ['REQ-CHG-005', 'REQ-VAL-022', 'REQ-SCH-009'],
    laws: ['L6'],
    gap: 'The 50 mV that stand for “recovered” rest on an effective capacitance of 250 µF/cm².',
  },
  {
    id: 'HAZ-06',
    hazard: 'Direct current',
    situation: 'One polarity is held, or many small phases of one sign follow each other.',
    harm: 'Corrosion, gas, lesion',
    requirements: ['REQ-TIM-002', 'REQ-CHG-002', 'REQ-CHG-004', 'REQ-VAL-023'],
    laws: ['L3', 'L5', 'L7'],
    gap:
      'A hostile stimulator can hold a commanded direct current within L5 and L7; the blocking capacitors stop it, which ' +
      'are hardware. We know of no readable source for an implant’s limit of leakage, and name none.',
  },
  {
    id: 'HAZ-07',
    hazard: 'Current on a path that nobody chose',
    situation:
      'Levels do not sum to zero, or the case carries current without being enabled, so the rest returns elsewhere.',
    harm: 'Stimulation of other nerves or of the pocket, pain',
    requirements: ['REQ-CUR-002', 'REQ-CUR-003', 'REQ-VAL-001', 'REQ-THR-001', 'REQ-SIM-102'],
    laws: ['L2'],
    gap: 'Proven for the levels that are commanded. What sources and tissue make of them is hardware.',
  },
  {
    id: 'HAZ-08',
    hazard: 'Current sources that are not alike',
    situation: 'Sources within their tolerance of ±2 % leave a little charge with every balanced pulse.',
    harm: 'Corroded electrode, damaged tissue',
    requirements: ['REQ-CHG-002', 'REQ-SEN-009', 'REQ-SIM-102', 'REQ-SIM-103'],
    laws: ['L5', 'L12'],
    gap: 'A source that is off by more than 2 % and less than 5 % is in neither the bounds nor a trip.',
  },
  {
    id: 'HAZ-09',
    hazard: 'An output stage that does not follow',
    situation: 'A converter, switch or driver is stuck, and delivers what nobody asked for.',
    harm: 'Shock, damaged tissue, loss of therapy',
    requirements: ['REQ-SEN-002', 'REQ-SEN-003', 'REQ-SEN-005', 'REQ-ARM-005', 'REQ-SIM-129'],
    laws: ['L9', 'L12'],
    gap:
      'A source that sticks high is cut by the charge guard alone, which is hardware: its first phase can be too long. Read-back: one sample at a time, two mismatches in a row: not the first wrong pulse. Phases under 20 µs alone are not read back, ' +
      'nor is a current that leaks during recharge. What the self-test at boot covers is the board’s.',
  },
  {
    id: 'HAZ-10',
    hazard: 'A pulse cut in its middle',
    situation:
      'A queue runs empty, or an order to switch off comes between the phases, and the first phase stays unbalanced.',
    harm: 'Charge left on an electrode',
    requirements: [
      'REQ-ARM-001',
      'REQ-ARM-002',
      'REQ-ARM-003',
      'REQ-SCH-005',
      'REQ-TIM-004',
      'REQ-VAL-006',
      'REQ-SCH-019',
    ],
    laws: ['L5', 'L9', 'L16'],
    gap: 'One phase may stay unbalanced, within the phase limit, until recharge by hardware has taken it.',
  },
  {
    id: 'HAZ-11',
    hazard: 'Heat at the surface of the implant',
    situation: 'Output, charging or a fault warms the device above 39 °C.',
    harm: 'Burn of the tissue around it',
    requirements: ['REQ-SEN-006', 'REQ-CHG-004', 'REQ-VAL-023'],
    laws: ['L7', 'L11'],
    gap: 'A trip ends the output alone. Heat by charging, by a short or by an outer field goes on.',
  },
  {
    id: 'HAZ-12',
    hazard: 'Measuring pulses',
    situation:
      'An impedance measurement is felt, is left unbalanced, runs beside a therapy, or hides a mismatch of read-back.',
    harm: 'Unexpected sensation, charge left on an electrode',
    requirements: ['REQ-SEN-008', 'REQ-IMP-001', 'REQ-IMP-003', 'REQ-CUR-001', 'REQ-CHG-001'],
    laws: ['L12', 'L1', 'L4'],
    gap: 'A measurement is held to 1 mA, 500 nC and two phases between recharges, not to opposite ones. L4 to L6 still hold.',
  },
];
