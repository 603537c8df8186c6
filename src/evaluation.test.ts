// The functions that users call: tensors, lists and promises.
import { expect, test } from 'vitest';
import { useBackend } from '../tests/support/engine.js';
import * as evaluation from './evaluation.js';
import * as plain from './evaluation/index.js';
import { tensor } from './tensor/creation.js';

useBackend();

const labels = [0, 1, 2, 0, 1, 2];
const scores = [
  [0.75, 0.125, 0.125],
  [0.25, 0.5, 0.25],
  [0.25, 0.25, 0.5],
  [0.375, 0.5, 0.125],
  [0.125, 0.75, 0.125],
  [0.5, 0.125, 0.375],
];
const weights = [1, 2, 0.5, 1, 0, 3];
const yTrue = tensor(labels, undefined, 'uint8');
const predictions = tensor(scores).mul(1);
const sampleWeight = tensor(weights);
const first = [1, 0, 0, 1, 0, 0];
const scoreOfFirst = predictions.slice(null, [0, 1]);
const plainScoreOfFirst = scores.map((row) => row[0]!);

test('tensors give what lists give', async () => {
  expect(await evaluation.confusionMatrix(yTrue, predictions, { sampleWeight })).toEqual(
    plain.confusionMatrix(labels, scores, { sampleWeight: weights }),
  );
  expect(String(await evaluation.classificationReport(yTrue, predictions, { sampleWeight }))).toBe(
    String(plain.classificationReport(labels, scores, { sampleWeight: weights })),
  );
  const options = { classId: 2, sampleWeight };
  const plainOptions = { classId: 2, sampleWeight: weights };
  expect(await evaluation.rocCurve(yTrue, predictions, options)).toEqual(plain.rocCurve(labels, scores, plainOptions));
  expect(await evaluation.precisionRecallCurve(yTrue, predictions, options)).toEqual(
    plain.precisionRecallCurve(labels, scores, plainOptions),
  );
  expect(await evaluation.rocCurves(labels, predictions)).toEqual(plain.rocCurves(labels, scores));
  expect(await evaluation.precisionRecallCurves(yTrue, scores)).toEqual(plain.precisionRecallCurves(labels, scores));
  expect(await evaluation.rocAuc(yTrue, predictions, { multiClass: 'ovo' })).toBe(
    plain.rocAuc(labels, scores, { multiClass: 'ovo' }),
  );
  expect(await evaluation.rocAuc(yTrue, predictions, { multiClass: 'ovr', average: null })).toEqual(
    plain.rocAuc(labels, scores, { multiClass: 'ovr', average: null }),
  );
  expect(await evaluation.averagePrecision(yTrue, predictions)).toBe(plain.averagePrecision(labels, scores));
  expect(await evaluation.calibrationCurve(first, scoreOfFirst, { nBins: 3 })).toEqual(
    plain.calibrationCurve(first, plainScoreOfFirst, { nBins: 3 }),
  );
  expect(await evaluation.rocAuc(first, scoreOfFirst)).toBe(plain.rocAuc(first, plainScoreOfFirst));
});

test('the area under a curve is that of its points', async () => {
  const { fpr, tpr } = await evaluation.rocCurve(first, scoreOfFirst);
  expect(await evaluation.auc(fpr, tpr)).toBe(await evaluation.rocAuc(first, scoreOfFirst));
});

test('errors come as rejections', async () => {
  await expect(evaluation.rocCurve(yTrue, yTrue)).rejects.toThrow(/classId/);
  await expect(evaluation.rocCurve(first, scoreOfFirst, { weights } as never)).rejects.toThrow(/Unknown option/);
});
