// Takes models to other programs and back: `npm run interop`, or `npm run interop -- keras` for some. Each part closes
// with `N passed, N failed`; so does this, with the sum. Needs `npm run build`, and of each part what its file says.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const parts = ['keras', 'h5', 'tfjs', 'onnx', 'npz'];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !parts.includes(name));
if (unknown.length > 0) {
  console.error(`Unknown parts ${unknown.join(', ')}; known: ${parts.join(', ')}.`);
  process.exit(1);
}

let passed = 0;
let failed = 0;
for (const part of asked.length > 0 ? asked : parts) {
  console.log(`\n${part}`);
  const script = fileURLToPath(new URL(`interop/${part}.mjs`, import.meta.url));
  const { stdout, status } = spawnSync(process.execPath, [script], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 28,
  });
  process.stdout.write(stdout);
  const counts = /(\d+) passed, (\d+) failed\s*$/.exec(stdout);
  passed += Number(counts?.[1] ?? 0);
  // A part that did not come to its end failed, whatever it counted.
  failed += Number(counts?.[2] ?? 0) || (status === 0 && counts ? 0 : 1);
}
console.log(`\nAll: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
