// The tests: beside the sources they prove, and across the package in tests/.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: { nacre: fileURLToPath(new URL('./src/node.ts', import.meta.url)) },
  },
  test: {
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts', 'apps/**/*.test.ts', 'tools/**/*.test.ts'],
    // A process for each file: tests load native modules, start threads and share memory.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
