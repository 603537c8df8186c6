// What a model of any version of Keras was compiled with, as Keras 3 describes it for a model of one output.
import { isRecord, type Json } from '../../../formats/json.js';
import { lossName } from '../../losses/resolve.js';
import { metricName } from '../../metrics/resolve.js';
import type { ConfigReader } from '../config/from-config.js';
import { brief, classNameOf, entryOf, isKerasModule, numberIn, plainJson } from './plain.js';

type Config = Record<string, Json>;

export interface CompileConfig {
  readonly optimizer: Json;
  readonly loss: Json;
  readonly metrics: Json;
  readonly weightedMetrics: Json;
  /** What of it does not exist here: `the loss 'huber'`. */
  readonly problems: readonly string[];
}

/** Brings `compile_config`, or the `training_config` of older files, into one form. */
export function compileConfig(given: Readonly<Config>, reader: ConfigReader): CompileConfig {
  const config = plainJson(given) as Config;
  const problems: string[] = [];
  const settle = new Settler(reader, problems);
  const optimizer = settle.optimizer(config.optimizer ?? config.optimizer_config ?? null);
  const loss = settle.loss(ofOneOutput(config.loss ?? null));
  const metrics = settle.metrics(config.metrics ?? null);
  const weightedMetrics = settle.metrics(config.weighted_metrics ?? null);
  const lossWeight = numberIn(ofOneOutput(config.loss_weights ?? null));
  if (lossWeight !== undefined && lossWeight !== 1) problems.push(`a loss weight of ${lossWeight}`);
  if (typeof config.sample_weight_mode === 'string') problems.push(`sample_weight_mode '${config.sample_weight_mode}'`);
  return { optimizer, loss, metrics, weightedMetrics, problems };
}

const isDescribed = (value: Json): value is Config => isRecord(value) && typeof value.class_name === 'string';

/** What is said for the one output that there is: `{ dense: 'mse' }` and `['mse']` are 'mse'. Others stay as they are. */
function ofOneOutput(value: Json): Json {
  if (Array.isArray(value)) return value.length === 1 ? (value[0] as Json) : value;
  if (!isRecord(value) || isDescribed(value)) return value;
  const all: readonly Json[] = Object.values(value);
  return all.length === 1 ? ofOneOutput(all[0]!) : value;
}

/** What optimizers say although it is the default, and Nacre's have no option for. */
const optimizerDefaults: Readonly<Config> = {
  use_ema: false,
  gradient_accumulation_steps: null,
  loss_scale_factor: null,
  weight_decay: false,
};
const ignoredOfOptimizer: readonly string[] = [
  'ema_momentum',
  'ema_overwrite_frequency',
  'jit_compile',
  'is_legacy_optimizer',
];

class Settler {
  readonly #reader: ConfigReader;
  readonly #problems: string[];

  constructor(reader: ConfigReader, problems: string[]) {
    this.#reader = reader;
    this.#problems = problems;
  }

