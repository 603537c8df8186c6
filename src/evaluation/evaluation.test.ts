// What the functions refuse, and how they read labels and predictions.
import { describe, expect, test } from 'vitest';
import { ndarray } from '../base/ndarray.js';
import {
  auc,
  averagePrecision,
  calibrationCurve,
  classificationReport,
  confusionMatrix,
  precisionRecallCurve,
  precisionRecallCurves,
  rocAuc,
  rocCurve,
  rocCurves,
} from './index.js';

const digits = Float64Array.from({ length: 40 }, (_, i) => i % 10);
/** Scores of three classes, each sample's own class first but for two samples. */
const labels = [0, 1, 2, 0, 1, 2];
const scores = [
  [0.8, 0.1, 0.1],
  [0.2, 0.7, 0.1],
  [0.3, 0.3, 0.4],
  [0.4, 0.5, 0.1],
  [0.1, 0.8, 0.1],
  [0.5, 0.1, 0.4],
];
const hot = labels.map((label) => [0, 1, 2].map((index) => Number(index === label)));

describe('class numbers of ten classes', () => {
  test('have no ROC curve; the error shows the call that is right', () => {
    expect(() => rocCurve(digits, digits)).toThrow(
      /expected labels of two classes, received 10 \(0 to 9\).*not their argMax.*rocCurve\(yTrue, scores, \{ classId: 3 \}\); or rocCurves\(yTrue, scores\) for all classes/,
    );
    expect(() => precisionRecallCurve(digits, digits)).toThrow(
      /precisionRecallCurve\(yTrue, scores, \{ classId: 3 \}\); or precisionRecallCurves/,
    );
    expect(() => rocAuc(digits, digits)).toThrow(/classId: 3/);
    expect(() => averagePrecision(digits, digits)).toThrow(/classId: 3/);
    expect(() =>
      calibrationCurve(
        digits,
        digits.map((digit) => digit / 10),
      ),
    ).toThrow(/classId: 3/);
  });

  test('are refused as scores of one class too', () => {
    expect(() => rocCurve(digits, digits, { posLabel: 3 })).toThrow(/scores are class numbers too/);
    expect(() => rocCurve(digits, digits, { classId: 3 })).toThrow(/expected scores for each class.*argMax/);
    expect(() => rocCurves(digits, digits)).toThrow(/expected scores for each class.*argMax/);
  });

  test('have a curve for each class once there are scores', () => {
    expect(() => rocCurve(labels, scores)).toThrow(/rocCurve\(yTrue, scores, \{ classId: 1 \}\), or rocCurves/);
    const one = rocCurve(labels, scores, { classId: 1 });
    const isOne = labels.map((label) => Number(label === 1));
    expect(one).toEqual(
      rocCurve(
        isOne,
        scores.map((row) => row[1]!),
      ),
    );
    expect(rocCurve(hot, scores, { classId: 1 })).toEqual(one);
    const all = rocCurves(labels, scores);
    expect(all.map(({ classId }) => classId)).toEqual([0, 1, 2]);
    expect(all[1]).toEqual({ classId: 1, ...one, auc: rocAuc(labels, scores, { classId: 1 }) });
    const [, second] = precisionRecallCurves(hot, scores);
    expect(second).toMatchObject(precisionRecallCurve(labels, scores, { classId: 1 }));
    expect(second!.averagePrecision).toBe(averagePrecision(labels, scores, { classId: 1 }));
    const [, short] = precisionRecallCurves(labels, scores, { dropIntermediate: true });
    expect(short!.thresholds.length).toBeLessThan(second!.thresholds.length);
    expect(short!.averagePrecision).toBe(second!.averagePrecision);
    expect(calibrationCurve(labels, scores, { classId: 2 }).counts.reduce((sum, count) => sum + count)).toBe(6);
  });

  test('may be one against the rest by a label, with the scores of that class', () => {
    const ofOne = scores.map((row) => row[1]!);
    expect(rocCurve(labels, ofOne, { posLabel: 1 })).toEqual(rocCurve(labels, scores, { classId: 1 }));
    const decisions = ofOne.map((score) => Number(score > 0.4));
    expect([...rocCurve(labels, decisions, { posLabel: 1 }).tpr]).toEqual([0, 1, 1]);
  });
});

