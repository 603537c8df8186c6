// The tests: beside the sources they prove, and across the package in tests/. Those in tests/browser/ drive Chromium
// and are left out, in so many words, where there is none.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { findChromium } from './tools/chromium.mjs';

const browserTests = 'tests/browser/**/*.test.ts';
const hasChromium = findChromium() !== undefined;

/**
 * Not run again on another Node (NACRE_TESTS=node), which can break files, processes, threads, memory, modules, code as
 * WebAssembly and as native code, and whatever is built on them. It does not break what computes and writes text in plain
 * JavaScript, on numbers of backends that tests/conformance/ compares with the reference there too; and no user runs the
 * programs that check printed C, the benchmarks and the tools.
 */
const sameOnEveryNode = [
  'src/{autodiff,compiler,evaluation,ir}/**',
  'src/nn/{hints,layers,losses,metrics,optimizers,progress}/**',
  'src/nn/{callbacks,model}/keras.test.ts',
  'src/backends/{native/printer,reference}/**',
  'tests/conformance/{networks,tensors}.test.ts',
  'tests/sanitizers.test.ts',
  '{bench,tools}/**',
];
const tests = process.env.NACRE_TESTS ?? 'all';
if (tests !== 'all' && tests !== 'node') throw new Error(`NACRE_TESTS: expected all or node, received '${tests}'.`);

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
    // One more than the cores of the machine that checks changes: some tests wait for processes and pages.
    maxWorkers: 3,
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
          exclude: ['**/node_modules/**', browserTests, ...(tests === 'node' ? sameOnEveryNode : [])],
        },
      },
      ...(hasChromium ? [{ extends: true as const, test: { name: 'browser', include: [browserTests] } }] : []),
    ],
  },
});
