// The models that keras.mjs takes to Keras and back: each kind of layer in its ways, each optimizer, schedule, loss,
// regularizer and initializer, and metrics.
import {
  initializers,
  layers,
  losses,
  metrics,
  optimizers,
  regularizers,
  schedules,
  sequential,
} from '../../dist/node.js';

/** @typedef {import('../../dist/node.js').Sequential} Model */
/** @typedef {Parameters<Model['compile']>[0]} CompileOptions */
/**
 * @typedef {object} Case
 * @property {string} name
 * @property {() => Model} make compiled
 * @property {number[]} shape of a sample
 * @property {number[]} target the shape of what a sample is compared with; [] for a class
 * @property {readonly string[]} [formats] all unless given
 * @property {boolean} [random] whether steps draw random numbers, which differ from Keras's
 */

/** @type {CompileOptions} */
const mse = { optimizer: 'sgd', loss: 'meanSquaredError' };

/**
 * @param {string} name
 * @param {number[]} shape
 * @param {() => import('../../dist/node.js').layers.Layer[]} make
 * @param {Partial<Case>} [rest]
 * @param {() => CompileOptions} [compile]
 * @returns {Case}
 */
function ofLayers(name, shape, make, rest = {}, compile = () => mse) {
  return {
    name,
    shape,
    target: [2],
    make: () => {
      const model = sequential([layers.input({ shape }), ...make(), layers.flatten(), layers.dense({ units: 2 })]);
      model.compile(compile());
      return model;
    },
    ...rest,
  };
}

/**
 * @param {string} name
 * @param {() => CompileOptions} compile
 * @param {'softmax' | 'sigmoid' | 'linear' | 'tanh'} [activation]
 * @param {number[]} [target]
 * @returns {Case}
 */
function compiled(name, compile, activation = 'softmax', target = []) {
  return {
    name,
    shape: [5],
    target,
    make: () => {
      const model = sequential([
        layers.dense({ units: 4, activation: 'relu', inputShape: [5] }),
        layers.dense({ units: target[0] ?? 3, activation }),
      ]);
      model.compile(compile());
      return model;
    },
  };
}

const classes = /** @type {const} */ ('sparseCategoricalCrossentropy');
/** @param {NonNullable<CompileOptions['optimizer']>} optimizer */
const withOptimizer = (optimizer) => ({ optimizer, loss: classes, metrics: ['accuracy'] });

/** @type {Case[]} */
const layerCases = [
  ofLayers('dense', [5], () => [
    layers.dense({ units: 4, activation: 'relu', name: 'first.of-all' }),
    layers.dense({ units: 3, useBias: false, activation: 'tanh' }),
    layers.dense({ units: 3, activation: 'sigmoid', trainable: false }),
  ]),
  ofLayers('dense over time', [3, 5], () => [layers.dense({ units: 4 })]),
  ofLayers('conv2d', [7, 8, 2], () => [
    layers.conv2d({ filters: 3, kernelSize: 3, activation: 'relu' }),
    layers.conv2d({ filters: 4, kernelSize: [2, 3], strides: [2, 1], padding: 'same', useBias: false }),
  ]),
  ofLayers('conv2d, dilated and in groups', [9, 9, 4], () => [
    layers.conv2d({ filters: 4, kernelSize: 2, dilationRate: 2, groups: 2 }),
  ]),
  ofLayers('pooling', [9, 9, 2], () => [
    layers.maxPooling2d({ poolSize: 2 }),
    layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
  ]),
  ofLayers('reshape, activation', [6], () => [
    layers.reshape({ targetShape: [2, 3] }),
    layers.activation({ activation: 'softmax' }),
  ]),
  ofLayers('dropout', [6], () => [layers.dropout({ rate: 0.5, seed: 3 })], { random: true }),
  ofLayers('initializers', [6], () =>
    [
      initializers.glorotNormal({ seed: 2 }),
      initializers.heNormal(),
      initializers.heUniform(),
      initializers.lecunNormal(),
      initializers.lecunUniform(),
      initializers.randomNormal({ mean: 0.1, stddev: 0.2 }),
      initializers.randomUniform({ minval: -0.1, maxval: 0.2 }),
      initializers.truncatedNormal({ stddev: 0.3 }),
      initializers.varianceScaling({ scale: 2, mode: 'fanOut', distribution: 'uniform' }),
      initializers.constant(0.25),
      initializers.ones(),
      initializers.zeros(),
    ].map((initializer, index) =>
      layers.dense({ units: 2, kernelInitializer: initializer, biasInitializer: initializer, name: `d${index}` }),
    ),
  ),
  ofLayers('regularizers', [6], () => [
    layers.dense({ units: 3, kernelRegularizer: regularizers.l2(0.01), biasRegularizer: regularizers.l1(0.02) }),
    layers.dense({ units: 3, kernelRegularizer: regularizers.l1l2({ l1: 0.01, l2: 0.03 }) }),
  ]),
];

