// Finds the metric that a name, a metric or a user's function stands for, once the shapes of the data are known.
import { ValueError } from '../../base/errors.js';
import { Tensor } from '../../tensor/tensor.js';
import { hasMethod, show } from '../check.js';
import type { PartialShape } from '../layers/layer.js';
import { keyOf, lookUp, type Spelling } from '../lookup.js';
import type { Loss } from '../losses/loss.js';
import { lossAliases } from '../losses/resolve.js';
import { snakeCase } from '../naming.js';
import { binaryAccuracy, categoricalAccuracy, sparseCategoricalAccuracy } from './accuracy.js';
import { auc } from './auc.js';
import { falseNegatives, falsePositives, precision, recall, trueNegatives, truePositives } from './confusion.js';
import { f1Score, fBetaScore } from './f-score.js';
import { categoricalHinge, hinge, squaredHinge } from './hinge.js';
import { binaryIoU } from './iou.js';
import { MeanMetric } from './mean.js';
import type { Metric, MetricFunction } from './metric.js';
import {
  binaryCrossentropy,
  categoricalCrossentropy,
  klDivergence,
  poisson,
  sparseCategoricalCrossentropy,
} from './probabilistic.js';
import { r2Score } from './r2-score.js';
import {
  cosineSimilarity,
  logCoshError,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  rootMeanSquaredError,
} from './regression.js';
import { sparseTopKCategoricalAccuracy, topKCategoricalAccuracy } from './top-k.js';

type Kind = 'binary' | 'categorical' | 'sparse';
interface Situation {
  readonly kind: Kind;
  readonly fromLogits: boolean;
}
type Make = (name: string, situation: Situation) => Metric;

const table = {
  accuracy: (name, { kind }) =>
    ({ binary: binaryAccuracy, categorical: categoricalAccuracy, sparse: sparseCategoricalAccuracy })[kind]({ name }),
  crossentropy: (name, { kind, fromLogits }) =>
    ({
      binary: binaryCrossentropy,
      categorical: categoricalCrossentropy,
      sparse: sparseCategoricalCrossentropy,
    })[kind]({ name, fromLogits }),
  binaryAccuracy: (name) => binaryAccuracy({ name }),
  categoricalAccuracy: (name) => categoricalAccuracy({ name }),
  sparseCategoricalAccuracy: (name) => sparseCategoricalAccuracy({ name }),
  topKCategoricalAccuracy: (name) => topKCategoricalAccuracy({ name }),
  sparseTopKCategoricalAccuracy: (name) => sparseTopKCategoricalAccuracy({ name }),
  precision: (name) => precision({ name }),
  recall: (name) => recall({ name }),
  truePositives: (name) => truePositives({ name }),
  trueNegatives: (name) => trueNegatives({ name }),
  falsePositives: (name) => falsePositives({ name }),
  falseNegatives: (name) => falseNegatives({ name }),
  auc: (name) => auc({ name }),
  f1Score: (name) => f1Score({ name }),
  fBetaScore: (name) => fBetaScore({ name }),
  binaryIoU: (name) => binaryIoU({ name }),
  meanSquaredError: (name) => meanSquaredError({ name }),
  rootMeanSquaredError: (name) => rootMeanSquaredError({ name }),
  meanAbsoluteError: (name) => meanAbsoluteError({ name }),
  meanAbsolutePercentageError: (name) => meanAbsolutePercentageError({ name }),
  meanSquaredLogarithmicError: (name) => meanSquaredLogarithmicError({ name }),
  logCoshError: (name) => logCoshError({ name }),
  cosineSimilarity: (name) => cosineSimilarity({ name }),
  r2Score: (name) => r2Score({ name }),
  hinge: (name) => hinge({ name }),
  squaredHinge: (name) => squaredHinge({ name }),
  categoricalHinge: (name) => categoricalHinge({ name }),
  klDivergence: (name) => klDivergence({ name }),
  poisson: (name) => poisson({ name }),
  binaryCrossentropy: (name, { fromLogits }) => binaryCrossentropy({ name, fromLogits }),
  categoricalCrossentropy: (name, { fromLogits }) => categoricalCrossentropy({ name, fromLogits }),
  sparseCategoricalCrossentropy: (name, { fromLogits }) => sparseCategoricalCrossentropy({ name, fromLogits }),
} as const satisfies Readonly<Record<string, Make>>;

