import { describe, expect, test } from 'vitest';
import { goldenArray, readGolden, type GoldenArray } from '../../tests/support/golden.js';
import { ndarray } from '../base/ndarray.js';
import '../node.js';
import { padSequences, type PadSequencesOptions, type Sequence } from './pad-sequences.js';

const { padded } = readGolden('dataset_files') as {
  readonly padded: readonly {
    readonly sequences: readonly Sequence[];
    readonly options: PadSequencesOptions;
    readonly result: GoldenArray;
  }[];
};

describe('padSequences', () => {
  test.each(padded)('gives what Keras gives: $sequences with $options', async ({ sequences, options, result }) => {
    const tensor = padSequences(sequences, options);
    expect(ndarray(await tensor.data(), tensor.shape, tensor.dtype)).toEqual(goldenArray(result));
  });

  test('takes typed arrays, and leaves them as they are', async () => {
    const sequences = [Int32Array.of(1, 2, 3), Float32Array.of(4), new Uint8Array(0)];
    expect([...(await padSequences(sequences, { maxlen: 2 }).data())]).toEqual([2, 3, 0, 4, 0, 0]);
    expect([...sequences[0]!]).toEqual([1, 2, 3]);
  });

  test('makes empty rows of empty sequences', () => {
    expect(padSequences([[], []]).shape).toEqual([2, 0]);
    expect(padSequences([[]], { maxlen: 2 }).shape).toEqual([1, 2]);
    expect(padSequences([]).shape).toEqual([0, 0]);
  });

  test('refuses what cannot be padded', () => {
    const failing =
      (sequences: unknown, options?: object): (() => unknown) =>
      () =>
        padSequences(sequences as Sequence[], options);
    expect(failing([1, 2])).toThrow('padSequences: expected a list of sequences, received 1 at 0.');
    expect(failing('ab')).toThrow('expected a list of sequences, such as [[1], [2, 3]]');
    expect(failing([[[1, 2]], [[3]]])).toThrow('expected elements of shape [2] in every sequence, received [1] at 1.');
    expect(failing([[1]], { maxLen: 3 })).toThrow("Did you mean 'maxlen'?");
    expect(failing([[1]], { maxlen: 0 })).toThrow('expected maxlen to be a whole number above 0, received 0');
    expect(failing([[1]], { padding: 'before' })).toThrow("Unknown padding 'before'.");
    expect(failing([[1]], { truncating: 'pst' })).toThrow("Unknown truncating 'pst'. Did you mean 'post'?");
    expect(failing([[1]], { dtype: 'int64' })).toThrow("Unknown dtype 'int64'. Did you mean 'int32'?");
    expect(failing([[1]], { value: 'x' })).toThrow('expected value to be a number, received string');
  });
});