/** @type {Case[]} */
const optimizerCases = [
  compiled('sgd', () => withOptimizer(optimizers.sgd(0.1))),
  compiled('sgd, momentum', () => withOptimizer(optimizers.sgd({ learningRate: 0.1, momentum: 0.9 }))),
  compiled('sgd, Nesterov', () =>
    withOptimizer(optimizers.sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true, clipNorm: 0.5 })),
  ),
  compiled('rmsprop', () => withOptimizer('rmsprop')),
  compiled('rmsprop, centered, momentum', () =>
    withOptimizer(optimizers.rmsprop({ rho: 0.8, momentum: 0.5, centered: true, clipValue: 0.1 })),
  ),
  compiled('adam', () => withOptimizer('adam')),
  compiled('adam, amsgrad', () =>
    withOptimizer(optimizers.adam({ learningRate: 0.02, beta1: 0.8, beta2: 0.99, amsgrad: true, weightDecay: 0.01 })),
  ),
  compiled('adam, global norm', () => withOptimizer(optimizers.adam({ epsilon: 1e-5, globalClipNorm: 0.2 }))),
  // Keras 3 has no decay: the configuration says a schedule, which a file of weights alone cannot.
  {
    ...compiled('adam, decay', () => withOptimizer(optimizers.adam({ learningRate: 0.02, decay: 0.5 }))),
    formats: ['keras', 'h5'],
  },
];

/** @type {Case[]} */
const scheduleCases = Object.entries({
  exponentialDecay: () =>
    schedules.exponentialDecay({ initialLearningRate: 0.1, decaySteps: 2, decayRate: 0.5, staircase: true }),
  inverseTimeDecay: () => schedules.inverseTimeDecay({ initialLearningRate: 0.1, decaySteps: 2, decayRate: 0.5 }),
  polynomialDecay: () =>
    schedules.polynomialDecay({ initialLearningRate: 0.1, decaySteps: 8, endLearningRate: 0.01, power: 2 }),
  piecewiseConstantDecay: () => schedules.piecewiseConstantDecay({ boundaries: [2, 5], values: [0.1, 0.05, 0.01] }),
  cosineDecay: () =>
    schedules.cosineDecay({ initialLearningRate: 0.01, decaySteps: 9, warmupTarget: 0.1, warmupSteps: 3 }),
  cosineDecayRestarts: () => schedules.cosineDecayRestarts({ initialLearningRate: 0.1, firstDecaySteps: 3 }),
}).map(([name, schedule]) => compiled(name, () => withOptimizer(optimizers.adam({ learningRate: schedule() }))));

/** @type {Case[]} */
const lossCases = [
  compiled(
    'logits',
    () => ({ optimizer: 'sgd', loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }) }),
    'linear',
  ),
  ...Object.entries({
    binaryCrossentropy: 'sigmoid',
    meanSquaredError: 'linear',
    meanAbsoluteError: 'linear',
    hinge: 'tanh',
    squaredHinge: 'tanh',
    categoricalHinge: 'tanh',
    kullbackLeiblerDivergence: 'sigmoid',
    poisson: 'sigmoid',
  }).flatMap(([name, activation]) => {
    const make = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (losses))[name];
    if (typeof make !== 'function') return [];
    const of = /** @type {'sigmoid'} */ (activation);
    return [
      compiled(name, () => ({ optimizer: 'sgd', loss: make() }), of, [3]),
      compiled(`'${name}'`, () => ({ optimizer: 'sgd', loss: /** @type {'mse'} */ (name) }), of, [3]),
    ];
  }),
];

/** @type {Case[]} */
const metricCases = [
  compiled('metrics by name', () => ({
    optimizer: 'sgd',
    loss: classes,
    metrics: ['accuracy', 'sparseTopKCategoricalAccuracy'],
    weightedMetrics: ['accuracy'],
  })),
  compiled(
    'metrics with options',
    () => ({
      optimizer: 'sgd',
      loss: 'binaryCrossentropy',
      metrics: [
        metrics.binaryAccuracy({ threshold: 0.4 }),
        metrics.precision({ thresholds: [0.3, 0.7] }),
        metrics.recall({ name: 'found' }),
        metrics.auc({ numThresholds: 20 }),
        'mae',
      ],
    }),
    'sigmoid',
    [3],
  ),
];

export const cases = [...layerCases, ...optimizerCases, ...scheduleCases, ...lossCases, ...metricCases];
