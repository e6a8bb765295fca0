// Each law's test can fail: every broken twin of the interlock is found by the scenario that it names.
import { describe, expect, it } from 'vitest';
import { compileTwin } from './compile-twin.ts';
import { scenarios } from './scenarios.ts';
import { twins } from './twins.ts';

describe('broken twins', () => {
  for (const [index, twin] of twins.entries()) {
    const edit = `${twin.find.split('\n')[0].slice(0, 60)} → ${twin.replace.split('\n')[0].slice(0, 40)}`;
    it(`REQ-INT-003: twin ${index} is found by "${twin.scenario}": ${edit}`, async () => {
      const name = Object.keys(scenarios).find((title) => title.endsWith(`: ${twin.scenario}`));
      const bench = scenarios[name!](new WebAssembly.Module(new Uint8Array(await compileTwin(twin))));
      expect(bench.book.broken.length).toBeGreaterThan(0);
    });
  }
});
