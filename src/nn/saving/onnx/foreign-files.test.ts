// Files that PyTorch and Keras wrote, with what their networks gave for an input.
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import { consoleOf, resetConsole } from '../../../../tests/support/console.js';
import { useBackend } from '../../../../tests/support/engine.js';
import { goldenArray, readGolden, type GoldenArray } from '../../../../tests/support/golden.js';
import { memoryFiles } from '../../../base/files.js';
import type { NDArray } from '../../../base/ndarray.js';
import { setFiles } from '../../files.js';
import type { Sequential } from '../../model/sequential.js';
import { loadModel } from '../load-model.js';
import { permuted } from './layouts.js';

interface Case {
  readonly name: string;
  readonly file: string;
  readonly input: GoldenArray;
  readonly output: GoldenArray;
}

const { cases } = readGolden('onnx_files') as { readonly cases: readonly Case[] };
const folder = new URL('../../../../tests/golden/files/onnx/', import.meta.url);
const isCovered = ({ file }: Case): boolean => !file.startsWith('torch-residual');

useBackend();
beforeEach(async () => {
  resetConsole();
  setFiles(memoryFiles());
});

async function loaded(file: string): Promise<Sequential> {
  const files = memoryFiles();
  await files.write(`models/${file}`, readFileSync(new URL(file, folder)));
  try {
    await files.write(`models/${file}.data`, readFileSync(new URL(`${file}.data`, folder)));
  } catch {
    // Most keep their weights in themselves.
  }
  setFiles(files);
  return loadModel(`models/${file}`);
}

/** Images channels last; anything else as it is. */
function channelsLast(array: NDArray, isImages: boolean): NDArray {
  return isImages && array.shape.length === 4 ? permuted(array, [0, 2, 3, 1]) : array;
}

test('there are files of PyTorch by both exporters, and of Keras on both backends', () => {
  const files = cases.map(({ file }) => file).join();
  for (const part of ['torch-cnn.onnx', 'torch-cnn-dynamo.onnx', 'keras-torch-cnn.onnx', 'keras-tensorflow-cnn.onnx'])
    expect(files).toContain(part);
});

test.each(cases.filter(isCovered))('$file predicts what the network gave', async ({ file, input, output }) => {
  const said = consoleOf();
  const model = await loaded(file);
  const isTorch = file.startsWith('torch');
  const x = channelsLast(goldenArray(input), isTorch);
  expect(model.inputShape.slice(1)).toEqual(x.shape.slice(1));
  expect(/channels first.*channels last/.test(said.warnings().join())).toBe(isTorch && x.shape.length === 4);
  const found = await model.predict(x, { verbose: 0 });
  const expected = channelsLast(goldenArray(output), isTorch);
  expect(found.shape).toEqual(expected.shape);
  const values = await found.data();
  const scale = Math.max(1, ...expected.data.map(Math.abs));
  const worst = Math.max(...[...expected.data].map((value, i) => Math.abs(value - values[i]!)));
  expect(worst / scale).toBeLessThan(2e-6);
});

describe('what is not covered', () => {
  test.each(cases.filter((each) => !isCovered(each)))('$file: all of it is listed', async ({ file }) => {
    await expect(loaded(file)).rejects.toThrow(
      /node '.*' \(Add\): it joins several values; .*\(LayerNormalization\).*no layer.*\(LogSoftmax\).*no layer/s,
    );
    await expect(loaded(file)).rejects.toThrow(expect.objectContaining({ name: 'DataError' }));
  });
});
