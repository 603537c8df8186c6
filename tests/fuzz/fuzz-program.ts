// What `npm run fuzz` runs: 10,000 damaged files of each format, or as many as asked for: --count 500 --seed 7 --format keras.
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.js';
import { fuzzedFormats } from './formats.js';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    format: { type: 'string' },
  },
});
let passed = 0;
let failed = 0;
for (const format of fuzzedFormats.filter(({ name }) => values.format === undefined || name === values.format)) {
  const start = performance.now();
  const result = await fuzz(format, Number(values.count), Number(values.seed));
  const { loaded, refused, failures, slowestMilliseconds, largestBytes } = result;
  passed += Number(values.count) - failures.length;
  failed += failures.length;
  console.log(
    `${format.name}: ${loaded} loaded, ${refused} refused, ${failures.length} failed; the slowest took ${slowestMilliseconds.toFixed(0)} ms, the largest ${(largestBytes / 2 ** 20).toFixed(1)} MiB; ${((performance.now() - start) / 1000).toFixed(0)} s`,
  );
  for (const failure of failures.slice(0, 20)) console.log(`  ${failure}`);
}
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0 || passed === 0) process.exitCode = 1;
