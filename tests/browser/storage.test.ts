// The browser's files in a real browser: the origin's private file system, and memory on a page that has none.
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ndarray, toNested } from '../../src/base/ndarray.js';
import { RandomStream } from '../../src/base/random.js';
import { writeIdx } from '../../src/data/idx.js';
import type { IdxSet } from '../../src/data/idx-set.js';
import { findChromium, launchOptions } from '../../tools/chromium.mjs';
import { refuse, sendFile, stallAfter, startServer, type LoopbackServer } from '../support/loopback-server.js';
import { bundle } from '../support/page.js';
import type { StoragePage } from './storage-page.js';

const random = new RandomStream(5);
const digits = ndarray(
  Uint8Array.from({ length: 3000 }, () => random.below(256)),
  [30, 100],
);
const idxFile = writeIdx(digits);
const packed = gzipSync(idxFile);
const set: IdxSet = {
  name: 'digits',
  files: [{ name: 'digits', shape: [30, 100], sha256: createHash('sha256').update(idxFile).digest('hex') }],
  mirrors: [],
};

let script: string;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let server: LoopbackServer;
let downloads = 0;
let halfway: Socket | undefined;

beforeAll(async () => {
  script = await bundle(fileURLToPath(new URL('storage-page.ts', import.meta.url)));
  const options = launchOptions(findChromium()!);
  // A name that is not localhost makes the same server an insecure origin.
  browser = await chromium.launch({
    ...options,
    args: [...options.args, '--host-resolver-rules=MAP plain.test 127.0.0.1'],
  });
});

afterAll(() => browser.close());

beforeEach(async () => {
  downloads = 0;
  server = await startServer((ask, answer) => {
    if (ask.url === '/')
      answer.writeHead(200, { 'content-type': 'text/html' }).end('<script type="module" src="page.js"></script>');
    else if (ask.url === '/page.js') answer.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
    else if (ask.url === '/arrived') {
      // Chromium throws away what it has not yet handed on when a connection breaks; so this one breaks afterwards.
      answer.end();
      halfway?.destroy();
    } else if (ask.url !== '/data/digits.gz') refuse(answer, 404);
    else if (++downloads === 1) {
      halfway = ask.socket;
      stallAfter(ask, answer, packed, 2000);
    } else if (downloads === 2) refuse(answer, 503);
    else sendFile(ask, answer, packed);
  });
  context = await browser.newContext();
  page = await context.newPage();
});

afterEach(async () => {
  await context.close();
  await server.close();
});

async function open(url: string): Promise<void> {
  await page.goto(url);
  await page.waitForFunction(() => 'storagePage' in globalThis);
}

type Call<Name extends keyof StoragePage> = StoragePage[Name];

/** Calls a function of the page. */
async function call<Name extends keyof StoragePage>(
  name: Name,
  ...values: Parameters<Call<Name>>
): Promise<Awaited<ReturnType<Call<Name>>>> {
  return page.evaluate(
    ([called, given]) => {
      const functions = (globalThis as unknown as { storagePage: Record<string, (...rest: unknown[]) => unknown> })
        .storagePage;
      return functions[called]!(...given);
    },
    [name as string, values as unknown[]] as const,
  ) as Promise<Awaited<ReturnType<Call<Name>>>>;
}

async function checkFiles(): Promise<void> {
  expect(await call('files', 'read', 'a/none')).toBe('none');
  expect(await call('files', 'size', 'a/none')).toBe('none');
  expect(await call('files', 'exists', 'a')).toBe(false);
  await call('files', 'remove', 'a/none');

  await call('files', 'makeDirectory', 'a/b');
  await call('files', 'makeDirectory', 'a/b');
  expect(await call('files', 'exists', 'a/b')).toBe(true);
  await call('files', 'write', 'a/b/file', [1, 2, 3]);
  expect(await call('files', 'read', 'a/b/file')).toEqual([1, 2, 3]);
  await call('files', 'write', 'a/b/file', [4, 5]);
  expect(await call('files', 'read', 'a/b/file')).toEqual([4, 5]);
  await call('files', 'writeAt', 'a/b/file', [6, 7], 1);
  expect(await call('files', 'read', 'a/b/file')).toEqual([4, 6, 7]);
  await call('files', 'writeAt', 'a/b/file', [8], 0);
  expect(await call('files', 'read', 'a/b/file')).toEqual([8, 6, 7]);
  expect(await call('files', 'size', 'a/b/file')).toBe(3);
  expect(await call('files', 'list', 'a')).toEqual([{ name: 'b', kind: 'folder', isLink: false }]);
  expect(await call('files', 'list', 'a/b')).toEqual([{ name: 'file', kind: 'file', isLink: false }]);
  expect(await call('files', 'list', 'a/none')).toBe('none');
  await call('files', 'remove', 'a/b/file');
  expect(await call('files', 'exists', 'a/b/file')).toBe(false);
}

/** The first load is interrupted, the second continues it, the third finds it kept. */
async function checkLoading(origin: string): Promise<void> {
  expect(await call('load', set, `${origin}data`)).toContain('the server answered 503');
  expect(await call('load', set, `${origin}data`)).toEqual([toNested(digits)]);
  expect(downloads).toBe(3);
  const asked = server.requests.filter(({ path }) => path === '/data/digits.gz');
  expect(asked.slice(1).map(({ range }) => range)).toEqual(['bytes=2000-', 'bytes=2000-']);
  expect(await call('load', set, `${origin}data`)).toEqual([toNested(digits)]);
  expect(downloads).toBe(3);
}

describe('a page of a secure origin', () => {
  beforeEach(() => open(server.url));

  test('has files', async () => {
    expect(await call('hasPrivateFiles')).toBe(true);
    await checkFiles();
    expect(await call('files', 'write', 'none/file', [1])).toMatch(/^DataError: Could not write 'none\/file': /);
  });

  test('finds its files again after a reload', async () => {
    await call('files', 'write', 'kept', [1, 2, 3]);
    await open(server.url);
    expect(await call('files', 'read', 'kept')).toEqual([1, 2, 3]);
  });

  test('finds the model again that it saved', async () => {
    const kernel = await call('train', 'model.safetensors');
    await open(server.url);
    expect(await call('weightsIn', 'model.safetensors')).toEqual([...kernel, 1]);
  });

  test('downloads a data set once, continuing where it was interrupted, also after a reload', async () => {
    await checkLoading(server.url);
    await open(server.url);
    expect(await call('load', set, `${server.url}data`)).toEqual([toNested(digits)]);
    expect(downloads).toBe(3);
  });
});

describe('a page of an insecure origin', () => {
  beforeEach(() => open(server.url.replace('127.0.0.1', 'plain.test')));

  test('has files that last as long as the page', async () => {
    expect(await call('hasPrivateFiles')).toBe(false);
    await checkFiles();
    await call('files', 'write', 'kept', [1]);
    await open(server.url.replace('127.0.0.1', 'plain.test'));
    expect(await call('files', 'read', 'kept')).toBe('none');
  });

  test('checks and keeps a data set all the same', async () => {
    expect(await call('sha256', [97, 98, 99])).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    await checkLoading(server.url.replace('127.0.0.1', 'plain.test'));
  });
});
