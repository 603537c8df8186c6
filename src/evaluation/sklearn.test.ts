// Curves, matrices and reports agree with scikit-learn: ties, weights, missing classes, one class only.
import { describe, expect, test } from 'vitest';
import { goldenArray, readGolden, type GoldenArray } from '../../tests/support/golden.js';
import { expectNear, optionsOf } from '../../tests/support/keras.js';
import * as evaluation from './index.js';
import type { ClassificationReport, ClassScores } from './index.js';

type Recorded = number | string | null | readonly Recorded[] | { readonly [key: string]: Recorded };
interface EvaluationCase {
  readonly name: string;
  readonly function: string;
  readonly y_true: GoldenArray;
  readonly y_score: GoldenArray;
  readonly options: Readonly<Record<string, unknown>>;
  /** Options that were None. */
  readonly none: readonly string[];
  readonly result: Recorded;
  readonly numbers?: Readonly<Record<string, Recorded>>;
}

const { cases, areas } = readGolden('evaluation') as {
  cases: readonly EvaluationCase[];
  areas: readonly { name: string; x: number[]; y: number[]; result: number }[];
};

/** scikit-learn's arguments as options. */
function callOptions(recorded: EvaluationCase): Record<string, unknown> {
  const options: Record<string, unknown> = optionsOf(recorded.options);
  if (recorded.none.includes('average')) options.average = null;
  if (options.zeroDivision === 'NaN') options.zeroDivision = NaN;
  if (options.dropIntermediate !== undefined) options.dropIntermediate = Boolean(options.dropIntermediate);
  return options;
}

const numbersOf = (value: Recorded): number[] => (Array.isArray(value) ? value.flatMap(numbersOf) : [Number(value)]);

/** scikit-learn adds up in another order. */
const tolerance = 1e-12;

describe.each(cases.map((recorded) => [recorded.name, recorded] as const))('%s', (_, recorded) => {
  const yTrue = goldenArray(recorded.y_true);
  const yScore = goldenArray(recorded.y_score);
  const options = callOptions(recorded);
  const expectParts = (parts: readonly ArrayLike<number>[]): void => {
    const expected = recorded.result as readonly Recorded[];
    expect(parts.length).toBe(expected.length);
    parts.forEach((part, index) => expectNear(part, numbersOf(expected[index]!), tolerance));
  };
  const calls: Record<string, () => void> = {
    roc_curve: () => {
      const { fpr, tpr, thresholds } = evaluation.rocCurve(yTrue, yScore, options);
      expectParts([fpr, tpr, thresholds]);
    },
    precision_recall_curve: () => {
      const { precision, recall, thresholds } = evaluation.precisionRecallCurve(yTrue, yScore, options);
      expectParts([precision, recall, thresholds]);
    },
    calibration_curve: () => {
      const { probTrue, probPred, counts } = evaluation.calibrationCurve(yTrue, yScore, options);
      expectParts([probTrue, probPred]);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(yTrue.data.length);
    },
    average_precision: () => {
      const result = evaluation.averagePrecision(yTrue, yScore, options);
      expectNear(
        [result].flatMap((value) => (typeof value === 'number' ? [value] : [...value])),
        numbersOf(recorded.result),
        tolerance,
      );
    },
    roc_auc: () => {
      const result = evaluation.rocAuc(yTrue, yScore, options);
      expectNear(
        [result].flatMap((value) => (typeof value === 'number' ? [value] : [...value])),
        numbersOf(recorded.result),
        tolerance,
      );
    },
    confusion_matrix: () => expectParts(evaluation.confusionMatrix(yTrue, yScore, options).matrix),
    classification_report: () => {
      const report = evaluation.classificationReport(yTrue, yScore, options);
      if (recorded.result !== null) expect(String(report)).toBe(recorded.result);
      expectReport(report, recorded.numbers!);
    },
  };
  test('agrees with scikit-learn', () => calls[recorded.function]!());
});

function expectReport(report: ClassificationReport, numbers: Readonly<Record<string, Recorded>>): void {
  const averages = {
    'micro avg': report.microAverage,
    'macro avg': report.macroAverage,
    'weighted avg': report.weightedAverage,
  };
  const ours: Record<string, ClassScores> = { ...averages };
  for (const scores of report.classes) ours[scores.name] = scores;
  expect(report.accuracy === undefined).toBe(numbers.accuracy === undefined);
  if (report.accuracy !== undefined) expectNear([report.accuracy], [numbers.accuracy as number], tolerance);
  for (const [name, scores] of Object.entries(numbers)) {
    if (name === 'accuracy') continue;
    const { precision, recall, f1Score, support } = ours[name]!;
    const expected = scores as Record<string, number>;
    expectNear(
      [precision, recall, f1Score, support],
      ['precision', 'recall', 'f1-score', 'support'].map((key) => Number(expected[key])),
      tolerance,
    );
  }
}

test.each(areas.map((recorded) => [recorded.name, recorded] as const))('%s', (_, { x, y, result }) => {
  expect(evaluation.auc(x, y)).toBeCloseTo(result, 12);
});
