// The entry point for browsers.
import { wasmBackend } from './backends/wasm/backend.js';
import { browserPlatform } from './platform/browser.js';
import type { PictureServices } from './plot/services.js';
import type { BackendFactory } from './runtime/backend.js';
import { start } from './start.js';

/** Loaded when it is chosen, or nothing else works: a page carries what it uses. */
const lazyReferenceBackend: BackendFactory = {
  name: 'reference',
  create: async (options) => (await import('./backends/reference/backend.js')).referenceBackend.create(options),
};

const browserPictures = async (): Promise<PictureServices> =>
  (await import('./platform/browser/pictures.js')).browserPictures;

/** Loaded with the first picture. */
const lazyPictures: PictureServices = {
  draw: async (svg, scale) => (await browserPictures()).draw(svg, scale),
  save: async (path, bytes, mediaType) => (await browserPictures()).save(path, bytes, mediaType),
  show: async (picture) => (await browserPictures()).show(picture),
};

start({
  platform: browserPlatform,
  backends: [wasmBackend(browserPlatform), lazyReferenceBackend],
  environment: {},
  hdf5Worker: async (_source, listener) => (await import('./browser-hdf5.js')).startModuleWorker(listener),
  pictures: lazyPictures,
});

export * from './api.js';
