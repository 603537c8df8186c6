// The part of check-package.mjs that looks at pages: Vite, without any configuration, serves and builds one that
// trains a small network, one that draws a picture and one that only predicts, and Chromium opens them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium as playwright } from 'playwright-core';
import * as vite from 'vite';
import { launchOptions } from './chromium.mjs';

const page = `<!doctype html>
<meta charset="utf-8" />
<link rel="icon" href="data:," />
<title>waiting</title>
<script type="module">
  import { train } from './train.js';
  try {
    document.title = await train();
  } catch (error) {
    document.title = 'failed';
    throw error;
  }
</script>
`;

const picturePage = page.replace('train.js', 'picture.js').replace('train }', 'draw }').replace('train()', 'draw()');

/** Pages that only predict, with a model that another program saved: with its programs, and without. */
const predictingPages = {
  compiled: {
    options: "{ compile: false, programs: new URL('/digits.programs', location.href) }",
    mostBytes: 60_000,
  },
  compiling: { options: '{ compile: false }', mostBytes: 101_000 },
};

/** @param {string} name */
const predictPage = (name) =>
  page.replace('train.js', `${name}.js`).replace('train }', 'predict }').replace('train()', 'predict()');

/** @param {string} options */
const predictProgram = (options) => `import { loadModel, ones } from 'nacre';

export async function predict() {
  const model = await loadModel(new URL('/digits.safetensors', location.href), ${options});
  const output = await model.predict(ones([2, 28, 28]));
  return 'predicted: ' + output.shape.join(' by ');
}
`;

const saveProgram = `import { layers, sequential } from 'nacre';

const model = sequential([
  layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
  layers.maxPooling2d({ poolSize: 2 }),
  layers.flatten(),
  layers.dense({ units: 128, activation: 'relu' }),
  layers.dropout({ rate: 0.2 }),
  layers.dense({ units: 10, activation: 'softmax' }),
]);
await model.save('public/digits.safetensors');
await model.savePrograms('public/digits.programs', { batchSizes: [2] });
`;

/**
 * Opens a page and waits for what it says in its title.
 * @param {string} chromium
 * @param {string | undefined} url
 * @param {(path: string) => void} [fetched] told of what the page asks for
 */
async function titleOf(chromium, url, fetched) {
  assert(url !== undefined, 'the server has no address');
  const browser = await playwright.launch(launchOptions(chromium));
  try {
    const tab = await browser.newPage();
    /** @type {string[]} */
    const messages = [];
    tab.on('pageerror', (error) => messages.push(error.stack ?? error.message));
    tab.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') messages.push(message.text());
    });
    tab.on('request', (request) => fetched?.(new URL(request.url()).pathname));
    await tab.goto(url);
    // Vite's development server may load the page again when it meets the package first.
    await tab.waitForFunction("document.title !== 'waiting'", undefined, { timeout: 120_000 });
    assert.deepEqual(messages, [], 'errors or warnings in the page');
    return await tab.title();
  } finally {
    await browser.close();
  }
}

/**
 * @param {object} given
 * @param {(name: string, run: () => unknown) => Promise<boolean>} given.check
 * @param {string} given.project a folder in which the package is installed, with train.js and picture.js
 * @param {string | undefined} given.chromium
 */
