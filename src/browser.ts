// The entry point for browsers.
import { wasmBackend } from './backends/wasm/backend.js';
import { browserPictures } from './platform/browser/pictures.js';
import { browserPlatform } from './platform/browser.js';
import type { BackendFactory } from './runtime/backend.js';
import { start } from './start.js';

/** Loaded when it is chosen, or nothing else works: a page carries what it uses. */
const lazyReferenceBackend: BackendFactory = {
  name: 'reference',
  create: async (options) => (await import('./backends/reference/backend.js')).referenceBackend.create(options),
};

start({
  platform: browserPlatform,
  backends: [wasmBackend(browserPlatform), lazyReferenceBackend],
  environment: {},
  hdf5Worker: async (_source, listener) => (await import('./browser-hdf5.js')).startModuleWorker(listener),
  pictures: browserPictures,
});

export * from './api.js';
