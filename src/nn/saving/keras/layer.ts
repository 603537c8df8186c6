// One layer of a file, of any version of Keras, as Keras 3 describes it; and what Nacre cannot do of what it says.
import { isRecord, type Json } from '../../../formats/json.js';
import { activationName as activationNamed } from '../../activation-option.js';
import type { ConfigReader } from '../config/from-config.js';
import { brief, classNameOf, dtypeName, entryOf, isKerasModule, numberIn } from './plain.js';

/** What a file says of a layer. */
export interface LayerEntry {
  readonly className: string;
  readonly name: string;
  readonly module: string;
  readonly registeredName: string | undefined;
  readonly config: Record<string, Json>;
  readonly buildConfig: Json | undefined;
}

export interface KerasLayer {
  readonly description: Record<string, Json>;
  /** What is in the way: `activation 'swish'`. */
  readonly problems: readonly string[];
}

type Options = Record<string, Json>;

/** Keras 1's names of options, and those of Keras's today. */
const otherNames: Readonly<Record<string, string>> = {
  init: 'kernel_initializer',
  W_regularizer: 'kernel_regularizer',
  b_regularizer: 'bias_regularizer',
  W_constraint: 'kernel_constraint',
  b_constraint: 'bias_constraint',
  bias: 'use_bias',
  border_mode: 'padding',
  subsample: 'strides',
  dim_ordering: 'data_format',
  output_dim: 'units',
  nb_filter: 'filters',
  p: 'rate',
};

const otherClasses: Readonly<Record<string, string>> = { Convolution2D: 'Conv2D', MaxPool2D: 'MaxPooling2D' };

const otherValues: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  data_format: { tf: 'channels_last', th: 'channels_first' },
};

/** What is said elsewhere (the shape), or changes nothing about what is computed. */
const ignored: readonly string[] = [
  'batch_input_shape',
  'batch_shape',
  'input_shape',
  'input_dim',
  'input_length',
  'input_dtype',
  'build_input_shape',
];

/** Options that Nacre does not have: fine as long as they are null, or as here. */
const unsupported: Readonly<Record<string, Json>> = {
  activity_regularizer: null,
  kernel_constraint: null,
  bias_constraint: null,
  lora_rank: null,
  lora_alpha: null,
  quantization_config: null,
  quantization_mode: null,
  dynamic: false,
};

/** The description of a layer that is of Keras's own, or of one that the user has given. */
export function kerasLayer(entry: LayerEntry, reader: ConfigReader): KerasLayer {
  const { className, registeredName, module } = entry;
  if (reader.hasCustom(className, registeredName)) return customLayer(entry);
  if (className === 'Lambda')
    return refused(entry, 'holds code of Python, and nothing that is in a file is executed. Write it as a layer');
  const isKeras = isKerasModule(module) && (registeredName === undefined || registeredName === className);
  const ownName = entryOf(otherClasses, className) ?? className;
  const substitute = isKeras ? substituteFor(entry) : undefined;
  if (substitute) return substitute;
  if (!isKeras || !reader.hasClass('keras.layers', ownName))
    return refused(entry, isKeras ? 'there is no such layer' : `there is no such layer (of ${module || 'no module'})`);
  const problems: string[] = [];
  const config = ownName === 'InputLayer' ? inputOptions(entry.config, problems) : entry.config;
  return {
    description: described(entry, ownName, { ...optionsOf(config, ownName, reader, problems), name: entry.name }),
    problems,
  };
}

function described(entry: LayerEntry, className: string, config: Options): Record<string, Json> {
  return {
    module: 'keras.layers',
    class_name: className,
    config,
    registered_name: null,
    ...(entry.buildConfig === undefined ? {} : { build_config: entry.buildConfig }),
  };
}

function refused(entry: LayerEntry, problem: string): KerasLayer {
  return { description: described(entry, entry.className, entry.config), problems: [problem] };
}

function customLayer(entry: LayerEntry): KerasLayer {
  const config = Object.fromEntries(
    Object.entries(entry.config).filter(([key]) => key !== 'batch_input_shape' && key !== 'batch_shape'),
  );
  const description = described(entry, entry.className, { ...config, name: entry.name });
  return {
    description: { ...description, module: entry.module, registered_name: entry.registeredName ?? null },
    problems: [],
  };
}

/** Layers of Keras's that compute what one of Nacre's own does. */
function substituteFor(entry: LayerEntry): KerasLayer | undefined {
  const { className, name, config } = entry;
  const own: Options = { name, trainable: config.trainable ?? true };
  const problems: string[] = [];
  const dtype = floatDtype(config.dtype, problems);
  if (dtype !== null) own.dtype = dtype;
  const activation = (activationName: string): KerasLayer => ({
    description: described(entry, 'Activation', { ...own, activation: activationName }),
    problems,
  });
  const expectNumber = (option: string, expected: number | undefined): void => {
    const value = config[option] ?? null;
    if (value !== null && numberIn(value) !== expected) problems.push(`${option} ${brief(value)}`);
  };
  if (className === 'ReLU') {
    expectNumber('max_value', undefined);
    expectNumber('negative_slope', 0);
    expectNumber('threshold', 0);
    return activation('relu');
  }
  if (className === 'Softmax') {
    expectNumber('axis', -1);
    return activation('softmax');
  }
  if (className === 'Identity') return activation('linear');
  if (className === 'SpatialDropout2D') {
    if (config.data_format === 'channels_first') problems.push(channelsFirst);
    const rate = config.rate ?? config.p ?? null;
    const options = { ...own, rate, seed: config.seed ?? null, noise_shape: [null, 1, 1, null] };
    return { description: described(entry, 'Dropout', options), problems };
  }
  return undefined;
}

