// What a model was compiled with, and what its optimizer keeps, in the words and the order of TensorFlow.js, and back.
// Only what TensorFlow.js does in the same way is put into its words.
import type { NDArray } from '../../../base/ndarray.js';
import { isRecord, type Json } from '../../../formats/json.js';
import type { TfjsWeight } from '../../../formats/tfjs.js';
import { snakeCase } from '../../naming.js';
import type { OptimizerState } from '../format.js';

type Config = Readonly<Record<string, Json>>;

/** An optimizer of TensorFlow.js that does what one of Keras does. */
interface Pair {
  readonly keras: string;
  readonly tfjs: string;
  /** Names of options: Keras's, then TensorFlow.js's. */
  readonly options: readonly (readonly [keras: string, tfjs: string])[];
  /** What the Keras optimizer must be configured with. */
  readonly only: (config: Config) => boolean;
  /** What TensorFlow.js keeps beside each weight, in its order: all weights' first slots, then all second ones. */
  readonly slots: readonly Slot[];
  /** Whether Keras has the slots of one weight one after the other. */
  readonly interleaved: boolean;
}

interface Slot {
  readonly suffix: string;
  /** Whether Keras keeps it, and whether TensorFlow.js does. */
  readonly inKeras: (config: Config) => boolean;
  readonly inTfjs: (config: Config) => boolean;
}

const always = (): boolean => true;
const isOn = (value: Json | undefined): boolean =>
  value !== undefined && value !== null && value !== false && value !== 0;

const pairs: readonly Pair[] = [
  {
    keras: 'SGD',
    tfjs: 'SGD',
    options: [],
    only: ({ momentum }) => !isOn(momentum),
    slots: [],
    interleaved: false,
  },
  {
    keras: 'Adam',
    tfjs: 'Adam',
    options: [
      ['beta_1', 'beta1'],
      ['beta_2', 'beta2'],
      ['epsilon', 'epsilon'],
    ],
    only: ({ amsgrad }) => !isOn(amsgrad),
    slots: [
      { suffix: 'm', inKeras: always, inTfjs: always },
      { suffix: 'v', inKeras: always, inTfjs: always },
    ],
    interleaved: true,
  },
  {
    keras: 'RMSprop',
    tfjs: 'RMSProp',
    options: [
      ['rho', 'decay'],
      ['momentum', 'momentum'],
      ['epsilon', 'epsilon'],
      ['centered', 'centered'],
    ],
    // Centered, TensorFlow.js subtracts epsilon where Keras adds it.
    only: ({ centered }) => !isOn(centered),
    slots: [
      { suffix: 'rms', inKeras: always, inTfjs: always },
      { suffix: 'momentum', inKeras: ({ momentum }) => isOn(momentum), inTfjs: always },
    ],
    interleaved: false,
  },
];

/** Keras's options that TensorFlow.js has in no optimizer. */
const withoutCounterpart = ['weight_decay', 'clipnorm', 'global_clipnorm', 'clipvalue', 'use_ema', 'loss_scale_factor'];

/** Its losses, in Keras's words, and Keras's other names for them. */
const lossNames: Readonly<Record<string, string>> = {
  mean_squared_error: 'mean_squared_error',
  mse: 'mean_squared_error',
  mean_absolute_error: 'mean_absolute_error',
  mae: 'mean_absolute_error',
  mean_absolute_percentage_error: 'mean_absolute_percentage_error',
  mape: 'mean_absolute_percentage_error',
  mean_squared_logarithmic_error: 'mean_squared_logarithmic_error',
  msle: 'mean_squared_logarithmic_error',
  squared_hinge: 'squared_hinge',
  hinge: 'hinge',
  categorical_hinge: 'categorical_hinge',
  log_cosh: 'logcosh',
  logcosh: 'logcosh',
  categorical_crossentropy: 'categorical_crossentropy',
  sparse_categorical_crossentropy: 'sparse_categorical_crossentropy',
  binary_crossentropy: 'binary_crossentropy',
  bce: 'binary_crossentropy',
  kl_divergence: 'kullback_leibler_divergence',
  poisson: 'poisson',
};

