import { describe, expect, test } from 'vitest';
import { forEachBackend } from '../../../tests/support/engine.js';
import { expectNear } from '../../../tests/support/keras.js';
import { ShapeError } from '../../base/errors.js';
import { tensor } from '../../tensor/creation.js';
import { variableGradients } from '../../tensor/grad.js';
import { dense } from './dense.js';

forEachBackend(() => {
  test("applies a user's function, which has a gradient too", async () => {
    const layer = dense({ units: 1, kernelInitializer: 'ones', useBias: false, activation: (x) => x.square() });
    const x = tensor([[1, 2]]);
    expect(await layer.apply(x).array()).toEqual([[9]]);
    const { gradients } = variableGradients(() => layer.apply(x).sum(), layer.weights);
    expectNear(await gradients[0]!.data(), [6, 12]);
  });

  test('takes bytes', async () => {
    const layer = dense({ units: 1, kernelInitializer: 'ones' });
    const output = layer.apply(tensor(Uint8Array.of(200, 100), [1, 2]));
    expect(output.dtype).toBe('float32');
    expect(await output.array()).toEqual([[300]]);
  });

  test('of no samples gives none', async () => {
    const output = dense({ units: 3 }).apply(tensor([], [0, 2]));
    expect(output.shape).toEqual([0, 3]);
    expect((await output.data()).length).toBe(0);
  });
});

describe('dense', () => {
  test('refuses inputs without features, or with others than it was built for', () => {
    const layer = dense({ units: 2, name: 'output' });
    expect(() => layer.computeOutputShape([null])).toThrow(ShapeError);
    expect(() => layer.computeOutputShape([null, null])).toThrow(
      'Dense "output": expected inputs [B, ..., features] with a known number of features, received [null, null].',
    );
    layer.ensureBuilt([null, 4]);
    expect(() => layer.computeOutputShape([8, 5])).toThrow(
      'Dense "output": expected the last axis to be 4, received shape [8, 5].',
    );
  });

  test('refuses options that mean nothing', () => {
    expect(() => dense({} as never)).toThrow(
      'layers.dense: units: expected a whole number of at least 1, received undefined.',
    );
    expect(() => dense({ units: 0 })).toThrow('received 0');
    expect(() => dense({ units: 2, useBias: 'no' as never })).toThrow('useBias');
    expect(() => dense({ units: 2, activation: 'rleu' })).toThrow("Did you mean 'relu'?");
    expect(() => dense({ units: 2, kernelInitializer: 'glorot' })).toThrow("Unknown initializer 'glorot'");
    expect(() => dense({ units: 2, kernelRegularizer: 'l9' })).toThrow("Unknown regularizer 'l9'");
  });
});