const aliases = {
  ...lossAliases,
  acc: 'accuracy',
  ce: 'crossentropy',
  mape: 'meanAbsolutePercentageError',
  msle: 'meanSquaredLogarithmicError',
  logcosh: 'logCoshError',
};

/** Metrics that a name alone does not settle, each with the call that does. */
const needOptions = {
  sensitivityAtSpecificity: '{ specificity: 0.9 }',
  specificityAtSensitivity: '{ sensitivity: 0.9 }',
  precisionAtRecall: '{ recall: 0.9 }',
  recallAtPrecision: '{ precision: 0.9 }',
  iou: '{ numClasses: 21, targetClassIds: [0] }',
  meanIoU: '{ numClasses: 21 }',
  oneHotIoU: '{ numClasses: 21, targetClassIds: [0] }',
  oneHotMeanIoU: '{ numClasses: 21 }',
};

const incomplete = Object.fromEntries(
  Object.entries(needOptions).map(([name, options]): [string, Make] => [
    name,
    () => {
      throw new ValueError(`Metric '${name}' needs options: write metrics.${name}(${options}).`);
    },
  ]),
);

export type MetricName = keyof typeof table | keyof typeof aliases;

/** The metric without options that a name means, in any of the spellings; undefined for none. */
export function metricName(name: string): string | undefined {
  return keyOf(name, table, aliases);
}

/** What an entry of a `metrics` option takes. */
export type MetricOption = Spelling<MetricName> | Metric | MetricFunction;

/** What the last axes of labels and predictions say about how labels are written, as Keras reads them. */
function kindOf(yTrueShape: PartialShape, yPredShape: PartialShape): Kind {
  const lastOfLabels = yTrueShape.at(-1);
  const lastOfPredictions = yPredShape.at(-1);
  if (lastOfPredictions === 1) return 'binary';
  const isSparse = yTrueShape.length < yPredShape.length || lastOfLabels === 1;
  return isSparse ? 'sparse' : 'categorical';
}

/**
 * The metric that an entry of `metrics` stands for. `accuracy` and `crossentropy` become what fits the labels' and the
 * predictions' shapes; a cross-entropy takes predictions for logits where the loss does. A metric made from a string
 * goes by that string in the history, in snake_case.
 * @throws ValueError for what is no metric
 */
export function resolveMetric(
  option: MetricOption,
  loss: Pick<Loss, 'fromLogits'> | undefined,
  yTrueShape: PartialShape,
  yPredShape: PartialShape,
): Metric {
  if (typeof option === 'string') {
    const { value } = lookUp<Make>('metric', option, { ...table, ...incomplete }, aliases);
    const situation = { kind: kindOf(yTrueShape, yPredShape), fromLogits: loss?.fromLogits ?? false };
    return value(historyKey(option), situation);
  }
  if (typeof option === 'function') return userMetric(option);
  if (!hasMethod(option, 'update'))
    throw new ValueError(
      `metrics: expected a name, a metric such as metrics.binaryAccuracy(), or a function of (yTrue, yPred), received ${show(option)}.`,
    );
  return option;
}

/** Keras keeps the string as it was given; a name in camelCase becomes Keras's own. */
function historyKey(name: string): string {
  return /^[a-z][a-z0-9]*([A-Z][a-z0-9]*)+$/.test(name) ? snakeCase(name) : name;
}

function userMetric(fn: MetricFunction): Metric {
  const name = fn.name || 'metric';
  return new MeanMetric(name, (yTrue, yPred) => {
    const values: unknown = fn(yTrue, yPred);
    if (!(values instanceof Tensor))
      throw new ValueError(`Metric function "${name}": expected it to return a tensor, received ${String(values)}.`);
    return values;
  });
}
