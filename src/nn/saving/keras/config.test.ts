// Configurations of every version of Keras become those of a sequential model, or an error with all that is in the way.
import { expect, test } from 'vitest';
import { useBackend } from '../../../../tests/support/engine.js';
import type { Json } from '../../../formats/json.js';
import * as layers from '../../layers/index.js';
import { ConfigReader, type CustomObjects, type DescribedLayer, type MapLayer } from '../config/from-config.js';
import { sequentialConfig } from './config.js';

useBackend();

type Config = Record<string, Json>;

function layersOf(model: Config, custom: CustomObjects = {}, mapLayer?: MapLayer): layers.Layer[] {
  const reader = new ConfigReader(custom, { mapLayer });
  const { config } = sequentialConfig(model, reader, 'test');
  return config.layers.map((value) => reader.read(value, 'test') as layers.Layer);
}

/** Class and name of each layer. */
const namesOf = (made: readonly layers.Layer[]): string[] => made.map((layer) => `${layer.className} ${layer.name}`);

const layer = (className: string, config: Config, inbound?: Json): Config => ({
  class_name: className,
  config,
  ...(inbound === undefined ? {} : { name: config.name!, inbound_nodes: inbound }),
});

const sequentialOf = (...all: readonly Json[]): Config => ({
  class_name: 'Sequential',
  config: { name: 'm', layers: all },
});

const functional = (all: readonly Json[], inputs: Json = ['in', 0, 0], outputs: Json = ['out', 0, 0]): Config => ({
  class_name: 'Functional',
  config: { name: 'm', layers: all, input_layers: inputs, output_layers: outputs },
});

/** The call of a layer as Keras 3 writes it. */
const calledWith = (...names: readonly string[]): Json => [
  {
    args: names.map((name) => ({
      class_name: '__keras_tensor__',
      config: { shape: [null, 4], dtype: 'float32', keras_history: [name, 0, 0] },
    })),
    kwargs: { training: false },
  },
];

const input = layer('InputLayer', { name: 'in', batch_shape: [null, 4], dtype: 'float32' }, []);
const dense = (name: string, from: Json, more: Config = {}): Config =>
  layer('Dense', { name, units: 4, activation: 'relu', ...more }, from);

test('a functional model of Keras 3 whose layers follow one another, in any order', () => {
  const made = layersOf(
    functional([
      dense('out', calledWith('mid')),
      input,
      dense('mid', calledWith('drop')),
      layer('Dropout', { name: 'drop', rate: 0.5 }, calledWith('in')),
    ]),
  );
  expect(namesOf(made)).toEqual(['InputLayer in', 'Dropout drop', 'Dense mid', 'Dense out']);
});

test('a functional model of Keras 2, and of Keras 1, which called it Model', () => {
  const k2 = (name: string, from: string): Config => dense(name, [[[from, 0, 0, {}]]]);
  const all = [
    layer('InputLayer', { name: 'in', batch_input_shape: [null, 4], sparse: false }, []),
    k2('a', 'in'),
    k2('out', 'a'),
  ];
  const made = layersOf(functional(all, [['in', 0, 0]], [['out', 0, 0]]));
  expect(namesOf(made)).toEqual(['InputLayer in', 'Dense a', 'Dense out']);
  expect(made[0]!.batchInputShape).toEqual([null, 4]);
  const older = { ...functional(all, [['in', 0, 0]], [['out', 0, 0]]), class_name: 'Model' };
  expect(namesOf(layersOf(older))).toEqual(namesOf(made));
});

test('layers as a bare list, their input in the first of them, options under the names of Keras 1', () => {
  const [first, conv, drop, last] = layersOf({
    class_name: 'Sequential',
    config: [
      layer('Convolution2D', {
        name: 'convolution2d_1',
        batch_input_shape: [null, 6, 6, 1],
        nb_filter: 2,
        nb_row: 3,
        nb_col: 2,
        border_mode: 'same',
        subsample: [1, 1],
        dim_ordering: 'tf',
        init: 'glorot_uniform',
        W_regularizer: { name: 'WeightRegularizer', class_name: 'WeightRegularizer', l1: 0, l2: 0.5 },
        W_constraint: null,
        bias: true,
        input_dtype: 'float32',
        trainable: true,
      }),
      layer('Dropout', { name: 'dropout_1', p: 0.25, trainable: true }),
      layer('Dense', { name: 'dense_1', output_dim: 3, init: 'he_normal', activation: 'softmax', input_dim: null }),
    ],
  });
  expect(first!.batchInputShape).toEqual([null, 6, 6, 1]);
  expect(conv!.getConfig()).toMatchObject({ filters: 2, kernel_size: [3, 2], padding: 'same', strides: [1, 1] });
  expect(drop!.getConfig()).toMatchObject({ rate: 0.25 });
  expect(last!.getConfig()).toMatchObject({ units: 3, kernel_initializer: { class_name: 'HeNormal' } });
});

