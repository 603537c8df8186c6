// Training on the machine underneath: the same bits for any number of threads, and no memory that is not given back.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resetConsole } from '../../../tests/support/console.js';
import { smallData, smallModel } from '../../../tests/support/models.js';
import { testNative } from '../../../tests/support/native.js';
import { referenceBackend } from '../../backends/reference/backend.js';
import { wasmBackend } from '../../backends/wasm/backend.js';
import { Engine, setEngine } from '../../engine/engine.js';
import { nodePlatform } from '../../platform/node.js';
import type { BackendFactory, DeviceBuffer } from '../../runtime/backend.js';
import { uniform } from '../../tensor/random.js';
import { dense, dropout } from '../layers/index.js';
import { setRandomSeed } from '../naming.js';
import { sequential } from './sequential.js';

beforeAll(() => resetConsole());

test.each([wasmBackend(nodePlatform), testNative()])(
  'the same seed gives the same bits for 1, 2, 3 and 4 threads: $name',
  async (factory) => {
    const x = uniform([96, 300], 0, 1, { seed: 1 });
    const y = uniform([96], 0, 1, { seed: 2 }).mul(10).floor().cast('int32');
    const results: Float32Array[] = [];
    for (const threads of [1, 2, 3, 4]) {
      const engine = new Engine({ backends: [factory], threads });
      setEngine(engine);
      const backend = await engine.backend();
      expect([backend.name, backend.threads]).toEqual([factory.name, threads]);
      setRandomSeed(4);
      const model = sequential([
        dense({ units: 256, activation: 'relu', inputShape: [300] }),
        dropout({ rate: 0.2 }),
        dense({ units: 10, activation: 'softmax' }),
      ]);
      model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
      await model.fit(x, y, { verbose: 0, batchSize: 20, epochs: 2 });
      results.push((await model.getWeights()[0]!.data()) as Float32Array);
      await engine.close();
    }
    for (const result of results.slice(1)) expect(result).toEqual(results[0]);
  },
);

/** `factory` whose backends add up the bytes that are allocated and not freed. */
function counting(factory: BackendFactory, live: { bytes: number }): BackendFactory {
  return {
    name: factory.name,
    create: async (options) => {
      const backend = await factory.create(options);
      const freed = new WeakSet<DeviceBuffer>();
      return new Proxy(backend, {
        get: (target, name): unknown => {
          if (name === 'allocate')
            return (byteLength: number) => {
              live.bytes += byteLength;
              return target.allocate(byteLength);
            };
          if (name === 'free')
            return (buffer: DeviceBuffer) => {
              if (!freed.has(buffer)) live.bytes -= buffer.byteLength;
              freed.add(buffer);
              target.free(buffer);
            };
          const value: unknown = Reflect.get(target, name);
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        },
      });
    },
  };
}

describe('memory', () => {
  const live = { bytes: 0 };
  const engine = new Engine({ backends: [counting(referenceBackend, live)], threads: 1 });
  beforeAll(() => setEngine(engine));
  afterAll(() => engine.close());

  test('200 epochs grow no buffer, and fit gives back what the data took', async () => {
    const { x, y } = smallData(30);
    const model = smallModel();
    const options = { batchSize: 8, validationData: [x, y], verbose: 0 } as const;
    await model.fit(x, y, options);
    const afterOne = live.bytes;
    const epochs: number[] = [];
    await model.fit(x, y, { ...options, epochs: 200, callbacks: { onEpochEnd: () => void epochs.push(live.bytes) } });
    expect(new Set(epochs).size).toBe(1);
    expect(live.bytes).toBe(afterOne);
    // The data was in the backend's memory while it trained, and no longer is.
    expect(epochs[0]! - live.bytes).toBeGreaterThanOrEqual(2 * 30 * (3 + 1) * 4);
  });

  test('evaluate and predict give back what the data took', async () => {
    const { x, y } = smallData(50);
    const model = smallModel();
    await model.evaluate(x, y, { verbose: 0 });
    await model.predict(x.add(1), { verbose: 0 });
    const before = live.bytes;
    for (let round = 0; round < 3; round++) {
      await model.evaluate(x, y, { verbose: 0 });
      await model.predict(x.add(1), { verbose: 0 });
    }
    expect(live.bytes).toBe(before);
  });
});