describe('labels and predictions', () => {
  test('of scores the largest counts, and every class has its row', () => {
    expect(confusionMatrix(labels, scores)).toEqual(confusionMatrix(labels, [0, 1, 2, 1, 1, 0]));
    expect(confusionMatrix(hot, scores)).toEqual(confusionMatrix(labels, scores));
    const wide = confusionMatrix(
      [0, 1],
      [
        [0.9, 0.1, 0],
        [0.2, 0.8, 0],
      ],
    );
    expect([...wide.labels]).toEqual([0, 1, 2]);
    expect(wide.matrix.map((row) => [...row])).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 0],
    ]);
    expect(
      classificationReport(
        [0, 1],
        [
          [0.9, 0.1, 0],
          [0.2, 0.8, 0],
        ],
      ).classes.length,
    ).toBe(2);
  });

  test('probabilities of two classes are cut above 0.5', () => {
    const expected = confusionMatrix([0, 1, 1, 0], [0, 1, 0, 0]);
    expect(confusionMatrix([0, 1, 1, 0], [0.2, 0.9, 0.5, 0.1])).toEqual(expected);
    expect(confusionMatrix([0, 1, 1, 0], [[0.2], [0.9], [0.5], [0.1]])).toEqual(expected);
    expect(confusionMatrix([[0], [1], [1], [0]], Float32Array.of(0.2, 0.9, 0.5, 0.1))).toEqual(expected);
    expect(() => confusionMatrix([0, 1, 2], [0.2, 0.9, 0.5])).toThrow(/expected class numbers, or scores/);
    expect(() => confusionMatrix([0, 1], [0.2, 1.5])).toThrow(/received 0.2/);
  });

  test('come as lists, booleans, typed arrays and arrays with a shape', () => {
    const expected = rocAuc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
    expect(expected).toBe(0.75);
    expect(rocAuc([false, false, true, true], Float64Array.of(0.1, 0.4, 0.35, 0.8))).toBe(expected);
    expect(rocAuc(ndarray(Uint8Array.of(0, 0, 1, 1), [4, 1]), ndarray(Float32Array.of(0.1, 0.4, 0.35, 0.8)))).toBe(
      expected,
    );
  });

  test('that do not fit are refused by name', () => {
    expect(() => rocCurve([0, 1], [0.1])).toThrow(
      /as many samples in yTrue as in yScore, received shapes \[2\] and \[1\]/,
    );
    expect(() => rocCurve([], [])).toThrow(/at least one sample/);
    expect(() => rocCurve([0, 1], [0.1, NaN])).toThrow(/yScore: expected finite numbers, received NaN at position 1/);
    expect(() => rocCurve([1, 2], [0.1, 0.2])).toThrow(/Say which is positive: \{ posLabel: 2 \}/);
    expect(() => rocCurve([0, 1], [0.1, 0.2], { posLabel: 5 })).toThrow(/one of the labels 0 and 1, received 5/);
    expect(() => rocCurve([0, 1], [0.1, 0.2], { sampleWeight: [1] })).toThrow(/one weight for each of the 2 samples/);
    expect(() => rocCurve([0, 1], [0.1, 0.2], { sampleWeight: [0, 0] })).toThrow(/weight is not 0/);
    expect(() => rocCurve([0, 1], [0.1, 0.2], { classId: 0, posLabel: 1 })).toThrow(/either classId or posLabel/);
    expect(() => rocCurve(labels, scores, { classId: 3 })).toThrow(/classId.*from 0 to 2, received 3/);
    expect(() => rocCurve([0, 1], [0.1, 0.2], { dropIntermediates: true } as never)).toThrow(
      /Did you mean 'dropIntermediate'/,
    );
    expect(() => rocCurve('labels' as never, [0.1])).toThrow(/yTrue: expected a list, a typed array/);
    expect(() =>
      confusionMatrix(
        [
          [1, 1],
          [0, 1],
        ],
        [0, 1],
      ),
    ).toThrow(/row without exactly one 1 \(row 0\)/);
    expect(() => confusionMatrix([0.5, 1], [0, 1])).toThrow(
      /yTrue: expected class numbers or one-hot labels, received 0.5/,
    );
    expect(() => confusionMatrix([0, 1], [0, 1], { labels: [7] })).toThrow(
      /at least one that occurs in yTrue \(0, 1\)/,
    );
    expect(() => confusionMatrix([0, 1], [0, 1], { normalize: 'rows' as never })).toThrow(
      /'true', 'pred', 'all', received 'rows'/,
    );
    expect(() => classificationReport([0, 1], [0, 1], { targetNames: ['a'] })).toThrow(/expected 2 names/);
    expect(() => calibrationCurve([0, 1], [0.1, 1.2])).toThrow(/from 0 to 1, received 1.2/);
    expect(() => calibrationCurve([0, 1], [0.1, 0.2], { nBins: 0 })).toThrow(
      /nBins: expected a whole number of at least 1, received 0/,
    );
  });
});

