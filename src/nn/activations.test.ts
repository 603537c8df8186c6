import { describe, expect, test } from 'vitest';
import { forEachBackend } from '../../tests/support/engine.js';
import { expectNear } from '../../tests/support/keras.js';
import { tensor } from '../tensor/creation.js';
import type { Tensor } from '../tensor/tensor.js';
import { resolveActivation } from './activation-option.js';
import { linear, relu, sigmoid, softmax, tanh } from './activations.js';
import { logitsOf } from './logits.js';

forEachBackend(() => {
  test('each function computes what its name says', async () => {
    const x = tensor([[-1, 0, 2]]);
    expect(linear(x)).toBe(x);
    expectNear(await relu(x).data(), [0, 0, 2]);
    expectNear(await sigmoid(x).data(), [0.26894143, 0.5, 0.880797]);
    expectNear(await tanh(x).data(), [-0.7615942, 0, 0.9640276]);
    expectNear(await softmax(x).data(), [0.04201007, 0.11419519, 0.84379473]);
  });

  test("a user's function of a tensor is an activation", async () => {
    const { apply, config } = resolveActivation((x) => x.mul(x.sigmoid()), 'layers.dense');
    expectNear(await apply(tensor([2])).data(), [1.761594]);
    expect(config).toMatchObject({ class_name: 'function', registered_name: 'function' });
  });
});

describe('an activation option', () => {
  test('is a name in any spelling, one of the functions, or nothing', () => {
    expect(resolveActivation('ReLU', 'test').config).toBe('relu');
    expect(resolveActivation(softmax, 'test').config).toBe('softmax');
    expect(resolveActivation(undefined, 'test').config).toBe('linear');
    expect(resolveActivation(null, 'test').config).toBe('linear');
  });

  test('that is unknown is an error with the nearest name', () => {
    expect(() => resolveActivation('sofmax', 'test')).toThrow(
      "Unknown activation 'sofmax'. Did you mean 'softmax'? Known: linear, relu, sigmoid, softmax, tanh.",
    );
    expect(() => resolveActivation(3 as never, 'layers.dense')).toThrow(
      'layers.dense: expected activation to be a name or a function of a tensor, received 3.',
    );
  });

  test('whose function returns no tensor is an error when it is used', () => {
    const { apply } = resolveActivation((() => 1) as unknown as (x: Tensor) => Tensor, 'layers.dense');
    expect(() => apply(tensor([1]))).toThrow('expected the activation function to return a tensor, received 1.');
  });
});

describe('the logits of a probability', () => {
  test('are known for softmax over the classes and for sigmoid, each for its own', () => {
    const x = tensor([[1, 2]]);
    const probabilities = softmax(x);
    expect(logitsOf(probabilities, 'softmax')).toBe(x);
    expect(logitsOf(probabilities, 'sigmoid')).toBeUndefined();
    expect(logitsOf(sigmoid(x), 'sigmoid')).toBe(x);
  });

  test('are not known for what is no longer the same, nor for softmax over another axis', () => {
    const x = tensor([[1, 2]]);
    expect(logitsOf(softmax(x).mul(1), 'softmax')).toBeUndefined();
    expect(logitsOf(softmax(x, 0), 'softmax')).toBeUndefined();
  });
});