test('tuples, policies, the dtypes of initializers, and what other modules Keras was', () => {
  const tuple = (items: Json): Json => ({ class_name: '__tuple__', items });
  const [shape, conv, last] = layersOf({
    module: 'keras.src.engine.sequential',
    class_name: 'Sequential',
    config: {
      name: 'm',
      layers: [
        layer('InputLayer', { name: 'in', batch_input_shape: tuple([null, 5, 5, 2]), dtype: 'float32', ragged: false }),
        {
          module: 'tf_keras.src.layers.convolutional.conv2d',
          ...layer('Conv2D', {
            name: 'conv',
            filters: 2,
            kernel_size: tuple([3, 3]),
            data_format: 'channels_last',
            dtype: { class_name: 'Policy', config: { name: 'mixed_float16' } },
            kernel_initializer: {
              class_name: 'VarianceScaling',
              config: { scale: 1, mode: 'fan_avg', distribution: 'normal', seed: null, dtype: 'float32' },
            },
            kernel_regularizer: { class_name: 'L1L2', config: { l1: 0, l2: 0.01 } },
            activity_regularizer: null,
          }),
        },
        layer('Dense', { name: 'd', units: 2, dtype: 'float64', bias_initializer: 'zeros', kernel_regularizer: 'l2' }),
      ],
    },
  });
  expect(shape!.batchInputShape).toEqual([null, 5, 5, 2]);
  expect(conv!.dtype).toBe('float32');
  expect(conv!.getConfig()).toMatchObject({
    kernel_size: [3, 3],
    kernel_initializer: { config: { distribution: 'truncated_normal' } },
    kernel_regularizer: { class_name: 'L1L2', config: { l1: 0, l2: 0.01 } },
  });
  expect(last!.dtype).toBe('float64');
});

test('layers that compute what others do stand for them', () => {
  const made = layersOf(
    sequentialOf(
      layer('ReLU', { name: 'r', max_value: null, negative_slope: [0], threshold: 0 }),
      layer('SpatialDropout2D', { name: 's', rate: 0.5 }),
      layer('Softmax', { name: 'x', axis: -1 }),
      layer('Dense', { name: 'd', units: 2, activation: { class_name: 'ReLU', config: { max_value: null } } }),
    ),
  );
  expect(namesOf(made)).toEqual(['Activation r', 'Dropout s', 'Activation x', 'Dense d']);
  expect(made[1]!.getConfig()).toMatchObject({ noise_shape: [null, 1, 1, null] });
  expect(made[3]!.getConfig()).toMatchObject({ activation: 'relu' });
});

test('all that is in the way is listed, with the layers that it is about', () => {
  const lambda = layer(
    'Lambda',
    { name: 'l', function: { class_name: '__lambda__', config: { code: 'secret' } } },
    calledWith('b'),
  );
  const model = functional(
    [
      input,
      layer('InputLayer', { name: 'in2', batch_shape: [null, 4], sparse: true }, []),
      dense('a', calledWith('in'), { activation: 'swish', kernel_constraint: { class_name: 'MaxNorm', config: {} } }),
      dense('b', [...(calledWith('a') as Json[]), ...(calledWith('in2') as Json[])]),
      layer('BatchNormalization', { name: 'bn', axis: [3] }, calledWith('a')),
      lambda,
      layer('Add', { name: 'add' }, [{ args: [(calledWith('bn', 'l') as [{ args: Json }])[0].args], kwargs: {} }]),
      { module: 'keras.src.ops.numpy', ...layer('Multiply', { name: 'times' }, calledWith('add')) },
      layer('Conv2D', { name: 'c', filters: 2, kernel_size: 2, data_format: 'channels_first' }, calledWith('times')),
      dense('out', calledWith('c'), {
        dtype: 'complex64',
        kernel_initializer: { class_name: 'Orthogonal', config: {} },
      }),
    ],
    [
      ['in', 0, 0],
      ['in2', 0, 0],
    ],
  );
  let message = '';
  try {
    layersOf(model);
  } catch (error) {
    message = (error as Error).message;
    expect(error).toMatchObject({ name: 'DataError' });
  }
  for (const part of [
    'test: the model needs what Nacre does not have:',
    "'m' (Functional): has 2 inputs (in, in2)",
    "'in2' (InputLayer): sparse inputs",
    "'a' (Dense): its output goes to several layers (b, bn)",
    `'a' (Dense): activation "swish"`,
    "'a' (Dense): kernel_constraint",
    "'b' (Dense): is used 2 times",
    "'bn' (BatchNormalization): there is no such layer",
    "'l' (Lambda): holds code of Python, and nothing that is in a file is executed",
    "'add' (Add): has 2 inputs (bn, l)",
    "'times' (Multiply): is an operation between layers",
    "'c' (Conv2D): data_format 'channels_first'",
    `'out' (Dense): dtype "complex64"`,
    "'out' (Dense): kernel_initializer Orthogonal",
    'mapLayer',
  ])
    expect(message).toContain(part);
  expect(message).not.toContain('secret');
});