export async function checkPages({ check, project, chromium }) {
  writeFileSync(join(project, 'index.html'), page);
  writeFileSync(join(project, 'picture.html'), picturePage);
  /** @type {string[]} */
  const warnings = [];
  const customLogger = vite.createLogger('warn');
  customLogger.warn =
    customLogger.warnOnce =
    customLogger.error =
      (message) => {
        // How long the build took is the machine's affair.
        if (!message.includes('PLUGIN_TIMINGS')) warnings.push(message);
      };
  /** @type {import('vite').InlineConfig} */
  const configuration = { root: project, configFile: false, customLogger };
  const server = { host: '127.0.0.1', port: 0 };

  const isBuilt = await check('Vite builds a page, without a warning', async () => {
    // The HDF5 library is larger than what Vite warns of; it is loaded when the first HDF5 file is.
    await vite.build({ ...configuration, build: { chunkSizeWarningLimit: 6000 } });
    assert.deepEqual(warnings.splice(0), [], "Vite's warnings");
    const assets = join(project, 'dist/assets');
    for (const file of readdirSync(assets)) assert.doesNotMatch(file, /vega/, 'a page without pictures carries Vega');
    for (const file of readdirSync(assets))
      console.log(`        ${file}: ${Math.ceil(statSync(join(assets, file)).size / 1024)} KB`);
  });
  if (chromium === undefined) return;
  if (isBuilt)
    await check('the built page trains in Chromium', async () => {
      const preview = await vite.preview({ ...configuration, preview: server });
      try {
        assert.equal(await titleOf(chromium, preview.resolvedUrls?.local[0]), 'trained: true');
      } finally {
        await preview.close();
      }
    });
  await check("the page trains from Vite's development server", async () => {
    const development = await vite.createServer({ ...configuration, server });
    try {
      await development.listen();
      assert.equal(await titleOf(chromium, development.resolvedUrls?.local[0]), 'trained: true');
      assert.deepEqual(warnings.splice(0), [], "Vite's warnings");
    } finally {
      await development.close();
    }
  });
  await check('a built page draws and shows a picture', async () => {
    await vite.build({
      ...configuration,
      // So is Vega, which is loaded when the first picture is drawn.
      build: {
        outDir: 'dist-picture',
        chunkSizeWarningLimit: 6000,
        rolldownOptions: { input: join(project, 'picture.html') },
      },
    });
    assert.deepEqual(warnings.splice(0), [], "Vite's warnings");
    const preview = await vite.preview({ ...configuration, build: { outDir: 'dist-picture' }, preview: server });
    try {
      assert.equal(await titleOf(chromium, `${preview.resolvedUrls?.local[0]}picture.html`), 'drawn: true');
    } finally {
      await preview.close();
    }
  });
  await check('pages that only predict are built', async () => {
    writeFileSync(join(project, 'save.js'), saveProgram);
    mkdirSync(join(project, 'public'), { recursive: true });
    execFileSync(process.execPath, ['save.js'], { cwd: project, timeout: 60_000 });
    for (const [name, { options }] of Object.entries(predictingPages)) {
      writeFileSync(join(project, `${name}.html`), predictPage(name));
      writeFileSync(join(project, `${name}.js`), predictProgram(options));
      const rolldownOptions = { input: join(project, `${name}.html`) };
      const build = { outDir: `dist-${name}`, chunkSizeWarningLimit: 6000, rolldownOptions };
      await vite.build({ ...configuration, build });
    }
    assert.deepEqual(warnings.splice(0), [], "Vite's warnings");
  });
  for (const [name, { mostBytes }] of Object.entries(predictingPages))
    await check(`the ${name} page that only predicts carries little`, async () => {
      const outDir = `dist-${name}`;
      /** @type {Set<string>} */
      const scripts = new Set();
      const preview = await vite.preview({ ...configuration, build: { outDir }, preview: server });
      try {
        const url = `${preview.resolvedUrls?.local[0]}${name}.html`;
        const title = await titleOf(chromium, url, (path) => path.endsWith('.js') && scripts.add(path));
        assert.equal(title, 'predicted: 2 by 10');
      } finally {
        await preview.close();
      }
      // Vite's own helper and the bundler's are not the package's.
      const own = [...scripts].filter((path) => !/\/(preload-helper|rolldown-runtime)-[^/]*$/.test(path));
      const sizes = own.map((path) => gzipSync(readFileSync(join(project, outDir, path)), { level: 9 }).length);
      const total = sizes.reduce((sum, size) => sum + size, 0);
      console.log(`        ${own.length} files, ${(total / 1000).toFixed(1)} KB packed by gzip`);
      assert(total > 0 && total <= mostBytes, `expected at most ${mostBytes} bytes, received ${total}`);
    });
  await check("a page draws a picture from Vite's development server", async () => {
    const development = await vite.createServer({ ...configuration, server });
    try {
      await development.listen();
      assert.equal(await titleOf(chromium, `${development.resolvedUrls?.local[0]}picture.html`), 'drawn: true');
      assert.deepEqual(warnings.splice(0), [], "Vite's warnings");
    } finally {
      await development.close();
    }
  });
}
