// Files that Keras itself wrote: tools/golden/keras_files.py.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { resetConsole } from '../../../../tests/support/console.js';
import { useBackend } from '../../../../tests/support/engine.js';
import { goldenArray, readGolden, type GoldenArray } from '../../../../tests/support/golden.js';
import { memoryFiles } from '../../../base/files.js';
import { fromNDArray } from '../../../tensor/creation.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { Variable } from '../../../tensor/variable.js';
import { setFiles } from '../../files.js';
import { ones } from '../../initializers.js';
import { Layer, type LayerOptions, type PartialShape } from '../../layers/layer.js';
import type { Sequential } from '../../model/sequential.js';
import { loadModel } from '../load-model.js';

interface Recorded {
  readonly name: string;
  readonly x: GoldenArray;
  readonly predictions: GoldenArray;
}

const recorded = readGolden('keras_files') as {
  readonly layers: readonly (Recorded & { readonly weights: readonly GoldenArray[] })[];
  readonly optimizers: readonly (Recorded & {
    readonly y: GoldenArray;
    readonly state: readonly GoldenArray[];
    readonly weights_after: readonly GoldenArray[];
  })[];
};

const fileOf = (name: string): Uint8Array =>
  new Uint8Array(gunzipSync(readFileSync(new URL(`../../../../tests/golden/files/keras/${name}.gz`, import.meta.url))));

useBackend();
const files = memoryFiles();
beforeEach(() => {
  resetConsole();
  setFiles(files);
});

/** What `shop>Scale` of the recorder is. */
class Scale extends Layer {
  readonly className = 'Scale';
  #factor: Variable | undefined;

  constructor(options: LayerOptions & { readonly start: number }) {
    const { start: _start, ...rest } = options;
    super('Scale', rest);
  }

  protected override build(inputShape: PartialShape): void {
    this.#factor = this.addWeight('factor', [inputShape.at(-1)!], ones());
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return inputShape;
  }

  override call(x: Tensor): Tensor {
    return x.mul(this.made(this.#factor));
  }
}

const customObjects = { Scale };

const tensorOf = (array: GoldenArray): Tensor => fromNDArray(goldenArray(array));

function expectClose(actual: ArrayLike<number>, expected: GoldenArray, tolerance: number): void {
  const { data } = goldenArray(expected);
  expect(actual.length).toBe(data.length);
  data.forEach((value, index) =>
    expect(Math.abs(actual[index]! - value)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(value))),
  );
}

async function expectPredictions(model: Sequential, { x, predictions }: Recorded, tolerance: number): Promise<void> {
  const predicted = await model.predict(tensorOf(x), { verbose: 0 });
  expect(predicted.shape).toEqual(predictions.shape);
  expectClose(await predicted.data(), predictions, tolerance);
}

async function expectWeights(model: Sequential, expected: readonly GoldenArray[], tolerance: number): Promise<void> {
  const weights = model.getWeights();
  expect(weights.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
  for (const [index, weight] of weights.entries()) expectClose(await weight.data(), expected[index]!, tolerance);
}

describe('layers', () => {
  // Half precision is computed in float32 here.
  const tolerances: Readonly<Record<string, number>> = { float16: 5e-3, bfloat16: 4e-2 };

  test.each(recorded.layers.map((each) => [each.name, each] as const))('%s', async (name, each) => {
    const model = await loadModel(fileOf(`${name}.keras`), { customObjects });
    await expectWeights(model, each.weights, 0);
    await expectPredictions(model, each, tolerances[name] ?? 1e-5);
    // The same weights from the file of weights alone, into a model of others.
    model.setWeights(model.getWeights().map((weight) => weight.mul(0)));
    await files.write(`${name}.weights.h5`, fileOf(`${name}.weights.h5`));
    await model.loadWeights(`${name}.weights.h5`);
    await expectWeights(model, each.weights, 0);
  });

  test('a layer of the author is asked for by its name', async () => {
    await expect(loadModel(fileOf('custom.keras'))).rejects.toThrow(/Scale/);
  });
});

describe('optimizers, five steps on', () => {
  test.each(recorded.optimizers.map((each) => [each.name, each] as const))('%s', async (name, each) => {
    const model = await loadModel(fileOf(`${name}.keras`));
    const { optimizer } = model;
    expect(optimizer!.variables.map(({ shape }) => shape)).toEqual(each.state.map(({ shape }) => shape));
    for (const [index, variable] of optimizer!.variables.entries())
      expectClose(await variable.value.data(), each.state[index]!, 0);
    await expectPredictions(model, each, 1e-5);
    await model.trainOnBatch(tensorOf(each.x), tensorOf(each.y));
    await expectWeights(model, each.weights_after, 2e-5);
  });

  test('the state comes with the weights alone, too', async () => {
    const each = recorded.optimizers.find(({ name }) => name === 'adam-amsgrad')!;
    const model = await loadModel(fileOf('adam.keras'), { compile: false });
    const same = await loadModel(fileOf('adam-amsgrad.keras'));
    model.compile({ optimizer: same.optimizer!, loss: 'sparseCategoricalCrossentropy' });
    await files.write('a.weights.h5', fileOf('adam-amsgrad.weights.h5'));
    await model.loadWeights('a.weights.h5');
    await expectPredictions(model, each, 1e-5);
  });
});
