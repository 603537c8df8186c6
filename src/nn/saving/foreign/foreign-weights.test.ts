// Weights of other programs, above all PyTorch's: recorded networks give here what they gave there.
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import { useBackend } from '../../../../tests/support/engine.js';
import { goldenArray, readGolden, type GoldenArray } from '../../../../tests/support/golden.js';
import { memoryFiles, type Files } from '../../../base/files.js';
import type { NDArray } from '../../../base/ndarray.js';
import { writeSafetensors } from '../../../formats/write-safetensors.js';
import { setFiles } from '../../files.js';
import * as layers from '../../layers/index.js';
import { sequential, type Sequential } from '../../model/sequential.js';
import type { LoadWeightsOptions } from './restore-foreign.js';
import { permute } from './weight-layouts.js';

useBackend();

const { cases } = readGolden('pytorch_weights') as {
  cases: readonly { name: string; input: GoldenArray; output: GoldenArray }[];
};

let files: Files;
beforeEach(async () => {
  files = memoryFiles();
  setFiles(files);
  for (const { name } of cases) {
    const file = new URL(`../../../../tests/golden/files/safetensors/${name}.safetensors`, import.meta.url);
    await files.write(`${name}.safetensors`, readFileSync(file));
  }
});

function convolutional(): Sequential {
  return sequential([
    layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', inputShape: [10, 8, 2], name: 'first' }),
    layers.conv2d({ filters: 4, kernelSize: [3, 2], padding: 'same', activation: 'relu', name: 'second' }),
    layers.conv2d({ filters: 4, kernelSize: [3, 2], padding: 'same', activation: 'relu', name: 'third' }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
    layers.dropout({ rate: 0.5 }),
    layers.dense({ units: 6, activation: 'relu', name: 'hidden' }),
    layers.dense({ units: 3, name: 'logits' }),
  ]);
}

function dense(...sizes: readonly number[]): Sequential {
  const [inputs, ...units] = sizes;
  return sequential(
    units.map((count, index) =>
      layers.dense({
        units: count,
        ...(index === 0 ? { inputShape: [inputs!] } : {}),
        ...(index < units.length - 1 ? { activation: 'relu' as const } : {}),
      }),
    ),
  );
}

const many = [3, ...Array.from({ length: 6 }, () => [4, 3]).flat()];

async function expectOutputOf(name: string, model: Sequential): Promise<void> {
  const { input, output } = cases.find((each) => each.name === name)!;
  const x = goldenArray(input);
  // PyTorch has channels first.
  const given = x.shape.length === 4 ? permute(x, [0, 2, 3, 1]) : x;
  const { shape, data } = await (await model.predict(given, { verbose: 0 })).realize();
  expect(shape).toEqual(output.shape);
  goldenArray(output).data.forEach((value, index) => expect(data[index]).toBeCloseTo(value, 4));
}

test.each<[string, () => Sequential, LoadWeightsOptions?]>([
  ['cnn', convolutional],
  ['cnn', convolutional, { layout: 'pytorch' }],
  ['cnn', convolutional, { names: { first: 'conv1', second: 'conv2', third: 'conv3', hidden: 'fc1', logits: 'fc2' } }],
  ['cnn', convolutional, { flattened: { hidden: [4, 3, 4] } }],
  ['dense', () => dense(5, 7, 3)],
  ['dense_bfloat16', () => dense(5, 7, 3)],
  ['dense_float16', () => dense(5, 7, 3)],
  ['square', () => dense(4, 4, 4), { layout: 'pytorch' }],
  ['many', () => dense(...many)],
])('PyTorch: %s %#', async (name, make, options) => {
  const model = make();
  await model.loadWeights(`${name}.safetensors`, options);
  await expectOutputOf(name, model);
});

describe('what cannot be told is not guessed', () => {
  const refused = async (model: Sequential, name: string, message: RegExp, options?: LoadWeightsOptions) => {
    const before = await Promise.all(model.getWeights().map((weight) => weight.data()));
    await expect(model.loadWeights(name, options)).rejects.toThrow(message);
    const after = await Promise.all(model.getWeights().map((weight) => weight.data()));
    expect(after).toEqual(before);
  };
  const ones = (...shape: number[]): NDArray => {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(1);
    return { dtype: 'float32', shape, data };
  };
  const given = (entries: Readonly<Record<string, NDArray>>): Promise<void> =>
    files.write(
      'given.safetensors',
      writeSafetensors({ tensors: new Map(Object.entries(entries)), metadata: new Map() }),
    );

  test('square kernels: which order their axes have', async () => {
    await refused(dense(4, 4, 4), 'square.safetensors', /'0\.weight' \[4, 4\].* Say which it is: layout: 'pytorch' or/);
    await refused(dense(4, 4, 4), 'square.safetensors', /Say which it is/, {
      names: (path) => path.replace(/^dense[^/]*\/kernel/, '0.weight').replace(/^dense[^/]*\/bias/, '0.bias'),
    });
  });

  test('layers whose shapes may be swapped and turned', async () => {
    await given({ 'a.weight': ones(3, 3, 1, 3), 'b.weight': ones(3, 3, 3, 1) });
    const model = sequential([
      layers.conv2d({ filters: 3, kernelSize: 3, useBias: false, inputShape: [9, 9, 1] }),
      layers.conv2d({ filters: 1, kernelSize: 3, useBias: false }),
    ]);
    await refused(model, 'given.safetensors', /its weights are not those of the model/, { layout: 'pytorch' });
  });

  test('layers of the same shapes whose names differ by more than a number', async () => {
    await given({
      'encoder.weight': ones(2, 3),
      'encoder.bias': ones(2),
      'decoder.weight': ones(3, 2),
      'decoder.bias': ones(3),
    });
    const model = dense(3, 2, 3);
    await model.loadWeights('given.safetensors');
    await given({
      'encoder.weight': ones(3, 3),
      'encoder.bias': ones(3),
      'decoder.weight': ones(3, 3),
      'decoder.bias': ones(3),
    });
    const alike = dense(3, 3, 3);
    const [first, second] = alike.layers.map(({ name }) => name) as [string, string];
    await refused(
      alike,
      'given.safetensors',
      new RegExp(`'decoder', 'encoder' have the same shapes.* Say it: names: \\{ '${first}'`),
      { layout: 'pytorch' },
    );
    await alike.loadWeights('given.safetensors', {
      layout: 'pytorch',
      names: { [first]: 'encoder', [second]: 'decoder' },
    });
    expect(await alike.getWeights()[0]!.data()).toEqual(new Float32Array(9).fill(1));
  });

  test('other layers than the model has', async () => {
    await refused(
      dense(5, 7, 4),
      'dense.safetensors',
      /It has '0' \(bias \[7\], weight \[7, 5\]\), '2' \(bias \[3\], weight \[3, 7\]\)\. The model needs, in PyTorch's order of axes, 'dense.*' \(bias \[7\], weight \[7, 5\]\), 'dense.*' \(bias \[4\], weight \[4, 7\]\)/,
    );
    const model = dense(5, 7, 3);
    await refused(model, 'dense.safetensors', /there is no '1\.weight' for the model's '.*kernel'/, {
      names: { [model.layers[0]!.name]: '0', [model.layers[1]!.name]: '1' },
    });
    await refused(model, 'dense.safetensors', /names has 'nothing', which is no layer with weights/, {
      names: { nothing: '0' },
    });
    await refused(model, 'dense.safetensors', /expected layout to be 'pytorch' or 'keras', received 'torch'/, {
      layout: 'torch' as 'pytorch',
    });
    await refused(model, 'dense.safetensors', /expected names to be an object such as .*, received true/, {
      names: true as never,
    });
    await refused(model, 'dense.safetensors', /Unknown option of loadWeights 'layuot'/, { layuot: 'keras' } as object);
    await refused(model, 'dense.safetensors', /which is no dense layer of the model/, { flattened: { flat: [1, 2] } });
    await refused(model, 'dense.safetensors', /to be the sizes \[\.\.\., channels\] of 5 inputs, received \[2, 2\]/, {
      flattened: { [model.layers[0]!.name]: [2, 2] },
    });
  });

  test('counters that PyTorch keeps beside the weights are passed over', async () => {
    await given({
      'fc.weight': ones(2, 3),
      'fc.bias': ones(2),
      'fc.num_batches_tracked': { dtype: 'int32', shape: [], data: Int32Array.of(7) },
    });
    const model = dense(3, 2);
    await model.loadWeights('given.safetensors');
    expect(await model.getWeights()[0]!.data()).toEqual(new Float32Array(6).fill(1));
  });
});
