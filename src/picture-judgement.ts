// Pictures of how good predictions are: the confusion matrix, ROC, precision-recall and calibration curves.
import * as evaluation from './evaluation/index.js';
import type { ArrayInput } from './evaluation/index.js';
import { checkPictureOptions, classNameOf, toArray, type PictureValues } from './picture-inputs.js';
import { Picture } from './plot/picture.js';
import { calibrationSpec } from './plot/specs/calibration.js';
import { confusionMatrixSpec } from './plot/specs/confusion-matrix.js';
import { precisionRecallSpec } from './plot/specs/precision-recall.js';
import { rocSpec } from './plot/specs/roc.js';
import { pictureOptionNames, type PictureOptions } from './plot/specs/spec.js';

/** Options that all pictures of predictions take. */
interface JudgementOptions extends PictureOptions {
  /** The name of class 0, of class 1, ...; the classes' numbers unless given. */
  readonly classNames?: readonly string[] | undefined;
  /** How much each sample counts, [N]. */
  readonly sampleWeight?: PictureValues | undefined;
}

export interface PlotConfusionMatrixOptions extends JudgementOptions {
  /** Shares in place of counts: of the true class (a row), of the predicted class (a column), of all samples. */
  readonly normalize?: 'true' | 'pred' | 'all' | undefined;
  /** The class numbers to show, in this order; all unless given. */
  readonly labels?: readonly number[] | undefined;
  /** Numbers in the cells; where they fit unless given. */
  readonly values?: boolean | undefined;
}

export interface PlotCurvesOptions extends JudgementOptions {
  /** Draws only this class against the rest. */
  readonly classId?: number | undefined;
  /** The label of the positive class, for labels other than 0 and 1. */
  readonly posLabel?: number | undefined;
}

export interface PlotCalibrationOptions extends PictureOptions {
  /** Number of bins; 5 unless given. */
  readonly nBins?: number | undefined;
  /** Bins of equal width (unless given), or of equally many samples. */
  readonly strategy?: 'uniform' | 'quantile' | undefined;
  readonly classId?: number | undefined;
  readonly posLabel?: number | undefined;
  /** In the legend. */
  readonly name?: string | undefined;
  /** How many samples there are in each range of probabilities, below the curve; drawn unless false. */
  readonly histogram?: boolean | undefined;
}

/** The options that were given, without those that are undefined. */
function given<Options extends object>(options: Options): { [Key in keyof Options]: Exclude<Options[Key], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}

async function weightsOf(
  { sampleWeight }: JudgementOptions,
  what: string,
): Promise<{ readonly sampleWeight?: ArrayInput }> {
  return sampleWeight === undefined ? {} : { sampleWeight: await toArray(sampleWeight, `${what}: sampleWeight`) };
}

/**
 * How many samples of each class were taken for which: true classes as rows, predicted ones as columns. Labels are class
 * numbers [N] or one-hot [N, classes]; predictions class numbers [N], scores [N, classes] as `model.predict` gives them,
 * or, for labels 0 and 1, probabilities [N].
 * @throws ValueError for labels without a name, or predictions of another form
 * @example
 * const picture = await plotConfusionMatrix(yTest, await model.predict(xTest), { normalize: 'true' });
 * await picture.save('confusion.png');
 */
export async function plotConfusionMatrix(
  yTrue: PictureValues,
  yPred: PictureValues,
  options: PlotConfusionMatrixOptions = {},
): Promise<Picture> {
  const what = 'plotConfusionMatrix';
  checkPictureOptions(what, options, [
    ...pictureOptionNames,
    'classNames',
    'sampleWeight',
    'normalize',
    'labels',
    'values',
  ]);
  const { classNames, normalize } = options;
  // Named classes are shown even where none of the samples is of them.
  const labels = options.labels ?? classNames?.map((_, index) => index);
  const result = evaluation.confusionMatrix(
    await toArray(yTrue, `${what}: yTrue`),
    await toArray(yPred, `${what}: yPred`),
    {
      ...given({ normalize }),
      ...(await weightsOf(options, what)),
    },
  );
  // Once for all classes, so that one without a name is an error and not left out.
  for (const label of result.labels) classNameOf(label, classNames, what);
  const shown =
    labels === undefined
      ? result
      : evaluation.confusionMatrix(await toArray(yTrue, what), await toArray(yPred, what), {
          ...given({ normalize }),
          labels,
          ...(await weightsOf(options, what)),
        });
  const data = {
    matrix: shown.matrix.map((row) => Array.from(row)),
    classNames: Array.from(shown.labels, (label) => classNameOf(label, classNames, what)),
    normalize,
  };
  return new Picture(confusionMatrixSpec(data, options));
}

/** Whether there is a score for each class: [N, classes]. */
const hasClasses = (shape: readonly number[]): boolean => shape.length === 2 && shape[1]! > 1;

const curveOptionNames = [...pictureOptionNames, 'classNames', 'sampleWeight', 'classId', 'posLabel'];

