// Metrics with their options agree with Keras's classes: running results batch by batch, vectors, configurations.
import { expect, test } from 'vitest';
import { forEachBackend } from '../../../tests/support/engine.js';
import { readGolden, type GoldenArray } from '../../../tests/support/golden.js';
import { expectNear, goldenTensor, optionsOf } from '../../../tests/support/keras.js';
import { compile } from '../../tensor/compile.js';
import { ones } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import * as metrics from './index.js';
import type { MeanMetric } from './mean.js';
import { StatefulMetric } from './stateful.js';

interface ClassCase {
  readonly name: string;
  readonly class: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly config: Readonly<Record<string, unknown>>;
  readonly batches: readonly number[];
  readonly y_true: GoldenArray;
  readonly y_pred: GoldenArray;
  readonly sample_weight: GoldenArray | null;
  readonly results: readonly (number | string | readonly (number | string)[])[];
}

const { cases } = readGolden('metric_classes') as { cases: readonly ClassCase[] };

/** Keras's class names as ours: `AUC` is auc, `MeanIoU` meanIoU, `F1Score` f1Score. */
function makerOf(className: string): (options: unknown) => MeanMetric | StatefulMetric {
  const wanted = className.toLowerCase();
  const [, make] = Object.entries(metrics).find(([name]) => name.toLowerCase() === wanted && /^[a-z]/.test(name))!;
  return make as never;
}

forEachBackend(() => {
  test.each(cases.map((recorded) => [recorded.name, recorded] as const))('%s', async (_, recorded) => {
    const labels = goldenTensor(recorded.y_true);
    const predictions = goldenTensor(recorded.y_pred);
    const weights = recorded.sample_weight ? goldenTensor(recorded.sample_weight) : ones([labels.shape[0]!]);
    const metric = makerOf(recorded.class)(optionsOf(recorded.options));
    const { name, dtype, ...config } = metric.getConfig();
    expect(metric.className).toBe(recorded.class);
    expect([name, dtype]).toEqual([metric.name, 'float32']);
    expect(config).toEqual(recorded.config);
    const known = Object.entries(config).filter(([, value]) => value !== null);
    const again = makerOf(recorded.class)(optionsOf(Object.fromEntries(known)));
    if (config.class_aggregation !== null) expect(again.getConfig()).toMatchObject(config);

    const step = compile((yTrue: Tensor, yPred: Tensor, w: Tensor) => metric.update(yTrue, yPred, w));
    let start = 0;
    for (const [index, size] of recorded.batches.entries()) {
      const batch = [start, start + size] as const;
      await step(labels.slice(batch), predictions.slice(batch), weights.slice(batch));
      start += size;
      const expected = [recorded.results[index]!].flat().map(Number);
      const state = await Promise.all(metric.variables.map((variable) => variable.read()));
      const result = metric.result(state);
      expectNear([result], [expected.reduce((sum, value) => sum + value, 0) / expected.length], 2e-6);
      if (metric instanceof StatefulMetric) expectNear(await metric.resultVector(), expected, 2e-6);
    }
    step.dispose();
  });
});
