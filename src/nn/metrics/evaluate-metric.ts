// A metric on arrays that are at hand, without a model.
import { ShapeError } from '../../base/errors.js';
import { formatShape } from '../../base/shape.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import { compile } from '../../tensor/compile.js';
import { ones } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import { toTensor, type ModelData } from '../model/data.js';
import { resolveMetric, type MetricOption } from './resolve.js';

export interface EvaluateMetricOptions {
  /** How much each sample counts, [N]; 1 unless given. */
  readonly sampleWeight?: ModelData;
}

/**
 * What a metric says of labels and predictions, both [N, ...]: a metric, its name, or a function of the user's own. The
 * metric forgets what it counted before; where its result is several numbers, this is their mean, and
 * `metric.resultVector()` has them all.
 * @throws ShapeError if there are not as many labels, or weights, as predictions
 * @throws ValueError for what is no metric, and for labels that are not of its form
 * @example
 * await evaluateMetric('binaryAccuracy', [1, 0, 1], [0.9, 0.4, 0.3]); // 0.6667
 */
export async function evaluateMetric(
  metric: MetricOption,
  yTrue: ModelData,
  yPred: ModelData,
  options: EvaluateMetricOptions = {},
): Promise<number> {
  const what = 'evaluateMetric';
  rejectUnknownOptions(what, options, ['sampleWeight']);
  const labels = toTensor(yTrue, `${what}: yTrue`);
  const predictions = toTensor(yPred, `${what}: yPred`);
  const [samples] = predictions.shape as [number];
  if (labels.shape[0] !== samples)
    throw new ShapeError(
      `${what}: expected a label for each of the ${samples} predictions, received yTrue of shape ${formatShape(labels.shape)}.`,
    );
  const weights =
    options.sampleWeight === undefined ? ones([samples]) : toTensor(options.sampleWeight, `${what}: sampleWeight`);
  if (weights.rank !== 1 || weights.shape[0] !== samples)
    throw new ShapeError(
      `${what}: expected a weight for each of the ${samples} samples, received sampleWeight of shape ${formatShape(weights.shape)}.`,
    );
  const resolved = resolveMetric(metric, undefined, labels.shape, predictions.shape);
  resolved.reset();
  const update = compile((y: Tensor, p: Tensor, w: Tensor) => resolved.update(y, p, w));
  try {
    await update(labels, predictions, weights);
  } finally {
    update.dispose();
  }
  return resolved.result(await Promise.all(resolved.variables.map((variable) => variable.read())));
}
