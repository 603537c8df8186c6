import { describe, expect, test } from 'vitest';
import { elementAt, indicesOf, nodeOf, randomArray, valuesOf } from '../../../tests/support/graph-values.js';
import { RandomStream } from '../../base/random.js';
import { broadcastTo, concat, data, pad, permute, reshape, slice } from '../../ir/build.js';
import type { PadAxis, SliceAxis } from '../../ir/graph.js';

const random = new RandomStream(3);

describe('movement', () => {
  test('reshape keeps the row-major order', () => {
    const x = randomArray(random, 'int32', [3, 4]);
    expect(valuesOf(reshape(data(x), [2, 6]))).toEqual([...x.data]);
  });

  test.each([[[1, 0]], [[2, 0, 1]], [[0, 2, 1]], [[3, 1, 0, 2]], [[0, 3, 1, 2]]])('permute by %j', (axes) => {
    const x = randomArray(random, 'float32', [5, 1, 3, 4].slice(0, axes.length));
    const result = permute(data(x), axes);
    const expected = indicesOf(result.shape).map((index) => {
      const source: number[] = [];
      axes.forEach((axis, position) => (source[axis] = index[position]!));
      return elementAt(x, source);
    });
    expect(valuesOf(result)).toEqual(expected);
  });

  test.each([
    { from: [], to: [2, 3] },
    { from: [3], to: [2, 3] },
    { from: [2, 1], to: [2, 5] },
    { from: [1, 4, 1], to: [3, 4, 7] },
    { from: [1], to: [0] },
  ])('broadcast from $from to $to', ({ from, to }) => {
    const x = randomArray(random, 'uint8', from);
    const expected = indicesOf(to).map((index) =>
      elementAt(
        x,
        from.map((size, axis) => (size === 1 ? 0 : index[to.length - from.length + axis]!)),
      ),
    );
    expect(valuesOf(broadcastTo(data(x), to))).toEqual(expected);
  });

  test.each<{ shape: number[]; axes: SliceAxis[] }>([
    { shape: [7], axes: [{ start: 2, size: 3, step: 2 }] },
    { shape: [7], axes: [{ start: 6, size: 4, step: -2 }] },
    {
      shape: [4, 5],
      axes: [
        { start: 1, size: 2, step: 1 },
        { start: 4, size: 5, step: -1 },
      ],
    },
    {
      shape: [4, 5, 3],
      axes: [
        { start: 0, size: 4, step: 1 },
        { start: 1, size: 2, step: 3 },
        { start: 2, size: 1, step: 1 },
      ],
    },
    {
      shape: [4, 5],
      axes: [
        { start: 0, size: 0, step: 1 },
        { start: 0, size: 5, step: 1 },
      ],
    },
  ])('slice %j', ({ shape, axes }) => {
    const x = randomArray(random, 'float32', shape);
    const expected = indicesOf(axes.map(({ size }) => size)).map((index) =>
      elementAt(
        x,
        index.map((i, axis) => axes[axis]!.start + i * axes[axis]!.step),
      ),
    );
    expect(valuesOf(slice(data(x), axes))).toEqual(expected);
  });

  test.each<{ shape: number[]; axes: PadAxis[] }>([
    { shape: [3], axes: [{ low: 2, high: 1, interior: 0 }] },
    { shape: [3], axes: [{ low: 0, high: 0, interior: 2 }] },
    {
      shape: [2, 3],
      axes: [
        { low: 1, high: 0, interior: 1 },
        { low: 0, high: 2, interior: 1 },
      ],
    },
    {
      shape: [0, 2],
      axes: [
        { low: 1, high: 1, interior: 3 },
        { low: 0, high: 0, interior: 0 },
      ],
    },
    {
      shape: [1, 2, 2],
      axes: [
        { low: 0, high: 0, interior: 0 },
        { low: 1, high: 1, interior: 0 },
        { low: 2, high: 0, interior: 0 },
      ],
    },
  ])('pad %j', ({ shape, axes }) => {
    const x = randomArray(random, 'int32', shape);
    const result = pad(data(x), axes, 77);
    const expected = new Map(indicesOf(result.shape).map((index) => [index.join(), 77]));
    for (const index of indicesOf(shape))
      expected.set(
        index.map((i, axis) => axes[axis]!.low + i * (axes[axis]!.interior + 1)).join(),
        elementAt(x, index),
      );
    expect(valuesOf(result)).toEqual([...expected.values()]);
  });

  test.each([0, 1, 2])('concat along axis %i', (axis) => {
    const parts = [3, 1, 2].map((size) =>
      randomArray(
        random,
        'float32',
        [2, 3, 4].map((full, i) => (i === axis ? size : full)),
      ),
    );
    const result = concat(parts.map(data), axis);
    const expected = indicesOf(result.shape).map((index) => {
      let position = index[axis]!;
      let part = 0;
      while (position >= parts[part]!.shape[axis]!) position -= parts[part++]!.shape[axis]!;
      return elementAt(
        parts[part]!,
        index.map((i, along) => (along === axis ? position : i)),
      );
    });
    expect(valuesOf(result)).toEqual(expected);
  });

  test('concat leaves out empty parts and promotes', () => {
    const result = concat([nodeOf('int32', [0], []), nodeOf('int32', [2], [1, 2]), nodeOf('float32', [1], [0.5])], 0);
    expect(result.dtype).toBe('float32');
    expect(valuesOf(result)).toEqual([1, 2, 0.5]);
  });
});
