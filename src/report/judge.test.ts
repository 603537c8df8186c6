// The numbers of reports: those of the evaluation functions, and which samples are the worst.
import { describe, expect, test } from 'vitest';
import type { NDArray } from '../base/ndarray.js';
import { averagePrecision, confusionMatrix, rocAuc } from '../evaluation/index.js';
import { judgeClasses } from './classification.js';
import { judgeNumbers, outputValues } from './regression.js';
import { classData } from './task.js';

const array = (shape: number[], values: readonly number[]): NDArray => ({
  dtype: 'float64',
  shape,
  data: Float64Array.from(values),
});

describe('a classifier of several classes', () => {
  const labels = array([6], [0, 1, 2, 2, 1, 0]);
  const scores = array([6, 3], [
    0.8, 0.1, 0.1,
    0.5, 0.4, 0.1,
    0.1, 0.7, 0.2,
    0.0, 0.1, 0.9,
    0.05, 0.05, 0.9,
    0.3, 0.5, 0.2,
  ]); // prettier-ignore
  const data = classData('multiclass', labels, scores, undefined);
  const judged = judgeClasses(data, ['a', 'b', 'c'], 3);

  test('has the numbers of the evaluation functions', () => {
    expect(judged.accuracy).toBe(2 / 6);
    expect(judged.confusionMatrix).toEqual(confusionMatrix(labels, scores));
    expect(judged.report.accuracy).toBeCloseTo(judged.accuracy, 15);
    judged.curves.forEach(({ classId, auc, averagePrecision: average }) => {
      expect(auc).toBe(rocAuc(labels, scores, { classId }));
      expect(average).toBe(averagePrecision(labels, scores, { classId }));
    });
  });

  test('shows the mistakes it is most sure of, the earlier of equals first', () => {
    expect(judged.mistakes).toBe(4);
    expect(judged.worstMistakes).toEqual([
      { index: 4, label: 1, prediction: 2, confidence: 0.9, trueConfidence: 0.05 },
      { index: 2, label: 2, prediction: 1, confidence: 0.7, trueConfidence: 0.2 },
      { index: 1, label: 1, prediction: 0, confidence: 0.5, trueConfidence: 0.4 },
    ]);
  });

  test('orders mistakes by how far off they are where scores are no probabilities', () => {
    const raw = array([2, 2], [5, 1, 9, 3]);
    const { worstMistakes } = judgeClasses(classData('multiclass', array([2], [1, 1]), raw, undefined), ['a', 'b'], 9);
    expect(worstMistakes.map(({ index, confidence }) => [index, confidence])).toEqual([[1, undefined], [0, undefined]]); // prettier-ignore
  });

  test('has no area for a class without samples', () => {
    const few = classData('multiclass', array([2], [0, 1]), array([2, 3], [0.8, 0.1, 0.1, 0.2, 0.7, 0.1]), undefined);
    expect(judgeClasses(few, ['a', 'b', 'c'], 1).curves.map(({ auc }) => auc)).toEqual([1, 1, Number.NaN]);
  });
});

describe('a binary classifier', () => {
  const labels = array([5], [0, 1, 1, 0, 1]);
  const scores = array([5, 1], [0.9, 0.8, 0.3, 0.5, 0.6]);
  const judged = judgeClasses(classData('binary', labels, scores, undefined), ['no', 'yes'], 9);

  test('has the numbers of the evaluation functions', () => {
    expect(judged.accuracy).toBe(3 / 5);
    expect(judged.confusionMatrix).toEqual(confusionMatrix(labels, scores));
    expect(judged.curves).toHaveLength(1);
    expect(judged.curves[0]).toMatchObject({ auc: rocAuc(labels, scores), averagePrecision: averagePrecision(labels, scores) }); // prettier-ignore
  });

  test('shows its mistakes', () => {
    expect(judged.worstMistakes.map(({ index, prediction }) => [index, prediction])).toEqual([[0, 1], [2, 0]]); // prettier-ignore
    expect(judged.worstMistakes[1]!.confidence).toBeCloseTo(0.7, 12);
    expect(judged.worstMistakes[1]!.trueConfidence).toBeCloseTo(0.3, 12);
  });

  test('that has seen one class alone has no area, but all the rest', () => {
    const ones = classData('binary', array([2], [1, 1]), array([2, 1], [0.9, 0.2]), undefined);
    const { curves, accuracy, confusionMatrix: counted } = judgeClasses(ones, ['no', 'yes'], 9);
    expect(accuracy).toBe(0.5);
    expect(curves[0]!.auc).toBeNaN();
    expect(counted.matrix.map((row) => [...row])).toEqual([[0, 0], [1, 1]]); // prettier-ignore
  });
});

describe('a regression', () => {
  const labels = array([4, 2], [1, 10, 2, 20, 3, 30, 4, 40]);
  const predictions = array([4, 2], [1, 13, 2, 20, 4, 30, 2, 40]);
  const judged = judgeNumbers(outputValues(labels, predictions, ['x', 'y']), 2);

  test('has the errors of each output', () => {
    // Errors 0, 0, -1, 2; true values 1 to 4, of which the squared distances from their mean are 5 together.
    expect(judged.outputs[0]).toEqual({
      name: 'x',
      meanSquaredError: 5 / 4,
      rootMeanSquaredError: Math.sqrt(5 / 4),
      meanAbsoluteError: 3 / 4,
      medianAbsoluteError: 0.5,
      largestError: 2,
      r2Score: 0,
    });
    expect(judged.outputs[1]).toMatchObject({ name: 'y', meanSquaredError: 9 / 4, r2Score: 1 - 9 / 500 });
  });

  test('shows the largest errors', () => {
    expect(judged.largestErrors).toEqual([
      { index: 0, output: 1, truth: 10, predicted: 13 },
      { index: 3, output: 0, truth: 4, predicted: 2 },
    ]);
  });

  test('of equal values has no R2', () => {
    const [only] = judgeNumbers(outputValues(array([2], [3, 3]), array([2, 1], [3, 4]), undefined), 1).outputs;
    expect(only).toMatchObject({ name: '', r2Score: Number.NaN, meanSquaredError: 0.5 });
  });

  test('needs labels of the predictions shape', () => {
    expect(() => outputValues(array([2], [1, 2]), array([2, 2], [1, 2, 3, 4]), undefined)).toThrow(/received \[2\]/);
  });
});
