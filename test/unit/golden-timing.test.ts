// The timing diagram on the board's page is what the pins of the simulated Pico do: drawn anew and compared.
// After a change that is meant: npx vitest run test/unit/golden-timing.test.ts -u

import { expect, it } from 'vitest';
import { PIN_LATCH } from '../../sim/machine/pico/pins.ts';
import { PinLog } from '../golden/pin-log.ts';
import { timingDiagram } from '../golden/timing-diagram.ts';
import { stimulatingPico } from './fixtures/pico-device.ts';
import { describePico } from './fixtures/tools.ts';

const THERAPY = {
  name: 'a short pulse',
  profile: 'percutaneous-16',
  areas: [
    {
      electrodes: { E1: -1000, E3: 1000 },
      amplitudeUa: 2000,
      phaseUs: 30,
      interphaseGapUs: 20,
      recharge: 'symmetric',
      rateHz: 1000,
    },
  ],
} as const;

describePico('the timing diagram', () => {
  it('REQ-BRD-008: is drawn anew to the byte; latches of a pulse lie a phase, a gap and a phase apart', async () => {
    const { device, machine } = stimulatingPico(THERAPY, false);
    device.run(100_000);
    const { sim } = device;
    const log = new PinLog();
    log.record(sim, machine, 1500);
    log.noteLevels(sim.capture().stretches(), 0);
    const latches = log.rises(PIN_LATCH);
    const onset = latches.findIndex((cycle, i) => latches[i + 1] - cycle === 30 * 125);
    const distances = latches.slice(onset, onset + 4).map((cycle, i, all) => (all[i + 1] - cycle) / 125);
    expect(distances.slice(0, 3)).toEqual([30, 20, 30]);
    await expect(timingDiagram(log, latches[onset])).toMatchFileSnapshot(
      '../../firmware/boards/pico/timing.svg',
    );
  });
});
