import { beforeEach, describe, expect, test } from 'vitest';
import { consoleOf, resetConsole } from '../../../../tests/support/console.js';
import { useBackend } from '../../../../tests/support/engine.js';
import { memoryFiles } from '../../../base/files.js';
import { ndarray, type NDArray } from '../../../base/ndarray.js';
import { RandomStream } from '../../../base/random.js';
import { sizeOf } from '../../../base/shape.js';
import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from '../../../formats/onnx/model.js';
import { readOnnx, writeOnnx } from '../../../formats/onnx/onnx-file.js';
import { uniform } from '../../../tensor/random.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { setFiles } from '../../files.js';
import * as layers from '../../layers/index.js';
import { sequential, type Sequential } from '../../model/sequential.js';
import { setRandomSeed } from '../../naming.js';
import { loadModel } from '../load-model.js';

useBackend();
beforeEach(() => {
  resetConsole();
  setRandomSeed(1);
  setFiles(memoryFiles());
});

const valuesOf = async (tensor: Tensor): Promise<number[]> => [...(await tensor.data())];

/** A constant of these numbers. */
const floats = (shape: readonly number[], values: readonly number[]): OnnxTensor => ({
  type: 'float',
  array: ndarray(Float32Array.from(values), shape),
});
const sizes = (...values: number[]): OnnxTensor => ({ type: 'int64', array: ndarray(Int32Array.from(values)) });
const counted = (shape: readonly number[]): OnnxTensor =>
  floats(
    shape,
    Array.from({ length: sizeOf(shape) }, (_, i) => ((i * 7) % 11) / 10 - 0.5),
  );

type Attributes = Readonly<Record<string, number | readonly number[] | string | { readonly float: number }>>;

function attributeOf(value: Attributes[string]): OnnxAttribute {
  if (typeof value === 'number') return { type: 'int', value };
  if (typeof value === 'string') return { type: 'string', value };
  return 'float' in value ? { type: 'float', value: value.float } : { type: 'ints', value };
}

/** `op inputs -> outputs`, with attributes. */
function node(text: string, attributes: Attributes = {}): OnnxNode {
  const [left, right] = text.split(' -> ') as [string, string];
  const [op, ...inputs] = left.split(' ') as [string, ...string[]];
  const entries = Object.entries(attributes).map(([name, value]) => [name, attributeOf(value)] as const);
  return {
    name: `${op} node`,
    op,
    domain: '',
    inputs: inputs.map((input) => (input === '_' ? '' : input)),
    outputs: right.split(' '),
    attributes: new Map(entries),
  };
}

interface Graph {
  readonly input: OnnxValue['shape'];
  readonly nodes: readonly OnnxNode[];
  readonly constants?: Readonly<Record<string, OnnxTensor>>;
  readonly opset?: number;
  readonly inputs?: readonly OnnxValue[];
  readonly outputs?: readonly OnnxValue[];
}

/** From the value `x` to the value `y`. */
function graphOf({ input, nodes, constants = {}, opset = 17, inputs, outputs }: Graph): OnnxModel {
  return {
    irVersion: 8,
    opsets: new Map([['', opset]]),
    producer: 'tests',
    producerVersion: '',
    metadata: new Map(),
    graph: {
      name: 'net',
      nodes,
      inputs: inputs ?? [{ name: 'x', type: 'float', shape: input }],
      outputs: outputs ?? [{ name: 'y', type: 'float', shape: undefined }],
      initializers: new Map(Object.entries(constants)),
    },
  };
}

const load = async (graph: Graph): Promise<Sequential> => loadModel(await writeOnnx(graphOf(graph)));

const outputOf = async (model: Sequential, input: NDArray | Tensor): Promise<number[]> =>
  valuesOf(await model.predict(input, { verbose: 0 }));

const row = ndarray(Float32Array.of(1, 2, -3), [1, 3]);
const batch = 'batch';

