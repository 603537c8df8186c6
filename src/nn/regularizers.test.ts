import { describe, expect, test } from 'vitest';
import { forEachBackend } from '../../tests/support/engine.js';
import { readGolden, type GoldenArray } from '../../tests/support/golden.js';
import { expectNear, expectTensor, goldenTensor } from '../../tests/support/keras.js';
import { variableGradients } from '../tensor/grad.js';
import { Variable } from '../tensor/variable.js';
import { resolveRegularizer } from './regularizer-option.js';
import { l1, l1l2, l2 } from './regularizers.js';

interface RegularizerCase {
  readonly name: string;
  readonly regularizer: 'L1' | 'L2' | 'L1L2';
  readonly config: Readonly<Record<string, number>>;
  readonly weights: GoldenArray;
  readonly loss: number;
  readonly gradient: GoldenArray;
}

const { regularizers } = readGolden('layers') as { regularizers: readonly RegularizerCase[] };
const factories = { L1: l1, L2: l2, L1L2: l1l2 };

forEachBackend(() => {
  test.each(regularizers.map((recorded) => [recorded.name, recorded] as const))('%s as Keras', async (_, recorded) => {
    const weights = new Variable(goldenTensor(recorded.weights));
    const regularizer = factories[recorded.regularizer](recorded.config);
    const { value, gradients } = variableGradients(() => regularizer.penalty(weights.value), [weights]);
    expect(value.shape).toEqual([]);
    expectNear(await value.data(), [recorded.loss]);
    await expectTensor(gradients[0]!, recorded.gradient, 1e-6);
    expect(regularizer.className).toBe(recorded.regularizer);
  });
});

describe('regularizers', () => {
  test('take a factor as a number too', () => {
    expect(l2(1e-4).getConfig()).toEqual({ l2: 1e-4 });
    expect(l1(0.5).getConfig()).toEqual({ l1: 0.5 });
    expect(l1l2({ l2: 2 }).getConfig()).toEqual({ l1: 0, l2: 2 });
  });

  test('are found by name in any spelling, with the default factors of Keras', () => {
    expect(resolveRegularizer('l2', 'test')?.getConfig()).toEqual({ l2: 0.01 });
    expect(resolveRegularizer('L1L2', 'test')?.className).toBe('L1L2');
    expect(resolveRegularizer('l1_l2', 'test')?.className).toBe('L1L2');
    expect(resolveRegularizer(null, 'test')).toBeUndefined();
  });

  test('reject what they do not know', () => {
    expect(() => resolveRegularizer('l3', 'test')).toThrow(/Unknown regularizer 'l3'.*Known: l1, l2, l1l2/);
    expect(() => l2({ l1: 1 } as never)).toThrow(/option of regularizers.l2 'l1'/);
    expect(() => l2(-1)).toThrow('regularizers.l2: expected a finite number of at least 0, received -1');
    expect(() => resolveRegularizer(0.01 as never, 'layers.dense')).toThrow(
      /layers.dense: expected the name of a regularizer/,
    );
  });
});
