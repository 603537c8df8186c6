import { beforeEach, describe, expect, test } from 'vitest';
import { useBackend } from '../../../../tests/support/engine.js';
import { useFiles } from '../../../../tests/support/files.js';
import type { OnnxModel, OnnxNode } from '../../../formats/onnx/model.js';
import { readOnnx, writeOnnx } from '../../../formats/onnx/onnx-file.js';
import { uniform } from '../../../tensor/random.js';
import type { Tensor } from '../../../tensor/tensor.js';
import * as layers from '../../layers/index.js';
import { sequential, type Sequential } from '../../model/sequential.js';
import { clearNames, setRandomSeed } from '../../naming.js';
import { loadModel } from '../load-model.js';

useBackend();
const files = useFiles();
beforeEach(() => {
  clearNames();
  setRandomSeed(1);
});

const imageModel = (): Sequential => {
  const model = sequential([
    layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', inputShape: [8, 6, 2], name: 'conv' }),
    layers.maxPooling2d({ name: 'pool' }),
    layers.flatten({ name: 'flat' }),
    layers.dropout({ rate: 0.5, name: 'drop' }),
    layers.dense({ units: 3, activation: 'softmax', name: 'answer' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
  return model;
};

const written = async (model: Sequential): Promise<OnnxModel> => readOnnx(await model.toBytes({ format: 'onnx' }), 'm');

const opsOf = ({ graph }: OnnxModel): string[] => graph.nodes.map(({ op }) => op);

describe('what is written', () => {
  test('is the graph of inference: layers are nodes, what training needs is gone', async () => {
    const { graph, opsets, irVersion } = await written(imageModel());
    expect(graph.nodes.map(({ name, op }) => `${op} ${name}`)).toEqual([
      'Transpose conv/channels_first',
      'Conv conv',
      'Relu conv/relu',
      'MaxPool pool',
      'Flatten flat',
      'Gemm answer',
      'Softmax answer/softmax',
    ]);
    expect([...opsets]).toEqual([['', 17]]);
    expect(irVersion).toBe(8);
    expect(graph.inputs).toEqual([{ name: 'input_layer', type: 'float', shape: ['batch', 8, 6, 2] }]);
    expect(graph.outputs).toEqual([{ name: 'answer', type: 'float', shape: ['batch', 3] }]);
    expect(graph.nodes.at(-1)!.outputs).toEqual(['answer']);
  });

  test('has kernels [out, in, H, W], and the rows after Flatten in the order of channels first', async () => {
    const model = imageModel();
    const [kernel, , matrix] = await Promise.all(model.getWeights().map((weight) => weight.data()));
    const { initializers } = (await written(model)).graph;
    const conv = initializers.get('conv/kernel')!.array;
    expect(conv.shape).toEqual([4, 2, 3, 3]);
    const [f, c, h, w] = [3, 1, 2, 1];
    expect(conv.data[((f * 2 + c) * 3 + h) * 3 + w]).toBe(kernel![((h * 3 + w) * 2 + c) * 4 + f]);
    const dense = initializers.get('answer/kernel')!.array;
    expect(dense.shape).toEqual([24, 3]);
    // The image is [3, 2, 4] after pooling.
    const [row, column, channel, unit] = [2, 1, 3, 1];
    expect(dense.data[((channel * 3 + row) * 2 + column) * 3 + unit]).toBe(
      matrix![((row * 2 + column) * 4 + channel) * 3 + unit],
    );
  });

  test('changes the layout once on the way in, and back only where the order matters', async () => {
    const conv = (options = {}): layers.Layer => layers.conv2d({ filters: 2, kernelSize: 2, ...options });
    const first = { inputShape: [5, 5, 2] };
    expect(opsOf(await written(sequential([conv(first), conv(), conv()])))).toEqual(
      ['Transpose', 'Conv', 'Conv', 'Conv', 'Transpose'], //
    );
    expect(opsOf(await written(sequential([conv(first), layers.flatten()])))).toEqual([
      'Transpose',
      'Conv',
      'Transpose',
      'Flatten',
    ]);
    expect(opsOf(await written(sequential([conv(first), layers.dense({ units: 2 })])))).toEqual([
      'Transpose',
      'Conv',
      'Transpose',
      'MatMul',
      'Add',
    ]);
    const single = [layers.averagePooling2d({ inputShape: [4, 4, 1] }), layers.flatten()];
    expect(opsOf(await written(sequential(single)))).toEqual(['Transpose', 'AveragePool', 'Flatten']);
  });

  test("spells padding 'same' out, unless it depends on a size that is not known", async () => {
    const attributesOf = async (shape: (number | null)[], strides: number): Promise<OnnxNode['attributes']> => {
      const conv = layers.conv2d({ filters: 1, kernelSize: [4, 3], strides, padding: 'same', inputShape: shape });
      return (await written(sequential([conv]))).graph.nodes[1]!.attributes;
    };
    expect((await attributesOf([7, 8, 1], 2)).get('pads')).toEqual({ type: 'ints', value: [1, 0, 2, 1] });
    expect((await attributesOf([null, null, 1], 1)).get('pads')).toEqual({ type: 'ints', value: [1, 1, 2, 1] });
    expect((await attributesOf([null, 8, 1], 2)).get('auto_pad')).toEqual({ type: 'string', value: 'SAME_UPPER' });
  });

  test('takes bytes where the input layer asks for them, and casts before the first product', async () => {
    const model = sequential([layers.input({ shape: [4], dtype: 'uint8' }), layers.dense({ units: 2 })]);
    const { graph } = await written(model);
    expect(graph.inputs[0]!.type).toBe('uint8');
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Cast', 'Gemm']);
    expect(graph.outputs[0]!.type).toBe('float');
  });

  test('is the input itself where no layer does anything', async () => {
    const { graph } = await written(sequential([layers.dropout({ rate: 0.5, inputShape: [3], name: 'drop' })]));
    expect(graph.nodes.map(({ op, inputs, outputs }) => [op, ...inputs, ...outputs])).toEqual([
      ['Identity', 'input_layer', 'drop'],
    ]);
  });
});

describe('a file of Nacre', () => {
  const x = uniform([5, 8, 6, 2], -1, 1, { seed: 4 });
  const predicted = async (model: Sequential, input: Tensor): Promise<number[]> => [
    ...(await (await model.predict(input, { verbose: 0 })).data()),
  ];

  test('gives the same model, which predicts the same bits and is compiled as it was', async () => {
    const model = imageModel();
    await model.save('m.onnx');
    const again = await loadModel('m.onnx');
    expect(again.describe()).toEqual(model.describe());
    expect(await predicted(again, x)).toEqual(await predicted(model, x));
    expect(again.trainedOptimizer).toBeUndefined();
  });

  test('gives its weights to a model of other names', async () => {
    const model = imageModel();
    await model.save('m.onnx');
    const other = sequential([
      layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', inputShape: [8, 6, 2] }),
      layers.maxPooling2d(),
      layers.flatten(),
      layers.dense({ units: 3, activation: 'softmax' }),
    ]);
    await other.loadWeights('m.onnx');
    expect(await predicted(other, x)).toEqual(await predicted(model, x));
  });

  test.each<[string, string, RegExp]>([
    ['nacre.model_config', '[]', /^'m.onnx', metadata 'nacre.model_config': expected an object/],
    ['nacre.model_config', '{', /metadata 'nacre.model_config': expected JSON/],
    ['nacre.weights', '{}', /metadata 'nacre.weights': expected a list/],
    ['nacre.weights', '[3]', /entry 0: expected an object with a path/],
    ['nacre.weights', '[{"path":"none"}]', /entry 0: expected an array 'none'/],
    ['nacre.weights', '[{"path":"conv/kernel","layout":[2,2]}]', /entry 0: expected the layout 'kernel'/],
    ['nacre.weights', '[{"path":"answer/kernel","layout":"kernel"}]', /entry 0: expected a kernel of four axes/],
    ['nacre.weights', '[{"path":"answer/kernel","layout":[5,5,5]}]', /as many elements as the array has rows/],
  ])('whose %s is %s is refused', async (key, text, message) => {
    const model = await written(imageModel());
    const changed = { ...model, metadata: new Map([...model.metadata, [key, text]]) };
    await files.write('m.onnx', await writeOnnx(changed));
    await expect(loadModel('m.onnx')).rejects.toThrow(message);
  });
});

describe('refused', () => {
  test('what ONNX has no counterpart of, all of it', async () => {
    class Doubled extends layers.Layer {
      readonly className = 'Doubled';
      constructor() {
        super('Doubled', { name: 'twice' });
      }
      override computeOutputShape(shape: layers.PartialShape): layers.PartialShape {
        return shape;
      }
      override call(input: Tensor): Tensor {
        return input.mul(2);
      }
    }
    const swish = (input: Tensor): Tensor => input.mul(input.sigmoid());
    const model = sequential([
      layers.dense({ units: 2, activation: swish, inputShape: [3], name: 'first' }),
      new Doubled(),
      layers.dense({ units: 2 }),
    ]);
    await expect(model.save('m.onnx')).rejects.toThrow(
      /'first': ONNX has no counterpart of the activation "swish"; 'twice': .* of the class Doubled/,
    );
    expect(await files.exists('m.onnx')).toBe(false);
  });

  test('weights alone', async () => {
    await expect(imageModel().saveWeights('m.onnx')).rejects.toThrow(/a whole model, not weights alone/);
  });
});
