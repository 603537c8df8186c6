// PNG and JPEG in a real browser: the decoders are files of their own, which a page fetches when it needs them.
import { fileURLToPath } from 'node:url';
import { encode } from 'fast-png';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build } from 'vite';
import { images, setBackend } from '../../src/node.js';
import { drawDigit } from '../support/drawn-digits.js';
import { readGolden } from '../support/golden.js';
import { startServer, type LoopbackServer } from '../support/loopback-server.js';
import { launchChromium, openPage } from '../support/page.js';
import type { ImagesPage } from './images-page.js';

const { files } = readGolden('images') as { files: readonly { name: string; file: string }[] };

let browser: Browser;
let server: LoopbackServer;
let page: Page;
const fetched: string[] = [];

beforeAll(async () => {
  await setBackend('reference');
  const built = await build({
    logLevel: 'error',
    configFile: false,
    build: {
      write: false,
      lib: { entry: fileURLToPath(new URL('images-page.ts', import.meta.url)), formats: ['es'], fileName: 'page' },
    },
  });
  const chunks = (Array.isArray(built) ? built : [built])
    .flatMap((result) => ('output' in result ? result.output : []))
    .filter((part) => part.type === 'chunk');
  const scripts = new Map(chunks.map(({ fileName, code }) => [`/${fileName}`, code]));
  const entry = chunks.find(({ isEntry }) => isEntry)!.fileName;
  server = await startServer((request, response) => {
    const script = scripts.get(request.url ?? '');
    if (script !== undefined) {
      fetched.push(request.url!);
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
    } else if (request.url === '/')
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<script type="module" src="${entry}"></script>`);
    else response.writeHead(404).end();
  });
  browser = await launchChromium();
  page = await openPage(browser, server.url, 'imagesPage');
}, 120_000);

afterAll(async () => {
  await browser.close();
  await server.close();
});

const decode = async (bytes: Uint8Array): Promise<unknown> =>
  page.evaluate(
    (given) => (globalThis as unknown as { imagesPage: ImagesPage }).imagesPage.decode(given),
    Array.from(bytes),
  );

test('a page that decodes nothing fetches no decoder', () => {
  expect(fetched.filter((name) => /png|jpeg/i.test(name))).toEqual([]);
});

test('images have the same pixels in a page as in Node', async () => {
  for (const { name, file } of files) {
    const bytes = Buffer.from(file, 'base64');
    const image = await images.decode(bytes, { colorMode: 'rgba' });
    const expected = { shape: image.shape, data: Array.from(await image.data()) };
    expect(await decode(bytes), name).toEqual(expected);
  }
  expect(fetched.length).toBeGreaterThan(1);
});

test('files, bitmaps, images, canvases and their data have the same pixels', async () => {
  const { data, shape } = drawDigit(5, { height: 12, width: 9, paper: [250, 200, 20], pen: [10, 60, 90] });
  const [height, width] = shape as [number, number];
  const bytes = encode({ width, height, channels: 3, depth: 8, data: Uint8Array.from(data) });
  const held = await page.evaluate(
    (given) => (globalThis as unknown as { imagesPage: ImagesPage }).imagesPage.held(given),
    Array.from(bytes),
  );
  const expected = { shape, data: Array.from(data) };
  expect(held).toEqual(
    Object.fromEntries(['file', 'bitmap', 'image', 'canvas', 'offscreen', 'data'].map((name) => [name, expected])),
  );
});

test('a damaged image is an error there, too', async () => {
  const bytes = Buffer.from(files[0]!.file, 'base64');
  expect(await decode(bytes.subarray(0, 60))).toMatch(/DataError: images\.decode: the PNG is damaged or incomplete/);
});