/**
 * ROC curves with the area under each in the legend, and the line of guessing. For two classes, labels [N] of 0 and 1
 * with scores [N] (probabilities or logits) give one curve; class numbers [N] with scores [N, classes] one for every
 * class against the rest.
 * @throws ValueError for labels and scores that have no curve, such as class numbers in place of scores
 * @example
 * const picture = await plotRoc(yTest, await model.predict(xTest));
 * await picture.show();
 */
export async function plotRoc(
  yTrue: PictureValues,
  scores: PictureValues,
  options: PlotCurvesOptions = {},
): Promise<Picture> {
  const what = 'plotRoc';
  checkPictureOptions(what, options, curveOptionNames);
  const [labels, values] = await Promise.all([toArray(yTrue, `${what}: yTrue`), toArray(scores, `${what}: scores`)]);
  const weights = await weightsOf(options, what);
  const { classId, posLabel, classNames } = options;
  if (hasClasses(values.shape) && classId === undefined) {
    const curves = evaluation.rocCurves(labels, values, weights);
    const data = curves.map(({ classId: label, fpr, tpr, auc }) => ({
      name: classNameOf(label, classNames, what),
      falsePositiveRate: fpr,
      truePositiveRate: tpr,
      area: auc,
    }));
    return new Picture(rocSpec(data, options));
  }
  const { fpr, tpr } = evaluation.rocCurve(labels, values, { ...given({ classId, posLabel }), ...weights });
  const name = classId === undefined ? '' : classNameOf(classId, classNames, what);
  return new Picture(
    rocSpec([{ name, falsePositiveRate: fpr, truePositiveRate: tpr, area: evaluation.auc(fpr, tpr) }], options),
  );
}

/**
 * Precision against recall with the average precision of each curve in the legend. For two classes, labels [N] of 0 and 1
 * with scores [N] give one curve and the line of guessing; class numbers [N] with scores [N, classes] one for every
 * class against the rest.
 * @throws ValueError for labels and scores that have no curve, such as class numbers in place of scores
 * @example
 * const picture = await plotPrecisionRecall(yTest, await model.predict(xTest));
 * await picture.show();
 */
export async function plotPrecisionRecall(
  yTrue: PictureValues,
  scores: PictureValues,
  options: PlotCurvesOptions = {},
): Promise<Picture> {
  const what = 'plotPrecisionRecall';
  checkPictureOptions(what, options, curveOptionNames);
  const [labels, values] = await Promise.all([toArray(yTrue, `${what}: yTrue`), toArray(scores, `${what}: scores`)]);
  const weights = await weightsOf(options, what);
  const { classId, posLabel, classNames } = options;
  if (hasClasses(values.shape) && classId === undefined) {
    const curves = evaluation.precisionRecallCurves(labels, values, weights);
    const data = curves.map(({ classId: label, precision, recall, averagePrecision }) => ({
      name: classNameOf(label, classNames, what),
      precision,
      recall,
      averagePrecision,
    }));
    return new Picture(precisionRecallSpec(data, options));
  }
  const binary = { ...given({ classId, posLabel }), ...weights };
  const { precision, recall } = evaluation.precisionRecallCurve(labels, values, binary);
  const averagePrecision = evaluation.averagePrecision(labels, values, binary);
  const name = classId === undefined ? '' : classNameOf(classId, classNames, what);
  // At the lowest threshold everything is taken for positive: that precision is the share of the positives.
  const prevalence = precision[0];
  return new Picture(precisionRecallSpec([{ name, precision, recall, averagePrecision }], { ...options, prevalence }));
}

/**
 * How often what was predicted with a probability was so, over bins of probabilities, beside the line on which predictions
 * mean what they say. Labels [N] of 0 and 1 with probabilities [N]; with `classId`, class numbers [N] with
 * probabilities [N, classes].
 * @throws ValueError for what are no probabilities
 * @example
 * const picture = await plotCalibration(yTest, await model.predict(xTest), { classId: 3, nBins: 10 });
 * await picture.show();
 */
export async function plotCalibration(
  yTrue: PictureValues,
  probabilities: PictureValues,
  options: PlotCalibrationOptions = {},
): Promise<Picture> {
  const what = 'plotCalibration';
  checkPictureOptions(what, options, [
    ...pictureOptionNames,
    'nBins',
    'strategy',
    'classId',
    'posLabel',
    'name',
    'histogram',
  ]);
  const { nBins, strategy, classId, posLabel, name = '' } = options;
  const [labels, values] = await Promise.all([
    toArray(yTrue, `${what}: yTrue`),
    toArray(probabilities, `${what}: probabilities`),
  ]);
  const curve = evaluation.calibrationCurve(labels, values, given({ nBins, strategy, classId, posLabel }));
  const counts = Array.from({ length: 20 }, () => 0);
  const width = hasClasses(values.shape) ? values.shape[1]! : 1;
  for (let i = classId ?? 0; i < values.data.length; i += width)
    counts[Math.min(counts.length - 1, Math.floor(values.data[i]! * counts.length))]!++;
  const histogram = options.histogram === false ? undefined : { counts };
  return new Picture(
    calibrationSpec([{ name, predicted: curve.probPred, observed: curve.probTrue }], histogram, options),
  );
}
