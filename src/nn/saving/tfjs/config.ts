// The description of a model in the words of TensorFlow.js, which are Keras 2's: no modules, dtypes by name,
// `batch_input_shape`; and which of it TensorFlow.js knows.
import { isRecord, type Json } from '../../../formats/json.js';
import type { ModelConfig } from '../format.js';

/** The layers of tfjs-layers 4.22, by class name. */
const knownLayers: ReadonlySet<string> = new Set(
  `Activation Add AlphaDropout Average AveragePooling1D AveragePooling2D AveragePooling3D BatchNormalization Bidirectional
  Concatenate Conv1D Conv2D Conv2DTranspose Conv3D Conv3DTranspose ConvLSTM2D ConvLSTM2DCell Cropping2D Dense
  DepthwiseConv2D Dot Dropout ELU Embedding Flatten GRU GRUCell GaussianDropout GaussianNoise GlobalAveragePooling1D
  GlobalAveragePooling2D GlobalMaxPooling1D GlobalMaxPooling2D InputLayer LSTM LSTMCell LayerNormalization LeakyReLU
  Masking MaxPooling1D MaxPooling2D MaxPooling3D Maximum Minimum Multiply PReLU Permute RNN ReLU RepeatVector Reshape
  SeparableConv2D Sequential SimpleRNN SimpleRNNCell Softmax SpatialDropout1D StackedRNNCells ThresholdedReLU
  TimeDistributed UpSampling2D ZeroPadding2D`.split(/\s+/),
);

/** Its activations, in Keras's spelling. */
const knownActivations: ReadonlySet<string> = new Set(
  'elu gelu hard_sigmoid linear log_softmax mish relu relu6 selu sigmoid softmax softplus softsign swish tanh'.split(
    ' ',
  ),
);

/** Classes that it has under another name, beside layers. */
const otherNames: Readonly<Record<string, string>> = {
  LecunNormal: 'LeCunNormal',
  LecunUniform: 'LeCunUniform',
  OrthogonalInitializer: 'Orthogonal',
  IdentityInitializer: 'Identity',
  L1: 'L1L2',
  L2: 'L1L2',
};

/** Keras 3's names of what Keras 2 and TensorFlow.js call otherwise. */
const otherActivations: Readonly<Record<string, string>> = { silu: 'swish' };

/** What TensorFlow.js does not have, or computes otherwise, in a model that is written for it. */
type Missing = Set<string>;

/** Options that TensorFlow.js passes over, each with the value at which nothing is lost. */
const passedOver: Readonly<Record<string, Readonly<Record<string, Json>>>> = {
  Conv2D: { groups: 1 },
  Conv1D: { groups: 1 },
  Conv3D: { groups: 1 },
  ReLU: { negative_slope: 0, threshold: 0 },
};

/**
 * The topology of a model.json. `missing` names what TensorFlow.js 4.22 does not have, so that it could not load the
 * model or would compute something else.
 */
export function toTopology(model: ModelConfig): { topology: Record<string, Json>; missing: readonly string[] } {
  const missing: Missing = new Set();
  const topology = layerOf(model, missing);
  return { topology, missing: [...missing] };
}

/** A model or a layer. */
function layerOf(value: Json, missing: Missing): Record<string, Json> {
  if (!isRecord(value) || typeof value.class_name !== 'string' || !isRecord(value.config))
    return { class_name: '', config: {} };
  const { class_name: className, config } = value;
  if (!knownLayers.has(className)) missing.add(`the layer ${className}`);
  if (Array.isArray(config.layers)) {
    const layers = (config.layers as readonly Json[]).map((layer) => layerOf(layer, missing));
    return { class_name: className, config: { name: config.name ?? null, layers } };
  }
  for (const [option, harmless] of Object.entries(passedOver[className] ?? {}))
    if ((config[option] ?? harmless) !== harmless) missing.add(`${option} of ${className}`);
  const entries = Object.entries(config).map(([key, option]): [string, Json] => {
    if (key === 'batch_shape') return ['batch_input_shape', option];
    // Whole numbers are int32 there.
    if (key === 'dtype' && option === 'uint8') return [key, 'int32'];
    if (key === 'activation' || key === 'recurrent_activation') return [key, activationOf(option, missing)];
    return [key, optionOf(option)];
  });
  return { class_name: className, config: Object.fromEntries(entries) };
}

function activationOf(value: Json, missing: Missing): Json {
  // A function of the user's own has but its name.
  const name = isRecord(value) && value.class_name === 'function' ? (value.config ?? null) : value;
  if (typeof name !== 'string') return name;
  const written = otherActivations[name] ?? name;
  if (!knownActivations.has(written)) missing.add(`the activation ${written}`);
  return written;
}

/** Initializers, regularizers, dtypes; anything else as it is. */
function optionOf(value: Json): Json {
  if (!isRecord(value) || typeof value.class_name !== 'string' || !isRecord(value.config)) return value;
  const { class_name: className, config } = value;
  if (className === 'DTypePolicy') return config.name ?? null;
  const written = otherNames[className] ?? className;
  const defaults = written === 'L1L2' ? { l1: 0, l2: 0 } : {};
  const { distribution } = config;
  return {
    class_name: written,
    config: {
      ...defaults,
      ...config,
      // Only how weights begin, and those of a file do not.
      ...(distribution === 'untruncated_normal' ? { distribution: 'normal' } : {}),
    },
  };
}

/** What a topology says of the model, in whatever form of Keras's it is, and of what Keras had compiled it with. */
export function fromTopology(topology: Readonly<Record<string, Json>>, compiled: Json | undefined): ModelConfig {
  const { model_config: model, training_config: training = null } = topology;
  const config = isRecord(model) ? model : topology;
  const compileConfig = compiled ?? training;
  return isRecord(compileConfig) ? { ...config, compile_config: compileConfig } : config;
}
