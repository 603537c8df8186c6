// Everything that Nacre can configure comes back from its own description.
import { describe, expect, test } from 'vitest';
import { useBackend } from '../../../../tests/support/engine.js';
import type { Json } from '../../../formats/json.js';
import * as initializers from '../../initializers.js';
import * as layers from '../../layers/index.js';
import * as losses from '../../losses/index.js';
import * as metrics from '../../metrics/index.js';
import * as optimizers from '../../optimizers/index.js';
import * as schedules from '../../optimizers/schedules/index.js';
import * as regularizers from '../../regularizers.js';
import { serialize, type Serializable } from '../../serialization.js';
import { ofTraining } from '../compile-again.js';
import { ConfigReader } from './from-config.js';

useBackend();

type Factory = (options: object) => unknown;
type Samples = Readonly<Record<string, readonly object[]>>;

const decay = { initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.5 };
/** Options of factories beside none, and of those that need some. */
const samples: Readonly<Record<string, { readonly namespace: object; readonly options: Samples }>> = {
  'keras.layers': {
    namespace: layers,
    options: {
      activation: [{ activation: 'relu' }],
      conv2d: [{ filters: 2, kernelSize: [3, 2], strides: 2, padding: 'same', useBias: false, groups: 2 }],
      dense: [{ units: 3, kernelInitializer: 'heNormal', biasRegularizer: 'l1', trainable: false, name: 'own' }],
      dropout: [{ rate: 0.5, seed: 3, noiseShape: [null, 1] }],
      input: [{ shape: [null, 3], dtype: 'uint8' }, { batchShape: [5, 2] }],
      inputLayer: [{ shape: [3] }],
      reshape: [{ targetShape: [-1, 2] }],
    },
  },
  'keras.initializers': {
    namespace: initializers,
    options: {
      constant: [{ value: 0.5 }],
      glorotUniform: [{ seed: 7 }],
      varianceScaling: [{ scale: 2, mode: 'fan_out', distribution: 'uniform', seed: 3 }],
    },
  },
  'keras.regularizers': { namespace: regularizers, options: { l1l2: [{ l1: 0.1, l2: 0.2 }], l2: [{ l2: 0.3 }] } },
  'keras.optimizers': {
    namespace: optimizers,
    options: {
      adam: [{ beta1: 0.8, beta2: 0.9, amsgrad: true, clipNorm: 1, weightDecay: 0.1 }],
      rmsprop: [{ centered: true, momentum: 0.5, clipValue: 2, learningRate: schedules.exponentialDecay(decay) }],
      sgd: [{ momentum: 0.5, nesterov: true, globalClipNorm: 3, name: 'own' }],
    },
  },
  'keras.optimizers.schedules': {
    namespace: schedules,
    options: {
      cosineDecay: [{ initialLearningRate: 0.1, decaySteps: 5, alpha: 0.1, warmupTarget: 1, warmupSteps: 2 }],
      exponentialDecay: [{ ...decay, staircase: true }],
      inverseTimeDecay: [decay],
      piecewiseConstantDecay: [{ boundaries: [1, 2], values: [3, 2, 1] }],
      polynomialDecay: [{ initialLearningRate: 0.1, decaySteps: 5, power: 2, cycle: true }],
    },
  },
  'keras.losses': {
    namespace: losses,
    options: { categoricalCrossentropy: [{ fromLogits: true, labelSmoothing: 0.1, name: 'own' }] },
  },
  'keras.metrics': {
    namespace: metrics,
    options: {
      auc: [{ numThresholds: 5, curve: 'PR' }],
      precision: [{ thresholds: [0.2, 0.7], topK: 2 }],
      meanIoU: [{ numClasses: 3, ignoreClass: 0 }],
      precisionAtRecall: [{ recall: 0.5, numThresholds: 10 }],
    },
  },
};

function isSerializable(value: unknown): value is Serializable {
  const { className, getConfig } = value as Partial<Serializable>;
  return typeof className === 'string' && typeof getConfig === 'function';
}

/** A factory's objects: with the options above, or with none. Nothing where it needs others, or makes nothing of the kind. */
function made(factory: Factory, options: readonly object[] | undefined): Serializable[] {
  if (options) return options.map((each) => factory(each) as Serializable);
  try {
    const object = factory({});
    return isSerializable(object) ? [object] : [];
  } catch {
    return [];
  }
}

describe.each(Object.entries(samples))('%s', (module, { namespace, options }) => {
  const factories = Object.entries(namespace).filter(
    ([name, value]) => typeof value === 'function' && /^[a-z]/.test(name),
  ) as [string, Factory][];
  const objects = factories.flatMap(([name, factory]) =>
    made(factory, options[name]).map((object) => [name, object] as const),
  );

  test('has something for each of the options above', () => {
    expect(objects.map(([name]) => name)).toEqual(expect.arrayContaining(Object.keys(options)));
  });

  test.each(objects)('%s', (_name, object) => {
    // As it comes from a file.
    const described = JSON.parse(JSON.stringify(serialize(module, object))) as Json;
    const reader = new ConfigReader({}, { namespaces: ofTraining });
    expect(reader.missingIn(described)).toEqual([]);
    const again = reader.read(described, 'test') as Serializable;
    expect(again.className).toBe(object.className);
    expect(again.getConfig()).toEqual(object.getConfig());
  });
});
