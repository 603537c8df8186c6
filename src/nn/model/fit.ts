// fit: epochs of training steps, each followed by a validation where there is something to validate with.
import { DataError, ValueError } from '../../base/errors.js';
import type { Variable } from '../../tensor/variable.js';
import { CallbackList } from '../callbacks/callback-list.js';
import type { Logs } from '../callbacks/callback.js';
import type { TrainingRun } from '../callbacks/training-run.js';
import { History } from '../callbacks/history.js';
import type { Layer } from '../layers/layer.js';
import { globalSeed } from '../naming.js';
import { Progress } from '../progress/progress.js';
import type { Compiled } from './compiled.js';
import type { ModelData } from './data.js';
import { testPass, type TestPass } from './evaluate.js';
import { beginHints } from './fit-hints.js';
import { sortedByName } from './metric-set.js';
import { checkFitOptions, type CheckedFit, type FitOptions } from './options.js';
import { Breather, Pace } from './pace.js';
import type { Lease } from './pass-cache.js';
import { passOver, prepare, samples, unweighted, weighted, type Prepared } from './prepare.js';
import type { RunnableModel } from './prepare-input.js';
import { Run } from './run.js';
import { runPass } from './run-pass.js';
import { throwIfAborted } from './stopping.js';
import { sampleWeights, weightsOfClasses } from './sample-weights.js';
import { trainStep } from './steps.js';

/** What fit runs on. */
export interface TrainableModel extends RunnableModel {
  readonly layers: readonly Layer[];
  readonly trainableWeights: readonly Variable[];
  readonly hasPenalties: boolean;
  run: TrainingRun | undefined;
}

export async function fit(
  model: TrainableModel,
  compiled: Compiled,
  x: ModelData,
  y: ModelData,
  options: FitOptions,
): Promise<History> {
  const checked = checkFitOptions(options);
  const callbacks = new CallbackList(checked.callbacks);
  throwIfAborted(checked.signal, 'fit', 'before its first step');
  const { training, validation } = await dataOf(model, compiled, x, y, options, checked);

  const { batchSize, shuffle, initialEpoch, epochs, verbose, signal } = checked;
  const { optimizer } = compiled;
  const trained = compiled.variablesOf(model);
  const run = new Run({
    model,
    optimizer,
    loss: compiled.measured.loss,
    trained,
    callbacks,
    data: training,
    batchSize,
    shuffle,
    initialEpoch,
    stepsDone: await optimizer.iterations.value.item(),
  });
  model.run = run;
  model.stopTraining = false;
  const isStopped = (): boolean => model.stopTraining;
  const params = { verbose, epochs, steps: Math.ceil(training.x.shape[0]! / batchSize) };
  const history = new History(params);
  const progress = new Progress(callbacks.showsProgress ? 0 : verbose);
  const breather = new Breather();
  const paces = { train: new Pace(), test: new Pace() };
  let lease: Lease | undefined;
  let validator: TestPass | undefined;
  let lastLogs: Logs = {};
  callbacks.begin(model, params);
  try {
    await callbacks.call('onTrainBegin', {});
    // Only now: a callback may have restored the seed and the streams, which the program is made with.
    lease = await trainingPass(model, compiled, trained, training, checked);
    const { pass, metrics } = lease;
    run.attach(lease);
    validator = validation && (await testPass(model, compiled, validation, checked.validationBatchSize));
    const hints = await beginHints({
      model,
      compiled,
      data: training,
      variables: trained,
      metricNames: metrics.names,
      wanted: checked.hints,
      batchSize,
      epochs: epochs - run.epoch,
    });
    while (run.epoch < epochs && !run.isOver) {
      const { epoch } = run;
      run.startEpoch();
      await callbacks.call('onEpochBegin', epoch, {});
      progress.begin(pass.steps, epochs > 1 ? `Epoch ${epoch + 1}/${epochs}` : undefined);
      const ran = await runPass(pass, {
        what: 'fit',
        phase: 'Train',
        callbacks,
        progress,
        signal,
        logs: () => metrics.logs(),
        isStopped,
        pace: paces.train,
        breather,
        watch: run,
      });
      let logs = await metrics.logs();
      if (validator && checked.validatesAfter(epoch)) {
        const results = await validator.run({
          what: 'fit',
          callbacks,
          progress: undefined,
          signal,
          pace: paces.test,
          breather,
        });
        for (const [name, value] of Object.entries(results)) logs[`val_${name}`] = value;
        logs = sortedByName(Object.entries(logs));
      }
      run.completeEpoch();
      await callbacks.call('onEpochEnd', epoch, logs);
      progress.finish(logs);
      history.add(epoch, logs);
      lastLogs = logs;
      await hints?.epochEnded(logs, ran, isStopped() || epoch + 1 === checked.epochs);
      if (isStopped()) break;
    }
    await callbacks.call('onTrainEnd', lastLogs);
  } finally {
    progress.abandon();
    lease?.release();
    validator?.release();
  }
  return history;
}

