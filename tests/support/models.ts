// Small models and data for tests of training.
import { RandomStream } from '../../src/base/random.js';
import { fromNDArray } from '../../src/tensor/creation.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { dense } from '../../src/nn/layers/index.js';
import type { Model } from '../../src/nn/model/model.js';
import { sequential, type Sequential } from '../../src/nn/model/sequential.js';
import { sgd } from '../../src/nn/optimizers/index.js';

export interface SmallData {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** `count` points [3] in two classes that overlap, drawn from `seed`. */
export function smallData(count: number, seed = 1): SmallData {
  const stream = new RandomStream(seed, 7);
  const labels = Int32Array.from({ length: count }, () => stream.below(2));
  const points = Float32Array.from({ length: count * 3 }, (_, i) => stream.normal() + labels[Math.floor(i / 3)]!);
  return {
    x: fromNDArray({ dtype: 'float32', shape: [count, 3], data: points }),
    y: fromNDArray({ dtype: 'int32', shape: [count], data: labels }),
  };
}

/** 3 inputs, 4 relu units, 2 softmax units, with the same weights each time. */
export function smallModel(options: { readonly compiled?: boolean } = {}): Sequential {
  const model = sequential([
    dense({ units: 4, activation: 'relu', inputShape: [3] }),
    dense({ units: 2, activation: 'softmax' }),
  ]);
  const stream = new RandomStream(5, 5);
  model.setWeights(
    model.weights.map(({ shape, size }) =>
      fromNDArray({ dtype: 'float32', shape, data: Float32Array.from({ length: size }, () => stream.normal()) }),
    ),
  );
  if (options.compiled !== false)
    model.compile({ optimizer: sgd(0.1), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

/** All weights, one after the other. */
export async function weightsOf(model: Model): Promise<number[]> {
  const values = await Promise.all(model.getWeights().map((weight) => weight.data()));
  return values.flatMap((value) => [...value]);
}
