// What `npm run bench` starts: the benchmarks as they were last built, like the package that they measure.
import { existsSync } from 'node:fs';

const built = new URL('../build/bench/bench.js', import.meta.url);
if (existsSync(built)) await import(built.href);
else {
  console.error('The benchmarks measure what was built, and nothing is. Run npm run build.');
  process.exitCode = 1;
}