test.each<[string, Config, RegExp]>([
  [
    'layers in a circle',
    functional([input, dense('a', calledWith('b')), dense('b', calledWith('a')), dense('out', calledWith('in'))]),
    /'a' \(Dense\): is not on the way/,
  ],
  [
    'a layer that reads itself',
    functional([input, dense('out', calledWith('out'))]),
    /its output is the model's and goes to 'out'/,
  ],
  [
    'a layer that is not there',
    functional([input, dense('out', calledWith('gone'))]),
    /reads 'gone', and there is no such layer/,
  ],
  [
    'two layers of one name',
    functional([input, dense('out', calledWith('in')), dense('out', calledWith('in'))]),
    /several layers have the same name/,
  ],
  [
    'an output before the end',
    functional([input, dense('out', calledWith('in')), dense('b', calledWith('out'))]),
    /its output is the model's and goes to 'b' too/,
  ],
  [
    'a call with more than tensors',
    functional([input, dense('out', [[['in', 0, 0, { y: 2 }]]])]),
    /'out' \(Dense\): is called with more than its input: \{"y":2\}/,
  ],
  [
    'one layer in two places',
    sequentialOf({ ...dense('a', null), shared_object_id: 7 }, { ...dense('b', null), shared_object_id: 7 }),
    /'b' \(Dense\): shares its weights with 'a'/,
  ],
  [
    'always as in training',
    functional([input, layer('Dropout', { name: 'out', rate: 0.1 }, [[['in', 0, 0, { training: true }]]])]),
    /is called as in training at all times/,
  ],
  [
    'a class of somebody else',
    sequentialOf({ ...dense('a', null), module: 'my.layers' }),
    /there is no such layer \(of my.layers\)/,
  ],
  [
    'a class that was registered elsewhere',
    sequentialOf({ ...dense('a', null), registered_name: 'my>Dense' }),
    /'a' \(Dense\): there is no such layer/,
  ],
  [
    'more layers than any model has',
    sequentialOf(...Array.from({ length: 10_001 }, () => 0)),
    /at most 10000 layers, received 10001/,
  ],
  [
    'a layer without a class',
    sequentialOf({ config: {} }),
    /layer 0: expected the description of a layer, received \{"config":\{\}\}/,
  ],
  [
    'a config that is none',
    sequentialOf({ class_name: 'Dense', config: 3 }),
    /layer 0: expected the config of 'Dense' to be an object/,
  ],
  ['no layers', { class_name: 'Sequential', config: { name: 'm' } }, /a name and a list of layers/],
  ['another class of model', { class_name: 'MyModel', config: { name: 'm', layers: [] } }, /received "MyModel"/],
])('refused: %s', (_name, model, message) => {
  expect(() => layersOf(model)).toThrow(message);
  expect(() => layersOf(model)).toThrow(expect.objectContaining({ name: 'DataError' }));
});

test('models within one another end somewhere', () => {
  let model: Json = sequentialOf(dense('a', null));
  for (let depth = 0; depth < 25; depth++) model = sequentialOf(model);
  expect(() => layersOf(model)).toThrow(/at most 20 models within one another/);
});

test('mapLayer is told of every layer and may give another; operations too', () => {
  const told: DescribedLayer[] = [];
  const made = layersOf(
    functional([
      input,
      { module: 'keras.layers', ...layer('LeakyReLU', { name: 'leaky', negative_slope: 0.2 }, calledWith('in')) },
      {
        module: 'keras.src.ops.numpy',
        ...layer('Multiply', { name: 'times' }, [
          { args: [...(calledWith('leaky') as [{ args: Json[] }])[0].args, 2], kwargs: {} },
        ]),
      },
      dense('out', calledWith('times')),
    ]),
    {},
    (described) => {
      told.push(described);
      if (described.className === 'LeakyReLU') return layers.activation({ activation: 'relu', name: described.name });
      return described.className === 'Multiply' ? layers.activation({ activation: 'tanh' }) : undefined;
    },
  );
  expect(made.map(({ className }) => className)).toEqual(['InputLayer', 'Activation', 'Activation', 'Dense']);
  expect(told.map(({ className }) => className)).toEqual(['InputLayer', 'LeakyReLU', 'Multiply', 'Dense']);
  expect(told[1]).toMatchObject({ name: 'leaky', module: 'keras.layers', config: { negative_slope: 0.2 } });
  expect(told[2]!.callArguments).toEqual({ args: [2], kwargs: {} });
  expect(() => layersOf(sequentialOf(dense('a', null)), {}, (() => 3) as never)).toThrow(/mapLayer: expected a layer/);
});
