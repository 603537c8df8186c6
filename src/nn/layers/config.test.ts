// Configurations are Keras's: the keys, their order, the values and the descriptions of what they contain.
import { beforeEach, expect, test } from 'vitest';
import { heNormal } from '../initializers.js';
import { clearNames } from '../naming.js';
import * as layers from './index.js';

beforeEach(clearNames);

const float32 = { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' }, registered_name: null };
const initializer = (className: string, config: object): object => ({
  module: 'keras.initializers',
  class_name: className,
  config,
  registered_name: null,
});
const bias = { bias_initializer: initializer('Zeros', {}) };

test.each<[layers.Layer, Record<string, unknown>]>([
  [
    layers.dense({ units: 2, activation: 'relu', kernelInitializer: heNormal({ seed: 1 }), kernelRegularizer: 'l2' }),
    {
      name: 'dense',
      trainable: true,
      dtype: float32,
      units: 2,
      activation: 'relu',
      use_bias: true,
      kernel_initializer: initializer('HeNormal', { seed: 1 }),
      ...bias,
      kernel_regularizer: {
        module: 'keras.regularizers',
        class_name: 'L2',
        config: { l2: 0.01 },
        registered_name: null,
      },
      bias_regularizer: null,
      kernel_constraint: null,
      bias_constraint: null,
    },
  ],
  [
    layers.conv2d({ filters: 4, kernelSize: 3, padding: 'SAME', strides: [1, 2], trainable: false }),
    {
      name: 'conv2d',
      trainable: false,
      dtype: float32,
      filters: 4,
      kernel_size: [3, 3],
      strides: [1, 2],
      padding: 'same',
      data_format: 'channels_last',
      dilation_rate: [1, 1],
      groups: 1,
      activation: 'linear',
      use_bias: true,
      kernel_initializer: initializer('GlorotUniform', { seed: null }),
      ...bias,
      kernel_regularizer: null,
      bias_regularizer: null,
      activity_regularizer: null,
      kernel_constraint: null,
      bias_constraint: null,
    },
  ],
  [
    layers.maxPooling2d(),
    {
      name: 'max_pooling2d',
      trainable: true,
      dtype: float32,
      pool_size: [2, 2],
      padding: 'valid',
      strides: [2, 2],
      data_format: 'channels_last',
    },
  ],
  [
    layers.averagePooling2d({ poolSize: [2, 3], strides: 1, padding: 'same' }),
    {
      name: 'average_pooling2d',
      trainable: true,
      dtype: float32,
      pool_size: [2, 3],
      padding: 'same',
      strides: [1, 1],
      data_format: 'channels_last',
    },
  ],
  [layers.flatten(), { name: 'flatten', trainable: true, dtype: float32, data_format: 'channels_last' }],
  [
    layers.dropout({ rate: 0.2 }),
    { name: 'dropout', trainable: true, dtype: float32, rate: 0.2, seed: null, noise_shape: null },
  ],
  [
    layers.reshape({ targetShape: [-1, 2] }),
    { name: 'reshape', trainable: true, dtype: float32, target_shape: [-1, 2] },
  ],
  [
    layers.activation({ activation: 'softmax' }),
    { name: 'activation', trainable: true, dtype: float32, activation: 'softmax' },
  ],
  [
    layers.input({ shape: [28, 28, 1], name: 'images' }),
    { batch_shape: [null, 28, 28, 1], dtype: 'float32', sparse: false, name: 'images' },
  ],
])('$className', (layer, expected) => {
  // Names were given when the table was made.
  const config = { ...layer.getConfig(), name: expected.name };
  expect(config).toEqual(expected);
  expect(Object.keys(layer.getConfig())).toEqual(Object.keys(expected));
});
