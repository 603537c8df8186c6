// The numbers of a classifier's report: the matrix, the scores and curves of each class, and the worst mistakes.
import {
  averagePrecision,
  classificationReport,
  confusionMatrix,
  precisionRecallCurve,
  precisionRecallCurves,
  rocAuc,
  rocCurve,
  rocCurves,
  type ClassificationReport,
  type ConfusionMatrix,
} from '../evaluation/index.js';
import { argMax, type ClassData } from './task.js';

/** A sample that is taken for another class. */
export interface Mistake {
  /** Its position in x. */
  readonly index: number;
  readonly label: number;
  readonly prediction: number;
  /** The probability given to the prediction, where predictions are probabilities. */
  readonly confidence: number | undefined;
  /** The probability given to the true class. */
  readonly trueConfidence: number | undefined;
}

/** The curves of one class against the rest. */
export interface ClassCurves {
  readonly classId: number;
  readonly fpr: ArrayLike<number>;
  readonly tpr: ArrayLike<number>;
  /** The area under the ROC curve; NaN where the class has no samples, or all of them. */
  readonly auc: number;
  readonly precision: ArrayLike<number>;
  readonly recall: ArrayLike<number>;
  readonly averagePrecision: number;
}

export interface ClassificationResults {
  readonly kind: 'classification';
  readonly classNames: readonly string[];
  /** The share of right answers. */
  readonly accuracy: number;
  /** `matrix[i][j]`: samples of class i taken for class j. */
  readonly confusionMatrix: ConfusionMatrix;
  /** Precision, recall, F1 and support of each class, and their means. */
  readonly report: ClassificationReport;
  /** Of class 1 where there are two classes and one number; else of each class against the rest. */
  readonly curves: readonly ClassCurves[];
  /** How many samples are taken for another class. */
  readonly mistakes: number;
  /** Those of which the model is most sure, the worst first. */
  readonly worstMistakes: readonly Mistake[];
}

/** Everything that is told of a classifier. @throws ValueError for a wrong number of names */
export function judgeClasses(
  data: ClassData,
  classNames: readonly string[],
  mostMistakes: number,
): ClassificationResults {
  const { labels, classes } = data;
  const predictions = decisions(data);
  const all = Array.from({ length: classes }, (_, index) => index);
  const report = classificationReport(labels, predictions, { labels: all, targetNames: classNames });
  const wrong = mistakesOf(data, predictions);
  return {
    kind: 'classification',
    classNames,
    accuracy: (labels.length - wrong.length) / labels.length,
    confusionMatrix: confusionMatrix(labels, predictions, { labels: all }),
    report,
    curves: curvesOf(data),
    mistakes: wrong.length,
    worstMistakes: wrong.slice(0, mostMistakes),
  };
}

/** The class that each sample is taken for. */
function decisions({ task, scores, classes, threshold }: ClassData): Int32Array {
  if (task === 'multiclass') return argMax(scores.data, classes);
  return Int32Array.from(scores.data, (score) => (score > threshold ? 1 : 0));
}

function curvesOf({ task, labels, scores }: ClassData): ClassCurves[] {
  if (task === 'multiclass') {
    const roc = rocCurves(labels, scores);
    return precisionRecallCurves(labels, scores).map((curve, index) => ({ ...roc[index]!, ...curve }));
  }
  const positive = { posLabel: 1 };
  const { fpr, tpr } = rocCurve(labels, scores, positive);
  const { precision, recall } = precisionRecallCurve(labels, scores, positive);
  // With one class alone there is no such area.
  const hasBoth = labels.includes(0) && labels.includes(1);
  return [
    {
      classId: 1,
      fpr,
      tpr,
      auc: hasBoth ? rocAuc(labels, scores) : Number.NaN,
      precision,
      recall,
      averagePrecision: averagePrecision(labels, scores, positive),
    },
  ];
}

/** All mistakes, those first of which the model is most sure; of equally sure ones the earlier sample. */
function mistakesOf(data: ClassData, predictions: Int32Array): Mistake[] {
  const { task, labels, classes, scores, areProbabilities, threshold } = data;
  /** How much speaks for `label`, in any unit. */
  const scoreOf = (index: number, label: number): number => {
    if (task === 'multiclass') return scores.data[index * classes + label]!;
    return label === 1 ? scores.data[index]! : 2 * threshold - scores.data[index]!;
  };
  const wrong: (Mistake & { readonly order: number })[] = [];
  labels.forEach((label, index) => {
    const prediction = predictions[index]!;
    if (prediction === label) return;
    const [confidence, trueConfidence] = [scoreOf(index, prediction), scoreOf(index, label)];
    wrong.push({
      index,
      label,
      prediction,
      confidence: areProbabilities ? confidence : undefined,
      trueConfidence: areProbabilities ? trueConfidence : undefined,
      order: areProbabilities ? confidence : confidence - trueConfidence,
    });
  });
  wrong.sort((a, b) => b.order - a.order);
  return wrong.map(({ order: _, ...mistake }) => mistake);
}
