// Where a page keeps models, and loads them from, in a real browser: IndexedDB, files that the user chooses, downloads,
// and URLs, also of another origin.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startServer, type LoopbackServer } from '../support/loopback-server.js';
import { bundle, launchChromium } from '../support/page.js';
import type { ModelPlacesPage } from './model-places-page.js';

let script: string;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let server: LoopbackServer;
/** What lies at the server beside the page. */
let served: Map<string, Uint8Array>;
let allowsOthers = false;

beforeAll(async () => {
  script = await bundle(fileURLToPath(new URL('model-places-page.ts', import.meta.url)));
  browser = await launchChromium();
});

afterAll(() => browser.close());

beforeEach(async () => {
  served = new Map();
  allowsOthers = false;
  server = await startServer((ask, answer) => {
    const { pathname } = new URL(ask.url!, 'http://127.0.0.1');
    const bytes = served.get(pathname);
    if (allowsOthers) answer.setHeader('access-control-allow-origin', '*');
    if (pathname === '/')
      answer.writeHead(200, { 'content-type': 'text/html' }).end('<script type="module" src="page.js"></script>');
    else if (pathname === '/page.js') answer.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
    else if (bytes) answer.writeHead(200, { 'content-length': bytes.byteLength }).end(bytes);
    else answer.writeHead(404).end();
  });
  context = await browser.newContext({ acceptDownloads: true });
  page = await open();
});

afterEach(async () => {
  await context.close();
  await server.close();
});

async function open(): Promise<Page> {
  const opened = await context.newPage();
  await opened.goto(server.url);
  await opened.waitForFunction(() => 'modelPlacesPage' in globalThis && document.querySelector('input') !== null);
  return opened;
}

type Result = number[] | string;

/** Calls a function of a page. */
async function call(name: keyof ModelPlacesPage, value?: unknown, on = page): Promise<Result> {
  return on.evaluate(
    ([called, given]) => {
      const functions = (globalThis as unknown as { modelPlacesPage: Record<string, (value: unknown) => unknown> })
        .modelPlacesPage;
      return functions[called]!(given);
    },
    [name as string, value] as const,
  ) as Promise<Result>;
}

test.each(['indexeddb://digits', 'indexeddb://digits.json'])('a model is found again in %s', async (path) => {
  const weights = await call('save', path);
  expect(weights).toHaveLength(11);
  await page.close();
  page = await open();
  expect(await call('load', path)).toEqual(weights);
  const anew = await call('save', path);
  expect(anew).not.toEqual(weights);
  expect(await call('load', path, await open())).toEqual(anew);
  expect(await call('steps', path)).toBe(1);
  expect(await call('load', 'indexeddb://none')).toBe("DataError: loadModel: there is no file 'indexeddb://none'.");
});

test('what is no model in the database is an error that names it', async () => {
  await call('save', 'indexeddb://digits');
  await page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open('nacre');
      request.onsuccess = () => resolve(request.result);
    });
    const transaction = database.transaction('files', 'readwrite');
    transaction.objectStore('files').put('something else', 'digits');
    await new Promise((resolve) => (transaction.oncomplete = resolve));
    database.close();
  });
  expect(await call('load', 'indexeddb://digits')).toMatch(
    /^DataError: Could not read 'digits' in the browser's database: what lies there is no group of files\./,
  );
});

/** Saves to downloads; the names and contents of what the browser was handed. */
async function download(
  path: string,
  count: number,
): Promise<{ weights: Result; files: { name: string; buffer: Buffer }[] }> {
  const downloads: Promise<{ name: string; buffer: Buffer }>[] = [];
  const all = new Promise<void>((resolve) => {
    page.on('download', (item) => {
      downloads.push(item.path().then(async (at) => ({ name: item.suggestedFilename(), buffer: await readFile(at) })));
      if (downloads.length === count) resolve();
    });
  });
  const weights = await call('save', path);
  await all;
  return { weights, files: await Promise.all(downloads) };
}

test('a model is handed to the user, who chooses its file again', async () => {
  const { weights, files } = await download('downloads://digits', 1);
  expect(files.map(({ name }) => name)).toEqual(['digits.safetensors']);
  await page.setInputFiles('input', { ...files[0]!, mimeType: 'application/octet-stream' });
  expect(await call('loadChosen')).toEqual(weights);
  expect(await call('loadBlob', [...files[0]!.buffer])).toEqual(weights);
});

test('a model of several files, too', async () => {
  const { weights, files } = await download('downloads://digits.json', 2);
  expect(files.map(({ name }) => name)).toEqual(['digits.json', expect.stringMatching(/^digits-1of1-.*\.bin$/)]);
  await page.setInputFiles(
    'input',
    files.toReversed().map((file) => ({ ...file, mimeType: 'application/octet-stream' })),
  );
  expect(await call('loadChosen')).toEqual(weights);
  await page.setInputFiles('input', { ...files[0]!, mimeType: 'application/json' });
  expect(await call('loadChosen')).toMatch(/^DataError: 'digits.json'.*there is no file 'digits-1of1-.*' beside it/);

  for (const { name, buffer } of files) served.set(`/models/${name}`, buffer);
  expect(await call('load', `${server.url}models/digits.json`)).toEqual(weights);
  expect(await call('load', `${server.url}models/none.json`)).toMatch(/^DataError: loadModel: there is no file 'http/);
  // The same server under another name is another origin.
  const elsewhere = `${server.url.replace('127.0.0.1', 'localhost')}models/digits.json`;
  expect(await call('load', elsewhere)).toMatch(
    /^DataError: loadModel: could not load 'http.*A server of another origin has to allow the page/,
  );
  allowsOthers = true;
  expect(await call('load', elsewhere)).toEqual(weights);
});
