// Whole training runs agree with Keras: the same data, initial weights and order of samples give the same numbers.
import { describe, expect, test } from 'vitest';
import { forEachBackend } from '../../../tests/support/engine.js';
import { readGolden, type GoldenArray } from '../../../tests/support/golden.js';
import { expectNear, expectTensor, goldenTensor, optionsOf } from '../../../tests/support/keras.js';
import type { Logs } from '../callbacks/callback.js';
import * as layers from '../layers/index.js';
import * as optimizers from '../optimizers/index.js';
import { l2 } from '../regularizers.js';
import { sequential, type Sequential } from './sequential.js';

interface Run {
  readonly name: string;
  readonly compile: {
    readonly optimizer: 'Adam' | 'SGD';
    readonly optimizer_config: Readonly<Record<string, unknown>>;
    readonly loss: string;
    readonly metrics?: readonly string[];
    readonly weighted_metrics?: readonly string[];
  };
  readonly fit: {
    readonly validation_split?: number;
    readonly sample_weight?: GoldenArray;
    readonly class_weight?: readonly number[];
  };
  readonly validation_data: boolean;
  readonly validation_sample_weight: GoldenArray | null;
  readonly history: Readonly<Record<string, readonly number[]>>;
  readonly batch_logs: readonly Logs[];
  readonly final_weights: readonly GoldenArray[];
  readonly evaluate?: Logs;
  readonly predict?: GoldenArray;
  readonly train_on_batch?: readonly Logs[];
}

interface Network {
  readonly name: string;
  readonly config: readonly { readonly class_name: string; readonly config: Readonly<Record<string, unknown>> }[];
  readonly batch_size: number;
  readonly epochs: number;
  readonly x: GoldenArray;
  readonly y: GoldenArray;
  readonly validation_x: GoldenArray;
  readonly validation_y: GoldenArray;
  readonly initial_weights: readonly GoldenArray[];
  readonly runs: readonly Run[];
}

const { networks } = readGolden('training') as { networks: readonly Network[] };

const factories: Readonly<Record<string, (options: never) => layers.Layer>> = {
  Dense: layers.dense,
  Conv2D: layers.conv2d,
  MaxPooling2D: layers.maxPooling2d,
  AveragePooling2D: layers.averagePooling2d,
  Flatten: layers.flatten,
};

function build(network: Network, compile: Run['compile']): Sequential {
  const model = sequential([layers.input({ shape: network.x.shape.slice(1) })]);
  for (const { class_name: className, config } of network.config) {
    const options = optionsOf(config);
    if (options.kernelRegularizer) options.kernelRegularizer = l2(0.01);
    model.add(factories[className]!(options as never));
  }
  model.setWeights(network.initial_weights.map(goldenTensor));
  const rate = optionsOf(compile.optimizer_config);
  model.compile({
    optimizer: compile.optimizer === 'Adam' ? optimizers.adam(rate) : optimizers.sgd(rate),
    loss: compile.loss,
    metrics: compile.metrics ?? [],
    weightedMetrics: compile.weighted_metrics ?? [],
  });
  return model;
}

function expectLogs(actual: Readonly<Record<string, number>>, expected: Logs): void {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  expectNear(Object.values(actual), Object.values(expected), 2e-5);
}

const cases = networks.flatMap((network) =>
  network.runs.map((run) => ({ label: `${network.name}: ${run.name}`, network, run })),
);

forEachBackend(() => {
  describe('as Keras', () => {
    test.each(cases)('$label', async ({ network, run }) => {
      const [x, y] = [goldenTensor(network.x), goldenTensor(network.y)];
      const validation = [goldenTensor(network.validation_x), goldenTensor(network.validation_y)] as const;
      const model = build(network, run.compile);
      const batchLogs: Logs[] = [];
      const { sample_weight: sampleWeight, class_weight: classWeight, validation_split: validationSplit } = run.fit;
      const { history, epoch } = await model.fit(x, y, {
        batchSize: network.batch_size,
        epochs: network.epochs,
        shuffle: false,
        verbose: 0,
        callbacks: { onTrainBatchEnd: (_, logs) => void batchLogs.push(logs) },
        ...(sampleWeight && { sampleWeight: goldenTensor(sampleWeight) }),
        ...(classWeight && { classWeight: new Map(classWeight.entries()) }),
        ...(validationSplit !== undefined && { validationSplit }),
        ...(run.validation_data && {
          validationData: run.validation_sample_weight
            ? [...validation, goldenTensor(run.validation_sample_weight)]
            : validation,
        }),
      });

      expect(Object.keys(history)).toEqual(Object.keys(run.history));
      for (const [name, values] of Object.entries(run.history)) expectNear(history[name]!, values, 2e-5);
      expect(epoch).toEqual(Array.from({ length: network.epochs }, (_, index) => index));
      expect(batchLogs).toHaveLength(run.batch_logs.length);
      batchLogs.forEach((logs, index) => expectLogs(logs, run.batch_logs[index]!));
      const weights = model.getWeights();
      for (const [index, expected] of run.final_weights.entries()) await expectTensor(weights[index]!, expected, 5e-5);

      if (!run.evaluate || !run.predict || !run.train_on_batch) return;
      const evaluated = await model.evaluate(...validation, {
        batchSize: network.batch_size,
        verbose: 0,
        returnDict: true,
      });
      const sorted = Object.fromEntries(Object.entries(evaluated).sort(([a], [b]) => (a < b ? -1 : 1)));
      expectLogs(sorted, run.evaluate);
      const predicted = await model.predict(validation[0].slice([0, 7]), { batchSize: network.batch_size, verbose: 0 });
      await expectTensor(predicted, run.predict, 5e-5);

      const single = build(network, run.compile);
      for (const expected of run.train_on_batch) {
        const batch = [x, y].map((part) => part.slice([0, network.batch_size]));
        const logs = await single.trainOnBatch(batch[0]!, batch[1]!, { returnDict: true });
        for (const [name, value] of Object.entries(expected)) expectNear([logs[name]!], [value], 2e-5);
      }
    });
  });
});
