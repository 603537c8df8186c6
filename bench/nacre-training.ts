// Trains with Nacre, by fit or by a training loop of one's own.
import {
  arange,
  compile,
  losses,
  optimizers,
  random,
  scalar,
  variable,
  variableGradients,
  type Sequential,
} from 'nacre';
import type { Reference } from './implementation.js';
import { createModel, loadSamples } from './networks.js';
import { checkedSteps, type Training } from './workloads.js';

/** A model with the samples that it trains on. */
interface Trainer {
  readonly model: Sequential;
  /** Trains; gives the milliseconds from the end of each epoch to the end of the next. */
  train(epochs: number, shuffle: boolean): Promise<number[]>;
}

async function fitTrainer({ batchSize }: Training, samples: number, model: Sequential): Promise<Trainer> {
  const [x, y] = await loadSamples(samples);
  return {
    model,
    train: async (epochs, shuffle) => {
      const ends: number[] = [];
      const callbacks = { onEpochEnd: () => void ends.push(performance.now()) };
      await model.fit(x, y, { epochs, batchSize, shuffle, verbose: 0, callbacks });
      return differences(ends);
    },
  };
}

/** The loop of examples/training-loop.ts. */
async function loopTrainer({ batchSize }: Training, samples: number, model: Sequential): Promise<Trainer> {
  const [xAll, yAll] = await loadSamples(samples);
  const loss = losses.sparseCategoricalCrossentropy();
  const optimizer = optimizers.adam();
  const weights = model.trainableWeights;
  const order = variable(arange(samples));
  const begin = variable(scalar(0, 'int32'));
  const lossSum = variable(scalar(0));
  const step = compile(() => {
    const rows = order.value.gather(arange(batchSize).add(begin.value));
    const [x, y] = [xAll.gather(rows), yAll.gather(rows)];
    const { value, gradients } = variableGradients(() => loss.call(y, model.apply(x, { training: true })), weights);
    optimizer.applyGradients(gradients, weights);
    begin.assign(begin.value.add(batchSize));
    lossSum.assign(lossSum.value.add(value));
  });
  return {
    model,
    train: async (epochs, shuffle) => {
      const ends: number[] = [];
      for (let epoch = 0; epoch < epochs; epoch++) {
        order.assign(shuffle ? random.permutation(samples) : arange(samples));
        begin.assign(scalar(0, 'int32'));
        lossSum.assign(scalar(0));
        await step.repeat(Math.floor(samples / batchSize));
        await lossSum.value.item();
        ends.push(performance.now());
      }
      return differences(ends);
    },
  };
}

function differences(values: readonly number[]): number[] {
  return values.slice(1).map((value, i) => value - values[i]!);
}

function trainerOf(workload: Training, samples: number, byLoop = workload.loop === true): Promise<Trainer> {
  return (byLoop ? loopTrainer : fitTrainer)(workload, samples, createModel(workload));
}

/** fit draws its own order of the samples. A loop of one's own is compared with it in the order of the data. */
async function weightsAfterAnEpoch(
  workload: Training,
  shuffle: boolean,
  byLoop: boolean,
): Promise<ArrayLike<number>[]> {
  const trainer = await trainerOf(workload, checkedSteps * workload.batchSize, byLoop);
  await trainer.train(1, shuffle);
  return Promise.all(trainer.model.getWeights().map((weight) => weight.data()));
}

async function firstLosses(workload: Training): Promise<number[]> {
  const { batchSize } = workload;
  const model = createModel(workload);
  const [x, y] = await loadSamples(checkedSteps * batchSize);
  const found: number[] = [];
  for (let step = 0; step < checkedSteps; step++) {
    const rows = [step * batchSize, (step + 1) * batchSize] as const;
    const [loss] = await model.trainOnBatch(x.slice(rows), y.slice(rows));
    found.push(loss);
  }
  return found;
}

/** The root of the mean square of what two sets of weights differ by. */
function distance(one: readonly ArrayLike<number>[], other: readonly ArrayLike<number>[]): number {
  let squares = 0;
  let count = 0;
  one.forEach((values, i) => {
    for (let k = 0; k < values.length; k++) squares += (values[k]! - (other[i]?.[k] ?? NaN)) ** 2;
    count += values.length;
  });
  return Math.sqrt(squares / count);
}

/** Rounding alone drives them 1e-9 apart; a step moves a weight by 1e-3. */
const weightTolerance = 1e-6;

/** Trains by what the workload says, on so many samples an epoch. */
export function createTraining(workload: Training, samples: number): Reference {
  const byLoop = workload.loop === true;
  const shuffle = !byLoop;
  let trainer: Trainer | undefined;
  return {
    expectation: async () => ({
      kind: 'training',
      weights: await weightsAfterAnEpoch(workload, shuffle, false),
      losses: await firstLosses(workload),
      hasDropout: createModel(workload).layers.some((layer) => layer.className === 'Dropout'),
    }),
    check: async (expected) => {
      if (expected.kind !== 'training') throw new Error('A training is held to a training.');
      const apart = distance(await weightsAfterAnEpoch(workload, shuffle, byLoop), expected.weights);
      if (apart <= weightTolerance) return undefined;
      return `after ${checkedSteps} steps its weights are ${apart.toExponential(1)} from the reference's`;
    },
    round: async () => {
      trainer ??= await trainerOf(workload, samples);
      // The first epoch places the data; the second is timed.
      return (await trainer.train(2, true)).map((milliseconds) => (1000 * milliseconds) / samples);
    },
  };
}
