// Runs the examples: each examples/NAME.ts, from its build in build/examples/.
// `npm run example -- NAME...` runs those; without names it lists them. `--all` runs every one, `--fast` sets
// NACRE_EXAMPLE_FAST=1, at which an example takes a few samples and one epoch. Fails if one of them does, or if there is
// none to run; `--all` closes with `N passed, N failed`. It leaves out, and says so, what has a line `// @downloads WHAT`:
// continuous integration has no network to count on.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const sources = fileURLToPath(new URL('../examples/', import.meta.url));
const builds = fileURLToPath(new URL('../build/examples/', import.meta.url));
const names = (existsSync(sources) ? readdirSync(sources) : [])
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.endsWith('.d.ts'))
  .map((file) => file.slice(0, -'.ts'.length))
  .sort();

/** An example that has not ended by then hangs. */
const limitMs = 5 * 60_000;

/**
 * Runs one example, its output passed on.
 * @param {string} name
 * @param {boolean} fast
 * @returns {Promise<string | undefined>} what went wrong
 */
async function run(name, fast) {
  const program = `${builds}${name}.js`;
  if (!existsSync(program)) return `examples/${name}.ts is not built. Run npm run build.`;
  const environment = fast ? { ...process.env, NACRE_EXAMPLE_FAST: '1' } : process.env;
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'inherit', 'inherit'], env: environment });
  return new Promise((resolve) => {
    const timer = fast ? setTimeout(() => child.kill('SIGKILL'), limitMs) : undefined;
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(undefined);
      else resolve(signal === null ? `it exited with ${code}` : `it was ended by ${signal}`);
    });
  });
}

/**
 * What an example needs from the network.
 * @param {string} name
 */
function downloadOf(name) {
  return /^\/\/ @downloads (.+)$/m.exec(readFileSync(`${sources}${name}.ts`, 'utf8'))?.[1];
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { all: { type: 'boolean', default: false }, fast: { type: 'boolean', default: false } },
});
const unknown = positionals.filter((name) => !names.includes(name));
const chosen = values.all ? names : positionals;
if (names.length === 0) {
  console.error('No example found in examples/.');
  process.exitCode = 1;
} else if (unknown.length > 0 || chosen.length === 0) {
  if (unknown.length > 0) console.error(`Unknown example: ${unknown.join(', ')}.`);
  console.error(`Name one or more of these, as in npm run example -- ${names[0]}:\n  ${names.join('\n  ')}`);
  process.exitCode = 2;
} else {
  /** @type {string[]} */
  const failures = [];
  let leftOut = 0;
  for (const name of chosen) {
    const download = values.all ? downloadOf(name) : undefined;
    if (download !== undefined) {
      console.log(`\n--- examples/${name}.ts is left out: it downloads ${download}`);
      leftOut++;
      continue;
    }
    if (chosen.length > 1) console.log(`\n--- examples/${name}.ts`);
    const failure = await run(name, values.fast);
    if (failure !== undefined) failures.push(`examples/${name}.ts: ${failure}`);
  }
  for (const failure of failures) console.error(`failed: ${failure}`);
  if (values.all) console.log(`\n${chosen.length - leftOut - failures.length} passed, ${failures.length} failed`);
  if (failures.length > 0) process.exitCode = 1;
}
