// Gives a test file an engine, and runs one suite on every backend there is.
import { afterAll, beforeAll, describe } from 'vitest';
import { referenceBackend } from '../../src/backends/reference/backend.js';
import { wasmBackend } from '../../src/backends/wasm/backend.js';
import { Engine, setEngine } from '../../src/engine/engine.js';
import { nodePlatform } from '../../src/platform/node.js';
import type { BackendFactory } from '../../src/runtime/backend.js';

/** The backends that `forEachBackend` runs a suite on. The reference stands first: it is the oracle for the others. */
export const testBackends: readonly BackendFactory[] = [referenceBackend, wasmBackend(nodePlatform)];

/** All tensors of the tests of this file (or of the enclosing `describe`) are computed on `factory`. */
export function useBackend(factory: BackendFactory = referenceBackend): void {
  let engine: Engine | undefined;
  beforeAll(() => {
    engine = new Engine({ backends: [factory], threads: 2 });
    setEngine(engine);
  });
  afterAll(() => engine?.close());
}

/** Runs `suite` once on each backend, under its name. */
export function forEachBackend(suite: (backend: BackendFactory) => void): void {
  for (const factory of testBackends)
    describe(factory.name, () => {
      useBackend(factory);
      suite(factory);
    });
}