describe('what Nacre wrote, without what it wrote for itself', () => {
  const image = { inputShape: [6, 8, 2] };
  const models: Readonly<Record<string, () => layers.Layer[]>> = {
    'a network over images': () => [
      layers.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu', ...image }),
      layers.averagePooling2d({ poolSize: 2, padding: 'same' }),
      layers.flatten(),
      layers.dropout({ rate: 0.5 }),
      layers.dense({ units: 3, activation: 'softmax' }),
    ],
    'groups, dilation, no bias': () => [
      layers.conv2d({ filters: 4, kernelSize: 3, groups: 2, dilationRate: 2, useBias: false, ...image }),
      layers.maxPooling2d({ poolSize: [1, 2], strides: 1 }),
    ],
    'changes of shape': () => [
      layers.reshape({ targetShape: [4, 3], inputShape: [12] }),
      layers.dense({ units: 2, activation: 'tanh' }),
      layers.reshape({ targetShape: [2, 2, 2] }),
      layers.conv2d({ filters: 2, kernelSize: 2 }),
      layers.flatten(),
    ],
    'activations of their own': () => [
      layers.activation({ activation: 'sigmoid', inputShape: [5] }),
      layers.dense({ units: 3, activation: 'relu' }),
      layers.activation({ activation: 'softmax' }),
    ],
  };
  test.each(Object.keys(models))('%s: is the same network', async (name) => {
    const model = sequential(models[name]!());
    model.setWeights(model.getWeights().map((weight, seed) => weight.add(uniform(weight.shape, -0.3, 0.3, { seed }))));
    const written = await readOnnx(await model.toBytes({ format: 'onnx' }), 'm');
    const again = await loadModel(await writeOnnx({ ...written, metadata: new Map() }));
    const without = (list: readonly layers.Layer[]): string[] =>
      list.map(({ className }) => className).filter((className) => className !== 'Dropout');
    expect(without(again.layers)).toEqual(without(model.layers));
    expect(again.inputShape).toEqual(model.inputShape);
    const x = uniform([3, ...model.inputShape.slice(1).map((size) => size!)], -1, 1, { seed: 9 });
    expect(await outputOf(again, x)).toEqual(await outputOf(model, x));
  });

  test('a file that another program changed is read as it is now', async () => {
    const model = sequential([layers.dense({ units: 3, inputShape: [3], name: 'only' })]);
    const { graph, ...rest } = await readOnnx(await model.toBytes({ format: 'onnx' }), 'm');
    const [gemm] = graph.nodes as [OnnxNode];
    const nodes = [
      { ...gemm, outputs: ['sums'] },
      { ...gemm, name: 'added', op: 'Tanh', inputs: ['sums'], outputs: gemm.outputs, attributes: new Map() },
    ];
    const again = await loadModel(await writeOnnx({ ...rest, graph: { ...graph, nodes } }));
    const sums = await outputOf(model, row);
    const found = await outputOf(again, row);
    found.forEach((value, i) => expect(value).toBeCloseTo(Math.tanh(sums[i]!), 6));
  });
});