  /** Whether the user gave something for what a description names. */
  #isCustom({ class_name: className, config, registered_name: registeredName }: Config): boolean {
    if (className === 'function') return typeof config === 'string' && this.#reader.hasFunction(config);
    return this.#reader.hasCustom(className as string, typeof registeredName === 'string' ? registeredName : undefined);
  }

  #missing(what: string, value: Json): Json {
    this.#problems.push(`${what} ${typeof value === 'string' ? `'${value}'` : brief(value)}`);
    return value;
  }

  optimizer(value: Json): Json {
    if (!isDescribed(value)) return value;
    if (this.#isCustom(value)) return value;
    const written = (value.class_name as string).replace(/^.*>/, '');
    const config = isRecord(value.config) ? value.config : {};
    const isDecoupled = written === 'AdamW';
    // AdamW is Adam with another default.
    const className = isDecoupled ? 'Adam' : written;
    if (!isKerasModule(value.module) || !this.#reader.hasClass('keras.optimizers', className))
      return this.#missing('the optimizer', written);
    const options: Config = isDecoupled ? { weight_decay: 0.004 } : {};
    for (const [key, given] of Object.entries(config)) {
      if (ignoredOfOptimizer.includes(key) || given === null || entryOf(optimizerDefaults, key) === given) continue;
      if (key !== 'weight_decay' && Object.hasOwn(optimizerDefaults, key))
        this.#missing(`the optimizer's ${key}`, given);
      else options[key === 'lr' ? 'learning_rate' : key] = given;
    }
    const { decay = 0, learning_rate: rate = null, ...others } = options;
    return {
      module: 'keras.optimizers',
      class_name: className,
      config: { ...others, learning_rate: this.#rate(rate, decay) },
      registered_name: null,
    };
  }

  /** A number or a schedule. What Keras 2 called decay is a schedule. */
  #rate(rate: Json, decay: Json): Json {
    const module = 'keras.optimizers.schedules';
    if (isDescribed(rate)) return this.#isCustom(rate) ? rate : { ...rate, module, registered_name: null };
    if (typeof decay !== 'number' || decay === 0) return rate;
    const config = { initial_learning_rate: rate, decay_steps: 1, decay_rate: decay };
    return { module, class_name: 'InverseTimeDecay', config, registered_name: null };
  }

  loss(value: Json): Json {
    if (typeof value === 'string') return this.#loss(value);
    if (!isDescribed(value)) return value === null ? null : this.#missing('the losses', value);
    if (this.#isCustom(value)) return value;
    const { class_name: className, config } = value;
    // A function of Keras's own by its name.
    if (typeof config === 'string') return this.#loss(config, value);
    const { fn, reduction, ...options } = isRecord(config) ? config : {};
    if (className === 'LossFunctionWrapper' && functionName(fn) !== undefined) return this.loss(functionName(fn)!);
    if (!isKerasModule(value.module) || !this.#reader.hasClass('keras.losses', className as string))
      return this.#missing('the loss', className!);
    if (!isDefaultReduction(reduction))
      return this.#missing(`the loss '${className as string}' reduced by`, reduction!);
    return { module: 'keras.losses', class_name: className!, config: options, registered_name: null };
  }

  #loss(name: string, described?: Config): Json {
    if (this.#reader.hasFunction(name)) return described ?? functionDescription(name);
    return lossName(name) !== undefined ? name : this.#missing('the loss', name);
  }

  /** A list of metrics, or null for none. */
  metrics(value: Json): Json {
    const all: Json =
      Array.isArray(value) && !value.some(Array.isArray) ? (value as readonly Json[]) : ofOneOutput(value);
    if (all === null || (Array.isArray(all) && all.length === 0)) return null;
    const list = (Array.isArray(all) ? all : [all]) as readonly Json[];
    return list.flatMap((metric) => (metric === null ? [] : [this.#metric(metric)]));
  }

  #metric(value: Json): Json {
    if (typeof value === 'string') {
      if (this.#reader.hasFunction(value)) return functionDescription(value);
      return metricName(value) !== undefined ? value : this.#missing('the metric', value);
    }
    if (!isDescribed(value)) return this.#missing('the metrics', value);
    if (this.#isCustom(value)) return value;
    const { class_name: written, config } = value;
    if (typeof config === 'string') return this.#metric(config);
    const { fn, ...options } = isRecord(config) ? config : {};
    const isWrapper = written === 'MeanMetricWrapper' && functionName(fn) !== undefined;
    const wrapped = isWrapper ? functionName(fn)! : '';
    if (isWrapper && this.#reader.hasFunction(wrapped)) return functionDescription(wrapped);
    const className = isWrapper ? (entryOf(metricClasses, wrapped) ?? classNameOf(wrapped)) : (written as string);
    if (!isKerasModule(value.module) || !this.#reader.hasClass('keras.metrics', className))
      return this.#missing('the metric', className);
    return { module: 'keras.metrics', class_name: className, config: options, registered_name: null };
  }
}

/** Functions whose classes have other names. */
const metricClasses: Readonly<Record<string, string>> = {
  mse: 'MeanSquaredError',
  mae: 'MeanAbsoluteError',
  mape: 'MeanAbsolutePercentageError',
  msle: 'MeanSquaredLogarithmicError',
  kl_divergence: 'KLDivergence',
  kullback_leibler_divergence: 'KLDivergence',
  log_cosh: 'LogCoshError',
  logcosh: 'LogCoshError',
};

function isDefaultReduction(reduction: Json | undefined): boolean {
  return reduction === undefined || reduction === null || reduction === 'auto' || reduction === 'sum_over_batch_size';
}

/** A function by its name, or described. */
function functionName(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return isRecord(value) && typeof value.config === 'string' ? value.config : undefined;
}

function functionDescription(name: string): Config {
  return { module: 'builtins', class_name: 'function', config: name, registered_name: 'function' };
}
