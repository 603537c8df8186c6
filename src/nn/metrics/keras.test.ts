// Metrics agree with Keras: what `accuracy` means for the shapes at hand, and running results batch by batch.
import { expect, test } from 'vitest';
import { forEachBackend } from '../../../tests/support/engine.js';
import { readGolden, type GoldenArray } from '../../../tests/support/golden.js';
import { expectNear, goldenTensor } from '../../../tests/support/keras.js';
import { compile } from '../../tensor/compile.js';
import { ones } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import { MeanMetric } from './mean.js';
import { resolveMetric } from './resolve.js';

interface MetricCase {
  readonly name: string;
  readonly metric: string;
  readonly class: string;
  readonly batches: readonly number[];
  readonly y_true: GoldenArray;
  readonly y_pred: GoldenArray;
  readonly sample_weight: GoldenArray | null;
  readonly results: readonly number[];
}

const { cases } = readGolden('metrics') as { cases: readonly MetricCase[] };

forEachBackend(() => {
  test.each(cases.map((recorded) => [recorded.name, recorded] as const))('%s', async (_, recorded) => {
    const labels = goldenTensor(recorded.y_true);
    const predictions = goldenTensor(recorded.y_pred);
    const weights = recorded.sample_weight ? goldenTensor(recorded.sample_weight).flatten() : ones([labels.shape[0]!]);
    const metric = resolveMetric(recorded.metric, undefined, labels.shape, predictions.shape);
    expect(metric.name).toBe(recorded.metric);
    expect(metric instanceof MeanMetric && metric.className).toBe(recorded.class);

    const step = compile((yTrue: Tensor, yPred: Tensor, w: Tensor) => metric.update(yTrue, yPred, w));
    const results: number[] = [];
    let start = 0;
    for (const size of recorded.batches) {
      const batch = [start, start + size] as const;
      await step(labels.slice(batch), predictions.slice(batch), weights.slice(batch));
      results.push(metric.result(await Promise.all(metric.variables.map((variable) => variable.value.realize()))));
      start += size;
    }
    expectNear(results, recorded.results, 1e-6);
    step.dispose();
  });
});
