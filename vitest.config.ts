// How the tests run: two workers, no retries. What opens real serial ports has processes of its own: the binding is not made
// for worker threads.

import { defineConfig } from 'vitest/config';

const PORTS = 'test/hil/**/*.test.ts';

export default defineConfig({
  test: {
    maxWorkers: 2,
    testTimeout: 120_000,
    retry: 0,
    projects: [
      {
        extends: true,
        test: { name: 'all', include: ['test/**/*.test.ts'], exclude: [PORTS], pool: 'threads' },
      },
      { extends: true, test: { name: 'ports', include: [PORTS], pool: 'forks' } },
    ],
  },
});
