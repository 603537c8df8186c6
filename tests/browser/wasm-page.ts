// What wasm.test.ts calls in a page: the WebAssembly backend over the browser's workers.
import { wasmBackend } from '../../src/backends/wasm/backend.js';
import { browserPlatform } from '../../src/platform/browser.js';
import { runAccumulation, type Accumulation } from '../support/accumulation.js';

const page = {
  isIsolated: (): boolean => globalThis.crossOriginIsolated,
  /** The result, or the error as text. */
  run: async (threads: number, sharedMemory?: boolean): Promise<Accumulation | string> => {
    try {
      const factory = wasmBackend({
        workers: browserPlatform.workers,
        everyThread: true,
        ...(sharedMemory !== undefined && { sharedMemory }),
      });
      return await runAccumulation(factory, threads);
    } catch (error) {
      return String(error);
    }
  },
};

export type WasmPage = typeof page;

(globalThis as unknown as { wasmPage: WasmPage }).wasmPage = page;