/** Its metrics by the names that it takes, each with Keras's. */
const metricNames: Readonly<Record<string, string>> = {
  accuracy: 'accuracy',
  acc: 'accuracy',
  crossentropy: 'crossentropy',
  ce: 'crossentropy',
  binary_accuracy: 'binary_accuracy',
  categorical_accuracy: 'categorical_accuracy',
  precision: 'precision',
  categorical_crossentropy: 'categorical_crossentropy',
  sparse_categorical_crossentropy: 'sparse_categorical_crossentropy',
  mse: 'mean_squared_error',
  mae: 'mean_absolute_error',
  mape: 'mean_absolute_percentage_error',
};

/** The values of options at which a loss or a metric is what its name alone means. */
const plainValues: readonly Json[] = [null, false, 0, -1, 'sum_over_batch_size', 'float32'];

/** The name of a loss or metric that has no options, in Keras's words. */
function plainName(value: Json): string | undefined {
  if (typeof value === 'string') return snakeCase(value);
  if (!isRecord(value) || typeof value.class_name !== 'string' || !isRecord(value.config)) return undefined;
  const isPlain = Object.entries(value.config).every(([key, option]) => key === 'name' || plainValues.includes(option));
  return isPlain && value.class_name !== 'function' ? snakeCase(value.class_name) : undefined;
}

const own = <Value>(table: Readonly<Record<string, Value>>, key: string): Value | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;

/** Scalars that Keras keeps before the slots. */
const beforeSlots = 2;

/** What a model was compiled with, as TensorFlow.js writes it. */
export interface TfjsTraining {
  readonly config: Config;
  /** What the optimizer keeps; undefined before training. */
  readonly weights: readonly TfjsWeight[] | undefined;
}

/**
 * Keras 3's `compile_config` and state for TensorFlow.js; undefined where it has no such optimizer or loss. `trainable`
 * are the names of the weights that the optimizer changes.
 */
export function toTraining(
  compiled: Json | undefined,
  state: OptimizerState | undefined,
  trainable: readonly string[],
): TfjsTraining | undefined {
  if (!isRecord(compiled) || !isRecord(compiled.optimizer) || !isRecord(compiled.optimizer.config)) return undefined;
  const { class_name: className, config } = compiled.optimizer;
  const pair = pairs.find(({ keras, only }) => keras === className && only(config));
  const loss = own(lossNames, plainName(compiled.loss ?? null) ?? '');
  const { learning_rate: configured } = config;
  if (!pair || !loss || typeof configured !== 'number' || withoutCounterpart.some((key) => isOn(config[key])))
    return undefined;
  // The rate may have changed in training; one that only was rounded to float32 stays as it was given.
  const current = state?.values[1]?.data[0] ?? configured;
  const rate = Math.fround(configured) === current ? configured : current;
  const options = pair.options.map(([keras, tfjs]) => [tfjs, config[keras] ?? null] as const);
  const metrics = (Array.isArray(compiled.metrics) ? (compiled.metrics as readonly Json[]) : []).flatMap((metric) => {
    const name = plainName(metric);
    return Object.keys(metricNames).find((key) => metricNames[key] === name || key === name) ?? [];
  });
  const weights = state && slotsFor(pair, config, state, trainable);
  if (state && !weights) return undefined;
  return {
    config: {
      loss,
      metrics,
      optimizer_config: { class_name: pair.tfjs, config: { learningRate: rate, ...Object.fromEntries(options) } },
    },
    weights,
  };
}

/** What the optimizer keeps, in TensorFlow.js's order; undefined for a state of another form. */
function slotsFor(
  { slots, interleaved }: Pair,
  config: Config,
  { values }: OptimizerState,
  trainable: readonly string[],
): readonly TfjsWeight[] | undefined {
  const kept = slots.filter(({ inKeras }) => inKeras(config));
  const count = trainable.length;
  if (values.length !== beforeSlots + kept.length * count) return undefined;
  const group = 'optimizer';
  const iterations = { name: 'iter', group, array: values[0]! };
  const ofSlot = (slot: Slot, index: number): NDArray => {
    const which = kept.indexOf(slot);
    return values[beforeSlots + (interleaved ? index * kept.length + which : which * count + index)]!;
  };
  const like = ({ dtype, shape, data }: NDArray): NDArray => ({ dtype, shape, data: data.slice().fill(0) });
  const written = slots.flatMap((slot) =>
    trainable.map((name, index) => ({
      name: `${name}/${slot.suffix}`,
      group,
      array: kept.includes(slot) ? ofSlot(slot, index) : like(ofSlot(kept[0]!, index)),
    })),
  );
  return [iterations, ...written];
}

