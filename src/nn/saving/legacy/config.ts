// A model as Keras 1 and 2 describe it in HDF5 files, in a form that Keras 2 and 3 both read.
import { isRecord, type Json } from '../../../formats/json.js';
import { lossName } from '../../losses/resolve.js';
import { metricName } from '../../metrics/resolve.js';
import { snakeCase } from '../../naming.js';
import type { ModelConfig } from '../format.js';
import { classNameOf, dtypeName } from '../keras/plain.js';

type Config = Record<string, Json>;

/** `model_config`: classes and options, the shape of the input under the name that Keras 2 knows. */
export function legacyModelConfig(model: Readonly<Config>): Config {
  const config = isRecord(model.config) ? model.config : {};
  const { name, layers, build_input_shape: built } = config;
  const listed = Array.isArray(layers) ? (layers as readonly Config[]) : [];
  return {
    class_name: 'Sequential',
    config: {
      name: name ?? null,
      layers: listed.map(legacyLayer),
      ...(built === undefined ? {} : { build_input_shape: built }),
    },
  };
}

function legacyLayer(layer: Config): Config {
  const { class_name: className, registered_name: registeredName, config: given } = layer;
  if (className === 'Sequential') return { ...legacyModelConfig(layer) };
  const { batch_shape: batchShape, ...config } = isRecord(given) ? given : {};
  const dtype = dtypeName(config.dtype);
  return {
    class_name: typeof registeredName === 'string' ? registeredName : className!,
    config: {
      ...(batchShape === undefined ? {} : { batch_input_shape: batchShape }),
      ...config,
      ...(typeof dtype === 'string' ? { dtype } : {}),
    },
  };
}

/** `training_config`; undefined for a model that is not compiled. */
export function legacyTrainingConfig(model: ModelConfig): Config | undefined {
  const compiled = model.compile_config;
  if (!isRecord(compiled) || compiled.loss === undefined) return undefined;
  const { optimizer, loss, metrics, weighted_metrics: weighted, ...others } = compiled;
  const lossClass = typeof loss === 'string' ? lossName(loss) : isRecord(loss) ? loss.class_name : undefined;
  const isSparse = typeof lossClass === 'string' && /^sparseCategoricalCrossentropy$/i.test(lossClass);
  return {
    ...others,
    loss: lossConfig(loss ?? null),
    metrics: list(metrics, isSparse),
    weighted_metrics: list(weighted, isSparse, Array.isArray(metrics) ? (metrics as readonly Json[]) : []),
    optimizer_config: optimizerConfig(optimizer ?? null),
  };
}

/** A name in full: Keras 3 does not find a loss by its short name in these files. */
function lossConfig(loss: Json): Json {
  return typeof loss === 'string' ? snakeCase(lossName(loss) ?? loss) : described(loss);
}

/** `others` are metrics whose names are taken: a weighted one of the same name is told apart as Keras does. */
function list(metrics: Json | undefined, isSparse: boolean, others: readonly Json[] = []): Json {
  if (!Array.isArray(metrics)) return null;
  return (metrics as readonly Json[]).map((metric) => {
    const config = metricConfig(metric, isSparse);
    if (typeof metric !== 'string' || typeof config === 'string' || !others.includes(metric)) return config;
    const { class_name: className, config: options } = config as Config;
    return { class_name: className!, config: { ...(options as Config), name: `weighted_${metric}` } };
  });
}

/** The names that Keras settles by the shapes of labels; of these files Keras 2 does so without labels. */
const openNames: readonly string[] = ['accuracy', 'acc', 'crossentropy', 'ce'];

/** Keras 3 does not find metrics by their short names either; a class keeps the name that results go by. */
function metricConfig(metric: Json, isSparse: boolean): Json {
  if (typeof metric !== 'string') return described(metric);
  if (isSparse && (metric === 'accuracy' || metric === 'acc'))
    return { class_name: 'SparseCategoricalAccuracy', config: { name: metric, dtype: 'float32' } };
  const key = metricName(metric);
  if (key === undefined || openNames.includes(metric) || snakeCase(key) === metric) return metric;
  return { class_name: classNameOf(snakeCase(key)), config: { name: metric, dtype: 'float32' } };
}

/** Functions go by their names, all else is described. */
function described(value: Json): Json {
  if (!isRecord(value)) return value;
  const { class_name: className, config } = value;
  if (className === 'function' && typeof config === 'string') return config;
  return { class_name: className!, config: config ?? {} };
}

/** Options that are null are left out: what Keras 2 takes these optimizers for does not know all of them. */
function optimizerConfig(optimizer: Json): Json {
  const { class_name: className = null, config } = isRecord(optimizer) ? optimizer : {};
  const options = Object.entries(isRecord(config) ? config : {}).filter(([, value]) => value !== null);
  return { class_name: className, config: Object.fromEntries(options) };
}
