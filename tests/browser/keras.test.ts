// Keras's files in a real browser: the HDF5 library in a module worker that Vite finds by itself, or, where its file is
// not served, in the page.
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { build } from 'vite';
import { startServer, type LoopbackServer } from '../support/loopback-server.js';
import { launchChromium } from '../support/page.js';
import type { KerasPage } from './keras-page.js';

declare const kerasPage: KerasPage;

let files: ReadonlyMap<string, string | Uint8Array>;
let entry: string;
let browser: Browser;
let server: LoopbackServer;

beforeAll(async () => {
  const built = await build({
    logLevel: 'error',
    configFile: false,
    build: {
      write: false,
      lib: { entry: fileURLToPath(new URL('keras-page.ts', import.meta.url)), formats: ['es'] },
    },
  });
  const output = (Array.isArray(built) ? built : [built]).flatMap((result) =>
    'output' in result ? result.output : [],
  );
  files = new Map(output.map((part) => [part.fileName, part.type === 'chunk' ? part.code : part.source]));
  entry = output.find((part) => part.type === 'chunk' && part.isEntry)!.fileName;
  browser = await launchChromium();
});

afterAll(() => browser.close());
afterEach(() => server.close());

async function open(isServed: (name: string) => boolean): Promise<Page> {
  server = await startServer((ask, answer) => {
    const name = ask.url!.slice(1);
    const found = files.get(name);
    if (name === '')
      answer.writeHead(200, { 'content-type': 'text/html' }).end(`<script type="module" src="${entry}"></script>`);
    else if (found !== undefined && isServed(name))
      answer.writeHead(200, { 'content-type': 'text/javascript' }).end(found);
    else answer.writeHead(404).end();
  });
  const page = await browser.newPage();
  await page.goto(server.url);
  await page.waitForFunction(() => 'kerasPage' in globalThis);
  return page;
}

const isWorkerFile = (name: string): boolean => name.includes('module-worker');

test('a model goes to a .keras file and back, by way of a module worker', async () => {
  const page = await open(() => true);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  const { before, after, started } = await page.evaluate(() => kerasPage.roundTrip());
  expect(after).toEqual(before);
  expect(started).toContain('nacre hdf5');
  // The page itself did not load the library.
  expect(asked.filter((url) => url.includes('hdf5_hl'))).toEqual([]);
  expect(await page.evaluate((bytes) => kerasPage.damaged(bytes), [0x50, 0x4b, 3, 4, 5])).toMatch(/^DataError/);
});

test('where the file of the worker is missing, the page itself reads and writes', async () => {
  const page = await open((name) => !isWorkerFile(name));
  const { before, after } = await page.evaluate(() => kerasPage.roundTrip());
  expect(after).toEqual(before);
});
