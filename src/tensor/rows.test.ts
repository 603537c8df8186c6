import { describe, expect, test, vi } from 'vitest';
import { useBackend } from '../../tests/support/engine.js';
import { engine } from '../engine/engine.js';
import { topologicalOrder } from '../ir/graph.js';
import { arange, concat, fromNDArray, scalar, tensor, zeros } from './creation.js';
import { uniform } from './random.js';
import { positions } from './positions.js';
import { rowSource } from './rows.js';
import { Tensor } from './tensor.js';
import * as movement from './ops/movement.js';
import { window } from '../ir/build.js';

useBackend();

const picked = [4, 0, 3, 3];

/** [6, 2, 3] of bytes. */
function bytes(): Tensor {
  const data = Uint8Array.from({ length: 36 }, (_, i) => (i * 7) % 256);
  return fromNDArray({ dtype: 'uint8', shape: [6, 2, 3], data });
}

/** Rows that are picked equal the rows of the whole, which is computed op by op. */
async function expectRows(make: () => Tensor): Promise<void> {
  const expected = await make().gather(picked).array();
  const source = await rowSource(make());
  const rows = source.rows(tensor(picked, [4], 'int32'));
  expect(rows.shape).toEqual([4, ...source.rowShape]);
  expect(rows.dtype).toBe(make().dtype);
  expect(await rows.array()).toEqual(expected);
}

describe('picked rows are the rows of the whole', () => {
  const labels = tensor(new Int32Array([2, 0, 1, 1, 0, 2]));
  const cases: Readonly<Record<string, () => Tensor>> = {
    'of an array': () => bytes(),
    'scaled bytes': () => bytes().div(255),
    'of a reshaped flat array': () => bytes().flatten().reshape([6, 6]).add(1),
    'reshaped rows': () => bytes().cast('float32').reshape([6, 3, 2]).transpose([0, 2, 1]),
    'minus the mean over all': () => bytes().sub(bytes().mean(0)),
    'minus the mean of each row': () => bytes().sub(bytes().mean([1, 2], true)),
    standardized: () => bytes().sub(bytes().mean(0)).div(bytes().variance(0).sqrt().add(1e-3)),
    'one-hot labels': () => labels.oneHot(3),
    'a part': () => bytes().slice([1, 6]).gather([0, 1, 2, 3, 4, 4]),
    'every second row backwards': () => concat([bytes(), bytes()]).slice([11, 0, -2]),
    'a part of each row': () => bytes().slice(null, [0, 1], [2, null, -1]),
    'rows in another order': () => bytes().gather([5, 4, 3, 2, 1, 0]),
    'rows that indices outside stand for': () => bytes().slice([1, 3]).gather([7, -4, 0, 1, 9, 9]),
    'looked up in a table': () =>
      arange(12)
        .reshape([4, 3])
        .gather(tensor([0, 1, 1, 2, 3, 0, 2, 2, 1, 0, 3, 3], [6, 2], 'int32')),
    'products with a matrix': () =>
      bytes()
        .reshape([6, 6])
        .div(255)
        .matMul(uniform([6, 4], 0, 1, { seed: 3 })),
    'joined features': () => concat([bytes().cast('float32'), zeros([6, 2, 1])], 2),
    'joined samples': () => concat([bytes().slice([0, 2]), bytes().slice([2, 6])], 0),
    'padded images': () =>
      bytes().pad(
        [
          [0, 0],
          [1, 0],
          [0, 2],
        ],
        5,
      ),
    'padded samples': () =>
      bytes()
        .pad([
          [1, 2],
          [0, 0],
          [0, 0],
        ])
        .slice([0, 6]),
    'numbered samples': () => new Tensor(positions(6).node).reshape([6, 1]).add(arange(3)),
    'a constant': () => zeros([6, 2]).add(3),
    'where a condition holds': () => bytes().clip(10, 100),
    'the largest of each row': () =>
      bytes()
        .max([1, 2])
        .add(bytes().reshape([6, 6]).argMax(-1)),
    'windows of each row': () => new Tensor(window(bytes().node, [{ axis: 2, size: 2, stride: 1, dilation: 1 }])),
    'random rows': () => uniform([6, 3], 0, 1, { seed: 5 }),
    'a broadcast row': () => tensor([1, 2, 3]).broadcastTo([6, 3]),
    'a broadcast number': () => scalar(4).broadcastTo([6]),
    'a transposed matrix': () => arange(12).reshape([2, 6]).transpose(),
    'each row reversed': () => new Tensor(movement.flip(bytes().node, 1)),
  };
  test.each(Object.entries(cases))('%s', async (_, make) => expectRows(make));
});

describe('what is put off', () => {
  test('bytes are gathered as bytes, and scaled after', async () => {
    const source = await rowSource(bytes().div(255));
    const rows = source.rows(tensor(picked, [4], 'int32'));
    const gathers = topologicalOrder([rows.node]).filter((node) => node.op === 'gather');
    expect(gathers.map((node) => node.dtype)).toEqual(['uint8']);
  });

  test('only what needs all rows is computed before', async () => {
    const run = vi.spyOn(engine(), 'evaluate');
    await rowSource(bytes().div(255));
    expect(run).not.toHaveBeenCalled();
    await rowSource(bytes().sub(bytes().mean(0)));
    expect(run.mock.calls.map(([nodes]) => nodes.map((node) => node.shape))).toEqual([[[1, 2, 3]]]);
    run.mockRestore();
  });

  test('a value that two branches share is picked once', async () => {
    const x = bytes().cast('float32');
    const rows = (await rowSource(x.mul(x))).rows(tensor(picked, [4], 'int32'));
    expect(topologicalOrder([rows.node]).filter((node) => node.op === 'gather')).toHaveLength(1);
  });
});

test('a scalar has no rows', async () => {
  await expect(rowSource(scalar(1))).rejects.toThrow(/at least one axis, received a scalar/);
});
