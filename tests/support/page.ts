// Serves a page that Vite bundled from one script, with the headers that a test wants, and opens it in Chromium.
import { chromium, type Browser, type Page } from 'playwright-core';
import { build } from 'vite';
import { findChromium, launchOptions } from '../../tools/chromium.mjs';
import { startServer, type LoopbackServer } from './loopback-server.js';

/** One file of a script and all that it imports, now or later, as Vite makes it. */
export async function bundle(entry: string): Promise<string> {
  const built = await build({
    logLevel: 'error',
    configFile: false,
    build: {
      write: false,
      lib: { entry, formats: ['es'] },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  const output = (Array.isArray(built) ? built : [built]).flatMap((result) =>
    'output' in result ? result.output : [],
  );
  return output.map((part) => (part.type === 'chunk' ? part.code : '')).join('');
}

/** The headers that make a page cross-origin isolated, so that it may share memory with its workers. */
export const isolationHeaders = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

export async function launchChromium(): Promise<Browser> {
  return chromium.launch(launchOptions(findChromium()!));
}

/** A server of one page that runs `script`. */
export async function servePage(script: string, headers: Readonly<Record<string, string>>): Promise<LoopbackServer> {
  return startServer((request, response) => {
    const type = request.url === '/' ? 'text/html' : 'text/javascript';
    const body = request.url === '/' ? '<script type="module" src="page.js"></script>' : script;
    if (request.url !== '/' && request.url !== '/page.js') response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': type, ...headers }).end(body);
  });
}

/** A new page at `url`, once its script has set the global `name`. */
export async function openPage(browser: Browser, url: string, name: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForFunction((global) => global in globalThis, name);
  return page;
}
