// Turns what tools/golden/ recorded from Keras into tensors and options, and compares results with it.
import { expect } from 'vitest';
import { camelCase } from '../../src/base/suggest.js';
import { fromNDArray } from '../../src/tensor/creation.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { goldenArray, type GoldenArray } from './golden.js';

/** A recorded array as a tensor. */
export function goldenTensor(recorded: GoldenArray): Tensor {
  return fromNDArray(goldenArray(recorded));
}

const otherNames: Readonly<Record<string, string>> = {
  clipnorm: 'clipNorm',
  clipvalue: 'clipValue',
  global_clipnorm: 'globalClipNorm',
};

/** Keras's arguments as options: their names in camelCase. */
export function optionsOf(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [otherNames[key] ?? camelCase(key), value]));
}

/**
 * Every value within `tolerance` of the expected one, relative to the larger of it and `scale`.
 */
export function expectNear(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-5, scale = 1): void {
  expect(actual.length).toBe(expected.length);
  let worst = { index: -1, error: 0 };
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [actual[i]!, expected[i]!];
    const same = Object.is(a, b) || a === b;
    const error = same ? 0 : Math.abs(a - b) / Math.max(Math.abs(b), scale);
    if (!(error <= worst.error)) worst = { index: i, error };
  }
  const { index } = worst;
  expect(
    worst.error <= tolerance,
    `element ${index}: expected ${expected[index]}, received ${actual[index]} (of [${Array.from(actual).slice(0, 8).join(', ')}, ...])`,
  ).toBe(true);
}

/** The tensor has the recorded shape, and values near the recorded ones. */
export async function expectTensor(actual: Tensor, recorded: GoldenArray, tolerance = 1e-5, scale = 1): Promise<void> {
  expect(actual.shape).toEqual(recorded.shape);
  expectNear(await actual.data(), goldenArray(recorded).data, tolerance, scale);
}
