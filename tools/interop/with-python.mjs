// What the trials against Keras and NumPy share: models and arrays as plain numbers, a run of Python over a folder of
// files, and a row for each thing compared. The last line is `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {import('../../dist/node.js').Sequential} Model */
/** @typedef {import('../../dist/node.js').Tensor} Values */

const tolerance = 2e-5;
let passed = 0;
let failed = 0;

/**
 * Largest difference of two lists, relative to values beyond 1.
 * @param {ArrayLike<number>} actual
 * @param {readonly number[]} expected
 */
export function difference(actual, expected) {
  if (actual.length !== expected.length) return Infinity;
  return expected.reduce((worst, value, index) => {
    const distance = Math.abs(value - /** @type {number} */ (actual[index])) / Math.max(1, Math.abs(value));
    return Number.isNaN(distance) ? Infinity : Math.max(worst, distance);
  }, 0);
}

/** The problem with a difference, empty if it is none. @param {number} worst */
export const far = (worst) => (worst <= tolerance ? '' : `differs by ${worst.toExponential(1)}`);

/** @param {Model} model */
export async function weightsOf(model) {
  const values = await Promise.all(model.getWeights().map((weight) => weight.data()));
  return values.flatMap((value) => [...value]);
}

/** @param {Model} model @param {Values} x */
export async function predictionsOf(model, x) {
  return [...(await (await model.predict(x, { verbose: 0 })).data())];
}

/**
 * Prints and counts what was found.
 * @param {string} name
 * @param {string} what
 * @param {string} problem empty if there is none
 */
export function note(name, what, problem) {
  if (problem === '') passed++;
  else failed++;
  console.log(`${problem === '' ? 'ok  ' : 'FAIL'} ${name.padEnd(32)} ${what.padEnd(24)} ${problem}`);
}

/**
 * Writes files to a folder, runs a script beside this file over it, and judges what it left there.
 * @template Written
 * @param {string} script
 * @param {(folder: string) => Promise<Written>} write what the script is to know, for `cases.json`
 * @param {(folder: string, written: Written) => Promise<void>} judge
 */
export async function throughPython(script, write, judge) {
  const python = process.env.NACRE_PYTHON;
  if (!python) {
    console.error('Set NACRE_PYTHON to a Python that has the library, for example /path/to/venv/bin/python.');
    process.exit(1);
  }
  const folder = mkdtempSync(join(tmpdir(), 'nacre-interop-'));
  try {
    const written = await write(folder);
    writeFileSync(join(folder, 'cases.json'), JSON.stringify(written));
    const file = fileURLToPath(new URL(script, import.meta.url));
    const run = spawnSync(python, ['-B', '-W', 'ignore', file, folder], { encoding: 'utf8' });
    if (run.status !== 0) throw new Error(`${python} failed: ${run.stderr}`);
    if (run.stdout.trim() !== '') console.log(run.stdout.trim());
    await judge(folder, written);
  } finally {
    rmSync(folder, { recursive: true });
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
