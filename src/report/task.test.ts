import { describe, expect, test } from 'vitest';
import type { NDArray } from '../base/ndarray.js';
import { checkPredictions, classData, taskOf, type LossFacts } from './task.js';

const array = (rows: readonly (readonly number[])[]): NDArray => ({
  dtype: 'float64',
  shape: [rows.length, rows[0]!.length],
  data: Float64Array.from(rows.flat()),
});
const list = (values: readonly number[]): NDArray => ({
  dtype: 'float64',
  shape: [values.length],
  data: Float64Array.from(values),
});
const loss = (name: string, labels: LossFacts['labels'] = 'sameShape', fromLogits = false): LossFacts => ({
  name,
  labels,
  fromLogits,
});

const one = array([[0.2], [0.7], [0.9]]);
const three = array([
  [0.7, 0.2, 0.1],
  [0.1, 0.8, 0.1],
]);

describe('the task', () => {
  test.each([
    ['binary', list([0, 1, 1]), one, loss('binary_crossentropy')],
    ['binary', list([0, 1, 1]), one, loss('mean_squared_error')],
    ['binary', list([0, 1, 1]), one, undefined],
    ['binary', list([-1, 1, 1]), one, loss('squared_hinge')],
    ['regression', list([-1, 1, 1]), one, loss('mean_squared_error')],
    ['regression', list([0.5, 1, 2]), one, loss('mean_squared_error')],
    ['multiclass', list([0, 2]), three, loss('sparse_categorical_crossentropy', 'classIndex')],
    ['multiclass', array([[2], [0]]), three, undefined],
    [
      'multiclass',
      array([
        [1, 0, 0],
        [0, 0, 1],
      ]),
      three,
      loss('mean_squared_error'),
    ],
    [
      'multiclass',
      array([
        [0.9, 0.1, 0],
        [0, 0, 1],
      ]),
      three,
      loss('categorical_crossentropy', 'oneHot'),
    ],
    [
      'regression',
      array([
        [0.9, 0.1, 0],
        [0, 0, 1],
      ]),
      three,
      loss('mean_squared_error'),
    ],
  ] as const)('is %s for labels %o', (task, labels, predictions, compiled) => {
    expect(taskOf(labels, predictions, compiled)).toBe(task);
  });

  test('is none for samples of several labels, and the error says what to do', () => {
    const labels = array([[1, 1, 0], [0, 0, 1]]); // prettier-ignore
    expect(() => taskOf(labels, three, loss('binary_crossentropy'))).toThrow(/several labels.*rocCurve/);
  });

  test('needs finite predictions', () => {
    expect(() => checkPredictions(list([1, Number.NaN, Infinity]))).toThrow(/received 2 of 3.*smaller learning rate/);
  });
});

describe('the data of a classifier', () => {
  test('has class numbers and probabilities, whichever way labels are written', () => {
    const oneHot = array([[0, 1, 0], [1, 0, 0]]); // prettier-ignore
    for (const labels of [list([1, 0]), oneHot]) {
      const data = classData('multiclass', labels, three, undefined);
      expect([...data.labels]).toEqual([1, 0]);
      expect(data).toMatchObject({ classes: 3, areProbabilities: true });
      expect(data.scores).toEqual(three);
    }
  });

  test('takes the softmax or the sigmoid of logits', () => {
    const logits = array([[Math.log(1), Math.log(3)]]);
    const { scores } = classData('multiclass', list([1]), logits, loss('', 'classIndex', true));
    expect(scores.data[0]).toBeCloseTo(0.25, 12);
    expect(scores.data[1]).toBeCloseTo(0.75, 12);
    const binary = classData('binary', list([1, 0]), array([[Math.log(3)], [0]]), loss('', 'sameShape', true));
    expect(binary.scores.data[0]).toBeCloseTo(0.75, 12);
    expect(binary).toMatchObject({ areProbabilities: true, threshold: 0.5 });
  });

  test('of -1 and 1 is decided at 0', () => {
    const data = classData('binary', list([-1, 1]), array([[-0.3], [0.2]]), loss('hinge'));
    expect(data).toMatchObject({ threshold: 0, areProbabilities: false });
    expect([...data.labels]).toEqual([0, 1]);
  });

  test('does not take labels that have no score', () => {
    expect(() => classData('multiclass', list([0, 3]), three, undefined)).toThrow(/from 0 to 2.*received 3/);
    expect(() => classData('multiclass', list([0, 0.5]), three, undefined)).toThrow(/received 0.5/);
    expect(() => classData('binary', list([0, 2, 1]), one, undefined)).toThrow(/labels 0 and 1, received 2/);
    expect(() => classData('multiclass', list([0, 1, 1]), one, undefined)).toThrow(/expected predictions of shape/);
  });
});