/** What a model was compiled with, as Keras 3 describes it. */
export interface ReadTraining {
  readonly compileConfig: Config;
  readonly optimizer: OptimizerState | undefined;
}

/** TensorFlow.js's `trainingConfig`, with the weights of the group `optimizer`; undefined where it has no optimizer. */
export function fromTraining(training: Json | undefined, weights: readonly TfjsWeight[]): ReadTraining | undefined {
  const described = isRecord(training) ? training.optimizer_config : undefined;
  if (!isRecord(training) || !isRecord(described) || typeof described.class_name !== 'string') return undefined;
  const options = isRecord(described.config) ? described.config : {};
  const { className, config, state } = optimizerFrom(described.class_name, options, weights);
  const metrics = Array.isArray(training.metrics) ? (training.metrics as readonly Json[]) : [];
  return {
    compileConfig: {
      optimizer: { module: 'keras.optimizers', class_name: className, config, registered_name: null },
      loss: lossFrom(training.loss ?? null),
      metrics: metrics.length === 0 ? null : metrics.map(metricFrom),
      weighted_metrics: null,
    },
    optimizer: state && { className, names: undefined, values: state },
  };
}

/** In Keras's words, where they differ. */
function lossFrom(loss: Json): Json {
  if (typeof loss !== 'string') return loss;
  const name = snakeCase(loss);
  return Object.keys(lossNames).find((key) => lossNames[key] === name) ?? name;
}

function metricFrom(metric: Json): Json {
  return typeof metric === 'string' ? (own(metricNames, metric) ?? metric) : metric;
}

interface ReadOptimizer {
  readonly className: string;
  readonly config: Config;
  readonly state: readonly NDArray[] | undefined;
}

function optimizerFrom(className: string, options: Config, weights: readonly TfjsWeight[]): ReadOptimizer {
  // TensorFlow.js writes `learningRate`, Keras 2 `learning_rate`.
  const option = (name: string): Json => options[name] ?? options[snakeCase(name)] ?? null;
  const rate = option('learningRate');
  // Without a rate the state says nothing of the steps to come.
  const arrays = typeof rate === 'number' ? weights.map(({ array }) => array) : [];
  const scalars = (): NDArray[] => [arrays[0]!, { dtype: 'float32', shape: [], data: Float32Array.of(Number(rate)) }];
  if (className === 'Momentum') {
    const config = { learning_rate: rate, momentum: option('momentum'), nesterov: option('useNesterov') };
    // TensorFlow.js sums up gradients, Keras the steps they make.
    const step = ({ dtype, shape, data }: NDArray): NDArray => ({
      dtype,
      shape,
      data: data.map((value) => -Number(rate) * value),
    });
    const state = arrays.length > 1 ? [...scalars(), ...arrays.slice(1).map(step)] : undefined;
    return { className: 'SGD', config, state };
  }
  const pair = pairs.find(({ tfjs }) => tfjs.toLowerCase() === className.toLowerCase());
  if (!pair) return { className, config: { learning_rate: rate }, state: undefined };
  const config: Config = {
    learning_rate: rate,
    ...Object.fromEntries(pair.options.map(([keras, tfjs]) => [keras, options[keras] ?? option(tfjs)])),
  };
  const inTfjs = pair.slots.filter(({ inTfjs: isThere }) => isThere(config));
  const rest = arrays.slice(1);
  const count = inTfjs.length === 0 ? 0 : rest.length / inTfjs.length;
  if (arrays.length === 0 || !Number.isInteger(count) || (inTfjs.length > 0 && count === 0))
    return { className: pair.keras, config, state: undefined };
  const kept = inTfjs.filter(({ inKeras }) => inKeras(config));
  const at = (slot: Slot, index: number): NDArray => rest[inTfjs.indexOf(slot) * count + index]!;
  const indices = Array.from({ length: count }, (_, index) => index);
  const slots = pair.interleaved
    ? indices.flatMap((index) => kept.map((slot) => at(slot, index)))
    : kept.flatMap((slot) => indices.map((index) => at(slot, index)));
  return { className: pair.keras, config, state: [...scalars(), ...slots] };
}
