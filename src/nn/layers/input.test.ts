import { expect, test } from 'vitest';
import { forEachBackend } from '../../../tests/support/engine.js';
import { ShapeError, ValueError } from '../../base/errors.js';
import { tensor } from '../../tensor/creation.js';
import { input } from './input.js';

test('takes the shape of a sample or of a batch', () => {
  expect(input({ shape: [28, null] }).batchInputShape).toEqual([null, 28, null]);
  expect(input({ inputShape: [3], batchSize: 8 }).batchInputShape).toEqual([8, 3]);
  expect(input({ batchShape: [8, 3] }).batchInputShape).toEqual([8, 3]);
});

test('needs one of the two', () => {
  expect(() => input({})).toThrow(ValueError);
  expect(() => input({})).toThrow('received neither');
  expect(() => input({ shape: [1], batchShape: [null, 1] })).toThrow('received both');
  expect(() => input({ batchShape: [2, 1], batchSize: 2 })).toThrow('either batchSize or batchShape');
  expect(() => input({ shape: 784 as never })).toThrow('received 784. Write [784].');
  expect(() => input({ shap: [1] } as never)).toThrow("Did you mean 'shape'?");
  expect(() => input({ shape: [1], dtype: 'float16' as never })).toThrow("received 'float16'");
});

test('refuses inputs of another shape', () => {
  const layer = input({ shape: [28, null], name: 'images' });
  expect(layer.computeOutputShape([32, 28, 5])).toEqual([32, 28, 5]);
  expect(() => layer.computeOutputShape([32, 27, 5])).toThrow(ShapeError);
  expect(() => layer.computeOutputShape([32, 28])).toThrow(
    'InputLayer "images": expected inputs of shape [null, 28, null], received [32, 28].',
  );
});

forEachBackend(() => {
  test('passes on what comes, cast where a dtype is given', async () => {
    const x = tensor(Uint8Array.of(1, 2), [2, 1]);
    expect(input({ shape: [1] }).apply(x)).toBe(x);
    const cast = input({ shape: [1], dtype: 'float32' }).apply(x);
    expect(cast.dtype).toBe('float32');
    expect(await cast.array()).toEqual([[1], [2]]);
  });
});