const channelsFirst = "data_format 'channels_first': Nacre's images have their channels last";

/** The options of a layer of Nacre's own, in Keras 3's names. */
function optionsOf(config: Options, className: string, reader: ConfigReader, problems: string[]): Options {
  const options: Options = {};
  const isInput = className === 'InputLayer';
  for (const [oldKey, oldValue] of Object.entries(config)) {
    const key = entryOf(otherNames, oldKey) ?? oldKey;
    const value =
      typeof oldValue === 'string' ? (entryOf(entryOf(otherValues, key) ?? {}, oldValue) ?? oldValue) : oldValue;
    if (value === null || (!isInput && ignored.includes(key))) continue;
    if (Object.hasOwn(unsupported, key)) {
      if (unsupported[key] !== value) problems.push(`${key} ${brief(value)}`);
    } else if (key === 'dtype' && !isInput) {
      const dtype = floatDtype(value, problems);
      if (dtype !== null) options.dtype = dtype;
    } else if (key === 'data_format') {
      if (value !== 'channels_last') problems.push(channelsFirst);
    } else if (key === 'activation') options.activation = activationOf(value, reader, problems);
    else if (key.endsWith('_initializer'))
      options[key] = partOf(value, key, 'keras.initializers', reader, problems, initializerConfig);
    else if (key.endsWith('_regularizer'))
      options[key] = partOf(value, key, 'keras.regularizers', reader, problems, regularizerConfig);
    else if (key.endsWith('_constraint')) problems.push(`${key} ${brief(value)}`);
    else options[key] = value;
  }
  const { nb_row: rows, nb_col: columns, ...rest } = options;
  return rows === undefined || columns === undefined ? options : { ...rest, kernel_size: [rows, columns] };
}

/** The policies of 16 bits, alone or with weights of 32. */
const isHalf = (name: string | undefined): boolean => name !== undefined && /^(mixed_)?b?float16$/.test(name);

/** Weights of half precision become float32, and computing in float32, for mixed precision too, is only more precise. */
function floatDtype(value: Json | undefined, problems: string[]): string | null {
  const name = dtypeName(value);
  if (name === null) return null;
  if (name === 'float32' || name === 'float64') return name;
  if (isHalf(name)) return 'float32';
  problems.push(`dtype ${brief(value ?? null)}: weights are float32 or float64`);
  return null;
}

function inputOptions(config: Options, problems: string[]): Options {
  const { name, sparse, ragged, optional } = config;
  const shape = config.batch_shape ?? config.batch_input_shape ?? null;
  const dtype = dtypeName(config.dtype);
  for (const [option, value] of Object.entries({ sparse, ragged, optional }))
    if (value === true) problems.push(`${option} inputs`);
  return {
    name: name ?? null,
    batch_shape: shape,
    dtype: dtype === 'float32' || isHalf(dtype ?? undefined) ? null : (dtype ?? null),
  };
}

/** Names as they are, functions of the user's own by their descriptions, layers as activations by what they compute. */
function activationOf(value: Json, reader: ConfigReader, problems: string[]): Json {
  const described = isRecord(value) ? value : undefined;
  const className = described?.class_name;
  let name = typeof value === 'string' ? value : undefined;
  if (className === 'function' && typeof described!.config === 'string') name = described!.config;
  else if (typeof className === 'string' && isRecord(described!.config)) {
    const layer = { className, name: '', module: '', registeredName: undefined, buildConfig: undefined };
    const substitute = substituteFor({ ...layer, config: described!.config });
    const computed = substitute?.description.config;
    if (substitute?.problems.length === 0 && isRecord(computed) && typeof computed.activation === 'string')
      name = computed.activation;
  }
  if (name !== undefined && reader.hasFunction(name))
    return { module: 'builtins', class_name: 'function', config: name, registered_name: 'function' };
  if (name !== undefined && activationNamed(name) !== undefined) return name;
  problems.push(`activation ${brief(name ?? value)}`);
  return value;
}

type PartConfig = (config: Options) => Options;

const initializerConfig: PartConfig = (config) => {
  const { dtype: _dtype, partition_info: _partition, input_axes: _input, output_axes: _output, ...rest } = config;
  // What Keras 2 called normal was cut off at twice its deviation.
  return rest.distribution === 'normal' ? { ...rest, distribution: 'truncated_normal' } : rest;
};

const regularizerConfig: PartConfig = ({ name: _name, ...factors }) => factors;

/** Parts of a layer: an initializer or a regularizer, by name or described. */
function partOf(
  value: Json,
  key: string,
  module: string,
  reader: ConfigReader,
  problems: string[],
  configOf: PartConfig,
): Json {
  const isNamed = typeof value === 'string';
  const name = isNamed ? value : isRecord(value) ? value.class_name : undefined;
  if (typeof name !== 'string') {
    problems.push(`${key} ${brief(value)}`);
    return null;
  }
  if (reader.hasCustom(name)) return isNamed ? { module, class_name: name, config: {} } : value;
  const className = entryOf(partClasses, name) ?? classNameOf(name);
  const described = isRecord(value) ? value : {};
  const registeredName = described.registered_name ?? null;
  const isKnown = isKerasModule(described.module) && reader.hasClass(module, className);
  if (!isKnown || (registeredName !== null && registeredName !== className)) {
    problems.push(`${key} ${name}`);
    return null;
  }
  const config = isRecord(described.config) ? configOf(described.config) : {};
  return { module, class_name: className, config, registered_name: null };
}

const partClasses: Readonly<Record<string, string>> = {
  zero: 'Zeros',
  one: 'Ones',
  normal: 'RandomNormal',
  uniform: 'RandomUniform',
  L1L2: 'L1L2',
  l1_l2: 'L1L2',
  WeightRegularizer: 'L1L2',
};
