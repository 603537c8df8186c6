// The WebAssembly backend in a real browser: sharing memory where the page is isolated, with one worker elsewhere.
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { wasmBackend } from '../../src/backends/wasm/backend.js';
import { nodePlatform } from '../../src/platform/node.js';
import { runAccumulation, type Accumulation } from '../support/accumulation.js';
import type { LoopbackServer } from '../support/loopback-server.js';
import { bundle, isolationHeaders, launchChromium, openPage, servePage } from '../support/page.js';
import type { WasmPage } from './wasm-page.js';

let script: string;
let browser: Browser;
let server: LoopbackServer;
let page: Page;
let expected: Accumulation;

beforeAll(async () => {
  script = await bundle(fileURLToPath(new URL('wasm-page.ts', import.meta.url)));
  browser = await launchChromium();
  expected = await runAccumulation(wasmBackend({ workers: nodePlatform.workers }), 1);
});

afterAll(() => browser.close());

afterEach(async () => {
  await page.close();
  await server.close();
});

async function open(headers: Readonly<Record<string, string>>): Promise<void> {
  server = await servePage(script, headers);
  page = await openPage(browser, server.url, 'wasmPage');
}

function run(threads: number, sharedMemory?: boolean): Promise<Accumulation | string> {
  return page.evaluate(
    ([count, shared]) => (globalThis as unknown as { wasmPage: WasmPage }).wasmPage.run(count, shared),
    [threads, sharedMemory] as const,
  );
}

function isIsolated(): Promise<boolean> {
  return page.evaluate(() => (globalThis as unknown as { wasmPage: WasmPage }).wasmPage.isIsolated());
}

describe('a page that is cross-origin isolated', () => {
  test.each([1, 2, 3, 4])('computes the same bits as Node on %i threads', async (threads) => {
    await open(isolationHeaders);
    expect(await isIsolated()).toBe(true);
    expect(await run(threads)).toEqual({ ...expected, threads });
  });

  test('can do without sharing memory', async () => {
    await open(isolationHeaders);
    expect(await run(4, false)).toEqual({ ...expected, threads: 1 });
  });
});

describe('a page that is not cross-origin isolated', () => {
  test('computes the same bits on one worker', async () => {
    await open({});
    expect(await isIsolated()).toBe(false);
    expect(await run(4)).toEqual({ ...expected, threads: 1 });
  });
});

describe('a page with a content security policy', () => {
  test('says that it must allow workers from blobs', async () => {
    await open({ 'content-security-policy': "script-src 'self' 'unsafe-eval'; worker-src 'self'" });
    expect(await run(1)).toMatch(/^StateError: Worker 1 of 1 .*content security policy must allow worker-src blob:/);
  });

  test('says that it must allow WebAssembly', async () => {
    await open({ 'content-security-policy': "default-src 'self'; worker-src blob:" });
    expect(await run(1)).toMatch(
      /^StateError: The wasm backend needs .*'wasm-unsafe-eval' in a content security policy/,
    );
  });

  test('can be strict otherwise', async () => {
    await open({
      ...isolationHeaders,
      'content-security-policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:",
    });
    expect(await run(2)).toEqual({ ...expected, threads: 2 });
  });
});
