// A page, or a worker of one, as a platform.
import { browserDatabase } from './browser/database.js';
import { browserFiles } from './browser/files.js';
import { consoleTerminal } from './browser/terminal.js';
import { browserWorkers } from './browser/workers.js';
import { performanceClock } from './clock.js';
import type { Platform } from './platform.js';

const files = browserFiles();

export const browserPlatform: Platform = {
  files,
  terminal: consoleTerminal((line) => console.log(line)),
  clock: performanceClock,
  workers: browserWorkers,
  fetch: (url, init) => globalThis.fetch(url, init),
  database: browserDatabase(),
  // Loaded with the first one.
  download: async (name, bytes) => (await import('./browser/download.js')).download(name, bytes),
  cacheDirectory: async (purpose) => {
    const directory = `nacre/${purpose}`;
    await files.makeDirectory(directory);
    return directory;
  },
  // A page has no folder of packages; its bundler has already taken what it imports.
  resolvePackageFile: () => undefined,
  machine: () => [
    ['Browser', navigator.userAgent],
    ['Processor', `${navigator.hardwareConcurrency} threads`],
  ],
  warn: (message) => console.warn(message),
  // Nobody presses Ctrl-C on a page; a callback or a button stops training there.
  onInterrupt: () => () => undefined,
};