async function trainingPass(
  model: TrainableModel,
  compiled: Compiled,
  variables: readonly Variable[],
  data: Prepared,
  options: CheckedFit,
): Promise<Lease> {
  const { optimizer, measured } = compiled;
  const training = { optimizer, loss: measured.loss, variables };
  const { batchSize, shuffle } = options;
  // A program that is kept ready holds the seed that it was made with: it decides what dropout draws.
  const settings = JSON.stringify([batchSize, shuffle, globalSeed()]);
  return compiled.passes.lease('fit', data.origin, settings, async () => {
    const metrics = compiled.newMetrics(data.y.shape, data.outputShape);
    const pass = await passOver(data, { batchSize, ordered: shuffle }, (batch, rows) => {
      trainStep(model, training, metrics, batch, rows);
    });
    return { pass, metrics };
  });
}

async function dataOf(
  model: TrainableModel,
  compiled: Compiled,
  x: ModelData,
  y: ModelData,
  options: FitOptions,
  checked: CheckedFit,
): Promise<{ readonly training: Prepared; readonly validation: Prepared | undefined }> {
  const whole = await withWeights(await prepare(model, compiled, 'fit', x, y), options);
  if (options.validationData !== undefined)
    return { training: whole, validation: await validationData(model, compiled, options.validationData) };
  if (checked.validationSplit === 0) return { training: whole, validation: undefined };
  const count = whole.x.shape[0]!;
  // Keras computes it in this way, roundings included.
  const split = Math.floor(count * (1 - checked.validationSplit));
  if (split === 0 || split === count)
    throw new DataError(
      `fit: expected validationSplit ${checked.validationSplit} of ${count} samples to leave some to train on and some to validate with, received ${split} and ${count - split}.`,
    );
  const validation = samples(whole, split, count);
  return {
    training: samples(whole, 0, split),
    // Weights of classes are for training alone.
    validation: options.classWeight === undefined ? validation : unweighted(validation),
  };
}

async function withWeights(data: Prepared, options: FitOptions): Promise<Prepared> {
  const { sampleWeight, classWeight } = options;
  if (classWeight !== undefined) return weighted(data, await weightsOfClasses('fit: classWeight', classWeight, data.y));
  if (sampleWeight === undefined) return data;
  return weighted(data, await sampleWeights('fit: sampleWeight', sampleWeight, data.y));
}

async function validationData(model: TrainableModel, compiled: Compiled, given: unknown): Promise<Prepared> {
  if (!Array.isArray(given) || given.length < 2 || given.length > 3)
    throw new ValueError(
      `fit: expected validationData to be [x, y] or [x, y, sampleWeight], received ${Array.isArray(given) ? `a list of ${given.length}` : typeof given}.`,
    );
  const [x, y, weights] = given as [ModelData, ModelData, ModelData?];
  const data = await prepare(model, compiled, 'fit: validationData', x, y);
  if (weights === undefined) return data;
  return weighted(data, await sampleWeights('fit: validationData: sampleWeight', weights, data.y));
}
