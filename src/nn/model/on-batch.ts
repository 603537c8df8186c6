// One step on one batch that the caller chose: trainOnBatch, testOnBatch.
import type { BatchPrograms } from './batch-programs.js';
import type { Compiled } from './compiled.js';
import type { ModelData } from './data.js';
import type { TrainableModel } from './fit.js';
import { checkOnBatchOptions, type TrainOnBatchOptions } from './options.js';
import { globalSeed } from '../naming.js';
import { prepare, weighted } from './prepare.js';
import { sampleWeights, weightsOfClasses } from './sample-weights.js';
import { testStep, trainStep } from './steps.js';

/** Trains or tests on one batch. Gives the numbers by name, in the order of compile. */
export async function onBatch(
  what: 'trainOnBatch' | 'testOnBatch',
  model: TrainableModel,
  compiled: Compiled,
  programs: BatchPrograms,
  x: ModelData,
  y: ModelData,
  options: TrainOnBatchOptions,
): Promise<[name: string, value: number][]> {
  checkOnBatchOptions(what, options);
  let data = await prepare(model, compiled, what, x, y);
  const { sampleWeight, classWeight } = options;
  if (sampleWeight !== undefined)
    data = weighted(data, await sampleWeights(`${what}: sampleWeight`, sampleWeight, data.y));
  if (classWeight !== undefined)
    data = weighted(data, await weightsOfClasses(`${what}: classWeight`, classWeight, data.y));
  const { optimizer, measured } = compiled;
  const training = { optimizer, loss: measured.loss, variables: compiled.variablesOf(model) };
  const shapes = [data.y, data.x].map(({ shape }) => shape.slice(1).join()).join(' ');
  const { metrics, run } = programs.get(
    `${what} ${shapes} ${globalSeed()}`,
    () => compiled.newMetrics(data.y.shape, data.outputShape),
    (measuring, batch, rows) => {
      if (what === 'trainOnBatch') trainStep(model, training, measuring, batch, rows);
      else testStep(model, measured.loss, measuring, batch, rows);
    },
  );
  return programs.inTurn(async () => {
    metrics.reset();
    await run(data.x, data.y, data.weights);
    return metrics.results();
  });
}
