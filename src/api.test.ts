// The entry point for Node, used as users use it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import * as nacre from './node.js';
import { setFlags } from './base/flags.js';
import { activeConsole } from './nn/console.js';
import { platform } from './platform/current.js';
import { start } from './start.js';

const { datasets, errors, getBackend, layers, plot, random, sequential, setBackend, tensor, toCategorical, utils } =
  nacre;

let cache: string;
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'nacre-api-'));
  vi.stubEnv('NACRE_CACHE', cache);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true });
});

test('names everything that the documentation names', () => {
  const names = Object.keys(nacre);
  const expected =
    'tensor zeros ones full arange compile grad valueAndGrad variableGradients Tensor Variable variable random layers losses metrics optimizers schedules initializers regularizers activations callbacks sequential Sequential History datasets utils toCategorical setRandomSeed setBackend getBackend plot errors confusionMatrix classificationReport rocCurve rocCurves precisionRecallCurve precisionRecallCurves rocAuc averagePrecision auc calibrationCurve Picture plotHistory plotLines plotBars plotConfusionMatrix plotRoc plotPrecisionRecall plotCalibration showImages plotMisclassified plotModel plotWeights plotActivations images networks networkNames loadModel setPictureLanguage';
  for (const name of expected.split(' ')) expect(names).toContain(name);
  expect(utils.toCategorical).toBe(toCategorical);
});

describe('backends', () => {
  test('are chosen by name, with a number of threads, and values go along', async () => {
    const values = tensor([1, 2, 3]).mul(2);
    expect(await setBackend('reference')).toEqual({ name: 'reference', threads: 1 });
    expect(await values.sum().item()).toBe(12);
    expect(await setBackend('wasm', { threads: 2 })).toEqual({ name: 'wasm', threads: 2 });
    expect(await setBackend({ threads: 1 })).toEqual({ name: 'wasm', threads: 1 });
    expect(await values.add(1).array()).toEqual([3, 5, 7]);
    expect(await setBackend('native', { threads: 3 })).toEqual({ name: 'native', threads: 3 });
    expect(await values.add(2).array()).toEqual([4, 6, 8]);
    expect(await getBackend()).toEqual({ name: 'native', threads: 3 });
  });

  test('that do not exist are refused, with the nearest', async () => {
    await expect(setBackend('refrence')).rejects.toThrow(/Unknown backend 'refrence'. Did you mean 'reference'/);
    await expect(setBackend({ threads: 0 })).rejects.toThrow(/at least 1, received 0/);
    await expect(setBackend({ thread: 2 } as never)).rejects.toThrow(/option of setBackend 'thread'.*'threads'/);
  });
});

describe('start', () => {
  test('connects what models print to the terminal of the platform', () => {
    const { terminal } = platform();
    const { isTerminal, columns, colour } = activeConsole();
    expect({ isTerminal, columns, colour }).toEqual({
      isTerminal: terminal.isTerminal,
      columns: terminal.columns,
      colour: terminal.colour,
    });
  });

  test('heeds the environment, and names a variable that it cannot heed', async () => {
    const { referenceBackend } = await import('./backends/reference/backend.js');
    const { nodePlatform } = await import('./platform/node.js');
    const { wasmBackend } = await import('./backends/wasm/backend.js');
    const { testNative } = await import('../tests/support/native.js');
    const backends = [testNative(), wasmBackend(nodePlatform), referenceBackend];
    const before = await getBackend();
    start({ platform: nodePlatform, backends, environment: { NACRE_BACKEND: 'reference' } });
    expect((await getBackend()).name).toBe('reference');
    start({ platform: nodePlatform, backends, environment: { NACRE_THREADS: '3' } });
    expect(await getBackend()).toEqual({ name: 'native', threads: 3 });
    start({ platform: nodePlatform, backends, environment: { NACRE_BACKEND: 'wasm', NACRE_THREADS: '2' } });
    expect(await getBackend()).toEqual({ name: 'wasm', threads: 2 });
    expect(() => start({ platform: nodePlatform, backends, environment: { NACRE_THREADS: 'all' } })).toThrow(
      errors.ValueError,
    );
    setFlags({ backend: undefined, threads: undefined, debug: 0 });
    expect(before.name).toBe('native');
  });
});

test.each(['native', 'wasm', 'reference'])('MNIST comes as tensors of bytes, and trains on %s', async (backend) => {
  expect((await setBackend(backend)).name).toBe(backend);
  const [[xTrain, yTrain], [xTest, yTest]] = await datasets.mnist.load();
  expect([xTrain, yTrain, xTest, yTest].map(String)).toEqual([
    'Tensor uint8 [60000, 28, 28]',
    'Tensor uint8 [60000]',
    'Tensor uint8 [10000, 28, 28]',
    'Tensor uint8 [10000]',
  ]);
  nacre.setRandomSeed(1);
  const model = sequential([
    layers.flatten({ inputShape: [28, 28] }),
    layers.dense({ units: 32, activation: 'relu' }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  await model.fit(xTrain.slice([0, 4000]).div(255), yTrain.slice([0, 4000]), { epochs: 2, verbose: 0 });
  const [, accuracy] = await model.evaluate(xTest.div(255), yTest, { verbose: 0 });
  expect(accuracy).toBeGreaterThan(0.85);
});

test('an image is drawn from a tensor’s values', async () => {
  const image = await random.uniform([4, 6], 0, 1, { seed: 1 }).realize();
  expect(
    plot
      .imageToBlocks(image)
      .split('\n')
      .map((line) => line.length),
  ).toEqual([6, 6]);
});
