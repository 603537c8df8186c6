// Runs what is written with tensors, layers and models on every backend, and compares with the reference.
import { afterAll, beforeAll, expect } from 'vitest';
import { wasmBackend } from '../../src/backends/wasm/backend.js';
import type { NDArray } from '../../src/base/ndarray.js';
import { Engine, setEngine } from '../../src/engine/engine.js';
import { setRandomSeed } from '../../src/nn/naming.js';
import { nodePlatform } from '../../src/platform/node.js';
import type { BackendFactory } from '../../src/runtime/backend.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { interpreterBackend, meeting4 } from '../support/interpreter-backend.js';
import { onlyNative } from '../support/native.js';
import { RecordedPrograms } from '../support/recorded-programs.js';
import { differenceOf, type Tolerance } from '../support/tolerance.js';

/** What is computed, by name. It has to make anew whatever it uses. */
export type Scenario = () => Readonly<Record<string, Tensor>> | Promise<Readonly<Record<string, Tensor>>>;

const wasm = wasmBackend(nodePlatform);

const recorded = new RecordedPrograms();

interface Place {
  readonly factory: BackendFactory;
  readonly threads: number;
  /** Those of one number give the same bits: native code may make one instruction of a product and a sum. */
  readonly bits: number;
}

const places: readonly Place[] = [
  { factory: recorded.reference, threads: 1, bits: 0 },
  ...(onlyNative ? [] : [{ factory: interpreterBackend(meeting4), threads: 1, bits: 1 }]),
  ...(onlyNative ? [] : [1, 2, 3].map((threads) => ({ factory: wasm, threads, bits: 1 }))),
  ...[1, 2, 3].map((threads) => ({ factory: recorded.native, threads, bits: 2 })),
];

/** Sums of float32 in another order than the reference's, and functions within some units in the last place. */
export const usual: Tolerance = { ofLargest: 1e-5 };

export class Everywhere {
  #engines: Engine[] = [];

  open(): void {
    this.#engines = places.map(({ factory, threads }) => new Engine({ backends: [factory], threads }));
  }

  async close(): Promise<void> {
    await Promise.all(this.#engines.map((engine) => engine.close()));
    await recorded.remove();
  }

  /** Expects the results of the reference, and the same bits from the interpreter and wasm, and from native code. */
  async agree(scenario: Scenario, tolerance: Tolerance = usual): Promise<void> {
    const results = await this.#results(scenario);
    const expected = results[0]!;
    places.forEach(({ factory, threads, bits }, i) => {
      const where = `${factory.name} with ${threads} threads`;
      const same = results[places.findIndex((place) => place.bits === bits)]!;
      expect(Object.keys(results[i]!), where).toEqual(Object.keys(expected));
      for (const [name, array] of Object.entries(results[i]!)) {
        expect(differenceOf(array, expected[name]!, tolerance), `${name}, ${where}`).toBeUndefined();
        expect(differenceOf(array, same[name]!), `bits of ${name}, ${where}`).toBeUndefined();
      }
    });
  }

  async #results(scenario: Scenario): Promise<Record<string, NDArray>[]> {
    const results: Record<string, NDArray>[] = [];
    for (const [i, engine] of this.#engines.entries()) {
      // All that the reference was asked for by this scenario.
      if (places[i]!.factory === recorded.native) await recorded.compile();
      setEngine(engine);
      setRandomSeed(7);
      const backend = await engine.backend();
      expect([backend.name, backend.threads]).toEqual([places[i]!.factory.name, places[i]!.threads]);
      const named = Object.entries(await scenario());
      // All in one program, so that what they share is computed once.
      const arrays = await engine.evaluate(named.map(([, { node }]) => node));
      results.push(Object.fromEntries(named.map(([name], position) => [name, arrays[position]!])));
    }
    return results;
  }
}

/** Every backend, open while the tests of this file run. */
export function useEverywhere(): Everywhere {
  const everywhere = new Everywhere();
  beforeAll(() => everywhere.open());
  afterAll(() => everywhere.close());
  return everywhere;
}
