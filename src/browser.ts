// The entry point for browsers.
import { referenceBackend } from './backends/reference/backend.js';
import { wasmBackend } from './backends/wasm/backend.js';
import { browserPictures } from './platform/browser/pictures.js';
import { browserPlatform } from './platform/browser.js';
import { start } from './start.js';

start({
  platform: browserPlatform,
  backends: [wasmBackend(browserPlatform), referenceBackend],
  environment: {},
  hdf5Worker: async (_source, listener) => (await import('./browser-hdf5.js')).startModuleWorker(listener),
  pictures: browserPictures,
});

export * from './api.js';
