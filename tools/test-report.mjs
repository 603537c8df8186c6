// Sums up the report that Vitest writes to NACRE_TEST_REPORT, for .ci/run: prints one line, the numbers of tests that
// passed, failed and were skipped, and those that passed in tests/browser/. A file that did not load is one failure.
import { readFileSync } from 'node:fs';

const path = process.argv[2];
if (path === undefined) throw new Error('Name the report: node tools/test-report.mjs FILE.');
/**
 * @type {{ testResults: { name: string, status: string, assertionResults: { status: string }[] }[] }}
 */
const report = JSON.parse(readFileSync(path, 'utf8'));
const totals = { passed: 0, failed: 0, skipped: 0, browser: 0 };
for (const file of report.testResults) {
  const count = (/** @type {string} */ status) => file.assertionResults.filter((test) => test.status === status).length;
  const failed = count('failed');
  totals.passed += count('passed');
  totals.failed += failed === 0 && file.status === 'failed' ? 1 : failed;
  totals.skipped += file.assertionResults.length - count('passed') - failed;
  if (file.name.replaceAll('\\', '/').includes('/tests/browser/')) totals.browser += count('passed');
}
console.log(`${totals.passed} ${totals.failed} ${totals.skipped} ${totals.browser}`);