describe('products', () => {
  const matrix = floats([3, 2], [1, 2, 3, 4, 5, 6]);
  // [1, 2, -3] times it is [-8, -8].
  test.each<[string, Graph, number[]]>([
    ['MatMul', { input: [batch, 3], nodes: [node('MatMul x w -> y')], constants: { w: matrix } }, [-8, -8]],
    [
      'Gemm with factors, a turned matrix and a single number added',
      {
        input: [1, 3],
        nodes: [node('Gemm x w b -> y', { transB: 1, alpha: { float: 0.5 }, beta: { float: 2 } })],
        constants: { w: floats([2, 3], [1, 3, 5, 2, 4, 6]), b: floats([], [10]) },
      },
      [16, 16],
    ],
    [
      'a bias that comes first',
      {
        input: [batch, 3],
        nodes: [node('MatMul x w -> a'), node('Add b a -> y')],
        constants: { w: matrix, b: floats([2], [1, -1]) },
      },
      [-7, -9],
    ],
    [
      'what scales and shifts before',
      {
        input: [batch, 3],
        nodes: [node('Sub one x -> a'), node('Div a d -> b'), node('MatMul b w -> y')],
        constants: { w: matrix, one: floats([], [1]), d: floats([3], [1, 2, 4]) },
      },
      // (1 - x) / d = [0, -0.5, 1]
      [3.5, 4],
    ],
    [
      'batch normalization of what a product gives',
      {
        input: [batch, 3],
        nodes: [node('MatMul x w -> a'), node('BatchNormalization a s b m v -> y', { epsilon: { float: 1 } })],
        constants: {
          w: matrix,
          s: floats([2], [2, 3]),
          b: floats([2], [0, 1]),
          m: floats([2], [-8, 0]),
          v: floats([2], [3, 8]),
        },
      },
      [0, -7],
    ],
    [
      'what scales alone',
      { input: [batch, 3], nodes: [node('Mul x f -> y')], constants: { f: floats([3], [2, 3, 4]) } },
      [2, 6, -12],
    ],
    [
      'what scales after an activation',
      { input: [batch, 3], nodes: [node('Relu x -> a'), node('Add a f -> y')], constants: { f: floats([1], [5]) } },
      [6, 7, 5],
    ],
    [
      'a fixed batch in a shape',
      {
        input: [1, 3],
        nodes: [node('Reshape x s -> a'), node('Squeeze a t -> b'), node('MatMul b w -> y')],
        constants: { s: sizes(1, 1, 3), t: sizes(1), w: matrix },
      },
      [-8, -8],
    ],
  ])('%s', async (_what, graph, expected) => {
    const model = await load(graph);
    const found = await outputOf(model, row);
    expected.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 5));
    expect(found).toHaveLength(expected.length);
  });

  test('a bias becomes one of the layer, and so does an activation', async () => {
    const model = await load({
      input: [batch, 3],
      nodes: [node('MatMul x fc.weight -> a'), node('Add a b -> b1'), node('Relu b1 -> y')],
      constants: { 'fc.weight': matrix, b: floats([2], [1, -1]) },
    });
    expect(model.layers.map(({ name, className }) => `${className} ${name}`)).toEqual(['Dense fc']);
    expect(model.layers[0]!.getConfig().activation).toBe('relu');
  });
});

describe('images', () => {
  const kernel = counted([2, 1, 3, 3]);

  test('channels first become channels last, and a line says so', async () => {
    const said = consoleOf();
    const model = await load({
      input: [batch, 1, 4, 5],
      nodes: [node('Conv x k -> y', { kernel_shape: [3, 3] })],
      constants: { k: kernel },
    });
    expect(model.inputShape).toEqual([null, 4, 5, 1]);
    expect(model.outputShape).toEqual([null, 2, 3, 2]);
    expect(said.warnings()).toHaveLength(2);
    expect(said.warnings()[0]).toMatch(/images channels first, \[null, 1, 4, 5\]; .* channels last, \[null, 4, 5, 1\]/);
    expect(said.warnings()[1]).toMatch(/gives images channels first, \[null, 2, 2, 3\]/);
  });

  test('a kernel gets zeros at its edges where that puts its windows where they should be', async () => {
    const model = await load({
      input: [batch, 1, 4, 4],
      nodes: [node('Conv x k -> y', { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] })],
      constants: { k: kernel },
    });
    const [layer] = model.layers;
    expect(layer!.getConfig()).toMatchObject({ kernel_size: [4, 4], padding: 'same', strides: [2, 2] });
    const x = uniform([1, 4, 4, 1], -1, 1, { seed: 2 });
    const values = await valuesOf(x);
    const pixel = (r: number, c: number): number => (r < 0 || c < 0 || r > 3 || c > 3 ? 0 : values[r * 4 + c]!);
    const found = await outputOf(model, x);
    for (let at = 0; at < 8; at++) {
      const [f, c, r] = [at % 2, Math.floor(at / 2) % 2, Math.floor(at / 4)];
      let sum = 0;
      for (let i = 0; i < 9; i++)
        sum += pixel(2 * r - 1 + Math.floor(i / 3), 2 * c - 1 + (i % 3)) * kernel.array.data[f * 9 + i]!;
      expect(found[at]).toBeCloseTo(sum, 5);
    }
  });

  test('whole images are pooled, and means over height and width are such poolings', async () => {
    const ofAll = await load({
      input: [batch, 2, 3, 4],
      nodes: [node('GlobalMaxPool x -> a'), node('Flatten a -> y')],
    });
    expect(ofAll.layers.map(({ className }) => className)).toEqual(['MaxPooling2D', 'Flatten']);
    const means = await load({
      input: [batch, 2, 3, 4],
      nodes: [node('ReduceMean x -> y', { axes: [2, 3], keepdims: 0 })],
    });
    expect(means.inputShape).toEqual([null, 3, 4, 2]);
    const x = uniform([2, 3, 4, 2], -1, 1, { seed: 2 });
    const expected = await valuesOf(x.mean([1, 2]));
    (await outputOf(means, x)).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
  });

  test('a number of windows that is rounded up is padding', async () => {
    const model = await load({
      input: [batch, 1, 5, 6],
      nodes: [node('MaxPool x -> y', { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 })],
    });
    expect(model.outputShape).toEqual([null, 3, 3, 1]);
  });
});

