// The tests: beside the sources they prove, and across the package in tests/. Those in tests/browser/ drive Chromium
// and are left out, in so many words, where there is none.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { findChromium } from './tools/chromium.mjs';

const browserTests = 'tests/browser/**/*.test.ts';
const hasChromium = findChromium() !== undefined;

/** A line after the summary, where it is seen. */
const leftOut = {
  onTestRunEnd(): void {
    console.log(`Left out: ${browserTests}, because no Chromium was found (install it, or set NACRE_CHROMIUM).\n`);
  },
};
// Continuous integration reads the numbers from this file.
const reportFile = process.env.NACRE_TEST_REPORT;

export default defineConfig({
  resolve: {
    alias: { nacre: fileURLToPath(new URL('./src/node.ts', import.meta.url)) },
  },
  test: {
    // A process for each file: tests load native modules, start threads and share memory.
    pool: 'forks',
    maxWorkers: 2,
    globalSetup: fileURLToPath(new URL('./tests/support/temporary-cache.ts', import.meta.url)),
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: [
      'default',
      ...(hasChromium ? [] : [leftOut]),
      ...(reportFile === undefined ? [] : [['json', { outputFile: reportFile }] as ['json', { outputFile: string }]]),
    ],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{src,tests,apps,bench,tools}/**/*.test.ts'],
          exclude: ['**/node_modules/**', browserTests],
        },
      },
      ...(hasChromium ? [{ extends: true as const, test: { name: 'browser', include: [browserTests] } }] : []),
    ],
  },
});