describe('areas', () => {
  test('of several classes need to be told how', () => {
    expect(() => rocAuc(labels, scores)).toThrow(/multiClass: 'ovr'/);
    expect(() => rocAuc([0, 1, 0, 1, 0, 1], scores, { multiClass: 'ovr' })).toThrow(
      /name all: \{ labels: \[0, 1, 2\] \}/,
    );
    expect(() => rocAuc(labels, scores, { multiClass: 'ovr', labels: [2, 1, 0] })).toThrow(/ascending order/);
    expect(() => rocAuc(labels, scores, { multiClass: 'ovr', labels: [0, 1, 5] })).toThrow(/received 2 in yTrue/);
    const logits = scores.map((row) => row.map((score) => 3 * score));
    expect(() => rocAuc(labels, logits, { multiClass: 'ovr' })).toThrow(/rows that sum to 1/);
    expect(() => rocAuc(labels, scores, { multiClass: 'ovo', average: 'micro' })).toThrow(/received micro/);
    expect(() => rocAuc(labels, scores, { multiClass: 'ovo', sampleWeight: [1, 1, 1, 1, 1, 1] })).toThrow(/no meaning/);
    expect(() => rocAuc([0, 1], [0.1, 0.2], { maxFpr: 0 })).toThrow(/above 0 and up to 1/);
  });

  test('are those of each class where no average is wanted', () => {
    const each = rocAuc(labels, scores, { multiClass: 'ovr', average: null });
    expect([...each]).toEqual(rocCurves(labels, scores).map((curve) => curve.auc));
    expect([...rocAuc([0, 1], [0.1, 0.2], { average: null })]).toEqual([1]);
    expect([...averagePrecision([0, 1], [0.1, 0.2], { average: null })]).toEqual([1]);
  });

  test('need points that go one way', () => {
    expect(() => auc([0, 1, 0.5], [0, 1, 1])).toThrow(/turn back/);
    expect(() => auc([0], [0])).toThrow(/at least two points/);
    expect(() => auc([0, 1], [0])).toThrow(/as many x as y/);
    expect(auc([0, 1], [NaN, 1])).toBeNaN();
  });

  test('of many scores are the chance that a positive scores higher', () => {
    const count = 100_000;
    const isPositive = Uint8Array.from({ length: count }, (_, i) => Number((i * 7919) % 3 === 0));
    // Each score from 0 to 99,999 once, so that counting pairs needs no sorting.
    const score = Float64Array.from({ length: count }, (_, i) => (i * 31_393) % count);
    const byScore = new Uint8Array(count);
    score.forEach((value, i) => (byScore[value] = isPositive[i]!));
    let [negativesBelow, pairs] = [0, 0];
    for (const positive of byScore) {
      if (positive) pairs += negativesBelow;
      else negativesBelow++;
    }
    const positives = count - negativesBelow;
    expect(rocAuc(isPositive, score)).toBeCloseTo(pairs / (positives * negativesBelow), 12);
  });
});

test('a report prints as its table', () => {
  const report = classificationReport([0, 1, 2, 2], [0, 0, 2, 2], { targetNames: ['ant', 'bee', 'cat'] });
  expect(report.accuracy).toBe(0.75);
  expect(String(report)).toContain('         bee       0.00      0.00      0.00         1\n');
  const inspect = Symbol.for('nodejs.util.inspect.custom');
  expect((report as unknown as Record<symbol, () => string>)[inspect]!()).toBe(String(report));
});