describe('refused', () => {
  const image = [batch, 1, 4, 4] as const;
  const k = counted([2, 1, 3, 3]);
  test.each<[string, Graph, RegExp]>([
    [
      'all that is not covered, each with its name, operator and reason',
      {
        input: [batch, 3],
        nodes: [node('Gelu x -> a'), { ...node('Own a -> b'), domain: 'com.other' }, node('TopK b -> y')],
      },
      /node 'Gelu node' \(Gelu\): Nacre has no layer for it; node 'Own node' \(com\.other\.Own\): .*; node 'TopK node'/,
    ],
    [
      'two ways through the network',
      { input: [batch, 3], nodes: [node('Relu x -> a'), node('Tanh x -> b'), node('Add a b -> y')] },
      /\(Tanh\): another node takes its input 'x' too.*\(Add\): it joins several values/,
    ],
    [
      'padding that is none of the two',
      { input: image, nodes: [node('Conv x k -> y', { pads: [2, 2, 2, 2] })], constants: { k } },
      /its padding \[2, 2, 2, 2\] .* neither Keras's 'valid' nor 'same' for images of 4 x 4/,
    ],
    [
      'windows that do not fit',
      { input: image, nodes: [node('MaxPool x -> y', { kernel_shape: [9, 9] })] },
      /its windows do not fit into images of 4 x 4/,
    ],
    [
      'a mean that counts padding',
      {
        input: image,
        nodes: [node('AveragePool x -> y', { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 })],
      },
      /it counts padding in its means/,
    ],
    [
      'strides with dilation',
      { input: image, nodes: [node('Conv x k -> y', { strides: [2, 2], dilations: [2, 2] })], constants: { k } },
      /strides and dilation/,
    ],
    [
      'a kernel for other channels',
      { input: [batch, 3, 4, 4], nodes: [node('Conv x k -> y')], constants: { k } },
      /kernel \[2, 1, 3, 3\] in 1 groups does not fit its input \[null, 3, 4, 4\]/,
    ],
    [
      'a convolution along one axis',
      { input: [batch, 3, 4], nodes: [node('Conv x k -> y')], constants: { k: counted([2, 3, 3]) } },
      /its kernel has the shape \[2, 3, 3\]|is no image/,
    ],
    [
      'a matrix that does not fit',
      { input: [batch, 3], nodes: [node('MatMul x k -> y')], constants: { k: counted([4, 2]) } },
      /its matrix \[4, 2\] does not fit its input \[null, 3\]/,
    ],
    [
      'a matrix without elements and with endless columns',
      {
        input: [batch, 3],
        nodes: [node('Gemm x k b -> y')],
        constants: { k: floats([0, 2 ** 40], []), b: counted([1]) },
      },
      /its second is no matrix/,
    ],
    [
      'a softmax over another axis',
      { input: image, nodes: [node('Conv x k -> a'), node('Softmax a -> y', { axis: -1 })], constants: { k } },
      /it goes over another axis/,
    ],
    [
      'a flattened image as the output',
      { input: [batch, 2, 4, 4], nodes: [node('MaxPool x -> a', { kernel_shape: [2, 2] }), node('Flatten a -> y')] },
      /output 'y' is an image flattened channels first/,
    ],
    [
      'a shape that moves samples',
      { input: [batch, 4], nodes: [node('Reshape x s -> y')], constants: { s: sizes(2, -1) } },
      /it makes the shape \[2, -1\] of \[null, 4\]/,
    ],
    ['turned samples', { input: [batch, 3], nodes: [node('Transpose x -> y')] }, /it moves the axis of the samples/],
    [
      'a constant along no channel',
      { input: [batch, 2, 3], nodes: [node('Mul x k -> y')], constants: { k: counted([2, 1]) } },
      /its constant \[2, 1\] is neither a single number nor one a channel/,
    ],
    [
      'normalization that still learns',
      {
        input: [batch, 2],
        nodes: [node('BatchNormalization x k k k k -> y', { training_mode: 1 })],
        constants: { k: counted([2]) },
      },
      /training mode. Export the model for inference/,
    ],
    [
      'two inputs',
      { input: [], nodes: [], inputs: ['a', 'b'].map((name) => ({ name, type: 'float', shape: [1, 2] })), outputs: [] },
      /expected a model of one input, received 2 \(a, b\)/,
    ],
    ['an input without a shape', { input: undefined, nodes: [node('Relu x -> y')] }, /the shape of the input 'x'/],
    [
      'two outputs',
      {
        input: [batch, 2],
        nodes: [node('Relu x -> y')],
        outputs: ['y', 'x'].map((name) => ({ name, type: 'float', shape: undefined })),
      },
      /the graph has 2 outputs/,
    ],
    [
      'an output from the middle',
      { input: [batch, 2], nodes: [node('Relu x -> y'), node('Tanh y -> z')] },
      /the output 'y' is not the end of one chain/,
    ],
    ['no layer at all', { input: [batch, 2], nodes: [node('Identity x -> y')] }, /its output is its input/],
    [
      'a scale for endlessly many channels',
      { input: [batch, 2, 2, 2 ** 40], nodes: [node('Mul x f -> y')], constants: { f: counted([]) } },
      /many times as many numbers/,
    ],
  ])('%s', async (_what, graph, message) => {
    await expect(load(graph)).rejects.toThrow(message);
    await expect(load(graph)).rejects.toMatchObject({ name: 'DataError' });
  });

  test('a large matrix that many nodes take', async () => {
    const names = Array.from({ length: 200 }, (_, i) => `v${i}`);
    const nodes = names.map((name, i) => node(`MatMul ${i === 0 ? 'x' : names[i - 1]} w -> ${name}`));
    const graph = {
      input: [batch, 400],
      nodes: [...nodes, node('Relu v199 -> y')],
      constants: { w: counted([400, 400]) },
    };
    await expect(load(graph)).rejects.toThrow(/many times as many numbers of its weights as it has/);
  });

  test('graphs put together at random: a model, or an error that names the file', async () => {
    const stream = new RandomStream(7);
    const constants = {
      k: counted([2, 2, 3, 3]),
      m: counted([8, 3]),
      c: counted([2]),
      s: sizes(-1, 8),
      one: counted([]),
    };
    const texts = [
      'Conv v k',
      'MatMul v m',
      'Gemm v m',
      'Relu v',
      'Mul v c',
      'Add v one',
      'Reshape v s',
      'Flatten v',
      'MaxPool v',
      'GlobalAveragePool v',
      'Transpose v',
      'BatchNormalization v c c c c',
      'Softmax v',
      'Squeeze v',
      'Pad v s',
    ];
    const choices: readonly Attributes[] = [
      {},
      { kernel_shape: [2, 2] },
      { perm: [0, 2, 3, 1], axis: 1 },
      { axis: -1 },
    ];
    let refused = 0;
    for (let round = 0; round < 300; round++) {
      const count = 1 + stream.below(4);
      const nodes = Array.from({ length: count }, (_, i) => {
        const text = texts[stream.below(texts.length)]!.replace('v', i === 0 ? 'x' : `v${i}`);
        return node(`${text} -> ${i === count - 1 ? 'y' : `v${i + 1}`}`, choices[stream.below(choices.length)]);
      });
      try {
        const model = await load({ input: [batch, 2, 4, 4], nodes, constants });
        expect(model.layers.length).toBeGreaterThan(0);
      } catch (error) {
        refused++;
        expect(error).toMatchObject({ name: 'DataError', message: expect.stringMatching(/the bytes given/) as string });
      }
    }
    expect(refused).toBeGreaterThan(50);
    expect(refused).toBeLessThan(300);
  });
});
