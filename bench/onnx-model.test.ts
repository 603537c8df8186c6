import { expect, test } from 'vitest';
import { createModel } from './networks.js';
import { onnxModel } from './onnx-model.js';
import { workloads } from './workloads.js';

type Field = { readonly number: number; readonly value: number | Uint8Array };

/** The fields of a message in the wire format: whole numbers and bytes are all there are. */
function fieldsOf(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  let place = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[place++]!;
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  };
  while (place < bytes.length) {
    const tag = varint();
    const size = varint();
    const isBytes = tag % 8 === 2;
    fields.push({ number: Math.floor(tag / 8), value: isBytes ? bytes.subarray(place, place + size) : size });
    if (isBytes) place += size;
  }
  expect(place).toBe(bytes.length);
  return fields;
}

const messages = (fields: readonly Field[], number: number): Field[][] =>
  fields.filter((field) => field.number === number).map((field) => fieldsOf(field.value as Uint8Array));
const texts = (fields: readonly Field[], number: number): string[] =>
  fields.filter((field) => field.number === number).map((field) => Buffer.from(field.value as Uint8Array).toString());
const numbers = (fields: readonly Field[], number: number): number[] =>
  fields.filter((field) => field.number === number).map((field) => field.value as number);

/** The names of a graph's operations, and its weights in order. */
function read(model: Uint8Array): { operations: string[]; weights: { shape: number[]; values: Float32Array }[] } {
  const fields = fieldsOf(model);
  expect(numbers(fields, 1)).toEqual([8]);
  const [graph] = messages(fields, 7);
  const operations = messages(graph!, 1).flatMap((node) => texts(node, 4));
  const weights = messages(graph!, 5).map((tensor) => {
    const raw = tensor.find(({ number }) => number === 9)!.value as Uint8Array;
    return { shape: numbers(tensor, 1), values: new Float32Array(Uint8Array.from(raw).buffer) };
  });
  return { operations, weights };
}

test('first is a chain of products', async () => {
  const model = createModel(workloads['first-infer-b1']);
  const { operations, weights } = read(await onnxModel(model, 1));
  expect(operations).toEqual(['Flatten', 'Gemm', 'Relu', 'Gemm', 'Softmax']);
  expect(weights.map(({ shape }) => shape)).toEqual([[784, 128], [128], [128, 10], [10]]);
  expect(weights[0]!.values).toEqual(await model.getWeights()[0]!.data());
});

test('the cnn has its channels first, and the rows of what reads them in that order', async () => {
  const model = createModel(workloads['cnn-infer-b1']);
  const { operations, weights } = read(await onnxModel(model, 1));
  expect(operations).toEqual([
    'Conv',
    'Relu',
    'MaxPool',
    'Conv',
    'Relu',
    'MaxPool',
    'Flatten',
    'Gemm',
    'Relu',
    'Gemm',
    'Softmax',
  ]);
  expect(weights.slice(0, 5).map(({ shape }) => shape)).toEqual([
    [32, 1, 3, 3],
    [32],
    [64, 32, 3, 3],
    [64],
    [1600, 128],
  ]);
  const [, , kernel, , dense] = await Promise.all(model.getWeights().map((weight) => weight.data()));
  const [f, c, h, w] = [7, 5, 2, 1];
  expect(weights[2]!.values[((f * 32 + c) * 3 + h) * 3 + w]).toBe(kernel![((h * 3 + w) * 32 + c) * 64 + f]);
  const [channel, row, column, unit] = [9, 3, 4, 100];
  expect(weights[4]!.values[((channel * 5 + row) * 5 + column) * 128 + unit]).toBe(
    dense![((row * 5 + column) * 64 + channel) * 128 + unit],
  );
});
