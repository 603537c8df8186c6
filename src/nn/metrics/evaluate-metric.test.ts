import { expect, test } from 'vitest';
import { forEachBackend } from '../../../tests/support/engine.js';
import { ShapeError, ValueError } from '../../base/errors.js';
import { tensor } from '../../tensor/creation.js';
import { evaluateMetric } from './evaluate-metric.js';
import * as metrics from './index.js';

forEachBackend(() => {
  test('a name, a metric and a function measure arrays', async () => {
    expect(await evaluateMetric('binaryAccuracy', [1, 0, 1], [0.9, 0.4, 0.3])).toBeCloseTo(2 / 3, 6);
    expect(
      await evaluateMetric(
        'accuracy',
        [2, 0],
        tensor([
          [0.1, 0.2, 0.7],
          [0.2, 0.7, 0.1],
        ]),
      ),
    ).toBe(0.5);
    expect(await evaluateMetric(metrics.meanAbsoluteError(), Float32Array.of(1, 2), [3, 2])).toBe(1);
    expect(await evaluateMetric((y, p) => y.sub(p), [5, 7], [1, 1])).toBe(5);
  });

  test('samples count by their weights', async () => {
    const value = await evaluateMetric('mse', [0, 0], [1, 3], { sampleWeight: [3, 1] });
    expect(value).toBe(3);
  });

  test('a metric forgets what it counted before, and keeps all its numbers', async () => {
    const precision = metrics.precision({ thresholds: [0.25, 0.75] });
    await evaluateMetric(precision, [0, 0], [0.9, 0.9]);
    expect(await evaluateMetric(precision, [0, 1, 1], [0.5, 0.5, 0.9])).toBeCloseTo((2 / 3 + 1) / 2, 6);
    const [low, high] = await precision.resultVector();
    expect([low, high].map((value) => value!.toFixed(4))).toEqual(['0.6667', '1.0000']);
  });
});

test('arrays that do not belong together, and unknown names, are refused', async () => {
  await expect(evaluateMetric('mse', [1, 2, 3], [1, 2])).rejects.toThrow(ShapeError);
  await expect(evaluateMetric('mse', [1, 2], [1, 2], { sampleWeight: [1] })).rejects.toThrow(
    /weight for each of the 2/,
  );
  await expect(evaluateMetric('presision', [1], [1])).rejects.toThrow(/precision/);
  await expect(evaluateMetric('meanIoU', [1], [1])).rejects.toThrow(ValueError);
});
