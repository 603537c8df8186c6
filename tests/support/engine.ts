// Gives a test file an engine, and runs one suite on every backend there is.
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { referenceBackend } from '../../src/backends/reference/backend.js';
import { wasmBackend } from '../../src/backends/wasm/backend.js';
import { Engine, setEngine } from '../../src/engine/engine.js';
import { nodePlatform } from '../../src/platform/node.js';
import type { BackendFactory } from '../../src/runtime/backend.js';
import { compileTimeout } from './compiled-files.js';
import { RecordedPrograms } from './recorded-programs.js';

const recorded = new RecordedPrograms();

/**
 * The backends that `forEachBackend` runs a suite on. The reference stands first: it is the oracle for the others, and
 * what it was asked for is compiled in one go for native code, which stands last.
 */
export const testBackends: readonly BackendFactory[] = [recorded.reference, wasmBackend(nodePlatform), recorded.native];

/** All tensors of the tests of this file (or of the enclosing `describe`) are computed on `factory`. */
export function useBackend(factory: BackendFactory = referenceBackend): void {
  let engine: Engine | undefined;
  beforeAll(() => {
    engine = new Engine({ backends: [factory], threads: 2 });
    setEngine(engine);
  });
  afterAll(async () => {
    expect((await engine?.backend())?.name).toBe(factory.name);
    await engine?.close();
  });
}

/** Runs `suite` once on each backend, under its name. */
export function forEachBackend(suite: (backend: BackendFactory) => void): void {
  for (const factory of testBackends)
    describe(factory.name, () => {
      if (factory === recorded.native) beforeAll(() => recorded.compile(), compileTimeout);
      useBackend(factory);
      suite(factory);
    });
  afterAll(() => recorded.remove());
}
