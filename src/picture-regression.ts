// Pictures of how good a regression is: predicted against true values, and how its errors are spread.
import { ShapeError } from './base/errors.js';
import { formatShape } from './base/shape.js';
import { checkPictureOptions, toArray, type PictureValues } from './picture-inputs.js';
import { Picture } from './plot/picture.js';
import { predictedTrueSpec, type Predictions } from './plot/specs/predicted-true.js';
import { residualsSpec } from './plot/specs/residuals.js';
import { pictureOptionNames, type PictureOptions } from './plot/specs/spec.js';

export interface PlotRegressionOptions extends PictureOptions {
  /** The name of each output, for predictions [N, outputs]. */
  readonly outputNames?: readonly string[] | undefined;
}

const known = [...pictureOptionNames, 'outputNames'];

async function outputsOf(
  yTrue: PictureValues,
  yPred: PictureValues,
  { outputNames }: PlotRegressionOptions,
  what: string,
): Promise<Predictions[]> {
  const [truth, predicted] = await Promise.all([toArray(yTrue, `${what}: yTrue`), toArray(yPred, `${what}: yPred`)]);
  const count = truth.shape[0] ?? 0;
  const isFlat = truth.shape.length <= 2 && predicted.shape.length <= 2;
  if (!isFlat || truth.data.length !== predicted.data.length || (predicted.shape[0] ?? 0) !== count)
    throw new ShapeError(
      `${what}: expected yTrue and yPred of one shape, [N] or [N, outputs], received ${formatShape(truth.shape)} and ${formatShape(predicted.shape)}.`,
    );
  const outputs = count === 0 ? 1 : truth.data.length / count;
  if (outputNames !== undefined && outputNames.length !== outputs)
    throw new ShapeError(`${what}: expected ${outputs} outputNames, received ${outputNames.length}.`);
  const column = (data: ArrayLike<number>, output: number): Float64Array =>
    Float64Array.from({ length: count }, (_, row) => data[row * outputs + output]!);
  return Array.from({ length: outputs }, (_, output) => ({
    name: outputNames?.[output] ?? (outputs === 1 ? '' : `output ${output}`),
    truth: column(truth.data, output),
    predicted: column(predicted.data, output),
  }));
}

/**
 * What a regression predicts against what was true, a point a sample: [N], or [N, outputs] in a colour each. On the
 * diagonal both are the same.
 * @throws ShapeError if the two differ in shape
 * @example
 * const picture = await plotPredictions(yTest, await model.predict(xTest));
 * await picture.save('predicted.svg');
 */
export async function plotPredictions(
  yTrue: PictureValues,
  yPred: PictureValues,
  options: PlotRegressionOptions = {},
): Promise<Picture> {
  checkPictureOptions('plotPredictions', options, known);
  return new Picture(predictedTrueSpec(await outputsOf(yTrue, yPred, options, 'plotPredictions'), options));
}

/**
 * A histogram of the errors of a regression, true minus predicted: [N], or [N, outputs] in a panel each.
 * @throws ShapeError if the two differ in shape
 * @example
 * const picture = await plotResiduals(yTest, await model.predict(xTest));
 * await picture.show();
 */
export async function plotResiduals(
  yTrue: PictureValues,
  yPred: PictureValues,
  options: PlotRegressionOptions = {},
): Promise<Picture> {
  checkPictureOptions('plotResiduals', options, known);
  const outputs = await outputsOf(yTrue, yPred, options, 'plotResiduals');
  const data = outputs.map(({ name, truth, predicted }) => ({
    name,
    residuals: Float64Array.from(truth, (value, i) => value - predicted[i]!),
  }));
  return new Picture(residualsSpec(data, options));
}
