// The README's picture is what the present code draws of the present firmware: made again and compared.
// After a change that is meant: npx stimgate run tonic --for 1500ms --svg test/golden/tonic.svg
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { run } from '../../host/cli/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'stimgate-golden-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the picture in the README', () => {
  it('is drawn anew to the byte', async () => {
    const print = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const svg = join(folder, 'tonic.svg');
    const code = await run(['tonic'], { port: 'sim', seed: 1, for: 1500, svg });
    print.mockRestore();
    expect(code).toBe(0);
    expect(readFileSync(svg, 'utf8')).toBe(readFileSync('test/golden/tonic.svg', 'utf8'));
  });
});
