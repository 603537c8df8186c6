// What a model takes and gives, where it tells images apart: the size and channels of its images, the number of its
// classes, and how its loss wants the labels.
import { errors, losses, type ImageClasses, type Model } from '../api.js';

export interface ModelForm extends ImageClasses {
  /** Of one input, without the batch: [784], [28, 28] or [28, 28, 1]. */
  readonly inputShape: readonly number[];
  /** Class numbers [N], rows of 0 and 1 [N, classes], or 0 and 1 for the two classes of a single output [N, 1]. */
  readonly labels: 'index' | 'oneHot' | 'binary';
}

/**
 * The form of a model; `place` names it in errors, `known` says what its file remembers of the images.
 * @throws DataError for a model that takes no images or gives no classes
 */
export function formOf(model: Model, place: string, known?: ImageClasses): ModelForm {
  const inputShape = model.inputShape.slice(1);
  const outputShape = model.outputShape.slice(1);
  const show = (shape: readonly (number | null)[]): string =>
    `[samples${shape.map((size) => `, ${size ?? 'any'}`).join('')}]`;
  const units = outputShape[0];
  if (outputShape.length !== 1 || typeof units !== 'number')
    throw new errors.DataError(
      `${place}: expected a model that gives a number for each class, [samples, classes]; its output is ${show(outputShape)}.`,
    );
  const image = imageOf(inputShape, known);
  if (image === undefined)
    throw new errors.DataError(
      `${place}: expected a model that takes images, [samples, height, width] or [samples, height, width, channels] with 1, 3 or 4 channels, or their pixels in a row; its input is ${show(inputShape)}.`,
    );
  return {
    ...image,
    inputShape: inputShape as readonly number[],
    classes: units === 1 ? 2 : units,
    labels: units === 1 ? 'binary' : lossOf(model).includes('sparse') ? 'index' : 'oneHot',
  };
}

function imageOf(
  shape: readonly (number | null)[],
  known: ImageClasses | undefined,
): Pick<ImageClasses, 'height' | 'width' | 'channels'> | undefined {
  if (shape.some((size) => size === null)) return undefined;
  const sizes = shape as readonly number[];
  const [height = 0, width = 0, channels = 1] = sizes;
  if (sizes.length === 1) {
    if (known !== undefined && known.height * known.width * known.channels === height) return known;
    for (const depth of [1, 3]) {
      const side = Math.sqrt(height / depth);
      if (Number.isInteger(side)) return { height: side, width: side, channels: depth };
    }
    return undefined;
  }
  return [2, 3].includes(sizes.length) && [1, 3, 4].includes(channels) ? { height, width, channels } : undefined;
}

/** What the model was compiled with, as a file says it, in lower case; empty where it was not. */
function lossOf(model: Model): string {
  const { loss } = (model.describe().compile_config ?? {}) as { loss?: unknown };
  return loss === undefined ? '' : JSON.stringify(loss).toLowerCase();
}

/** Compiles a model that is not, for the classification that its output allows. */
export function compileIfNeeded(model: Model): void {
  if (model.optimizer !== undefined) return;
  let last = model.layers.at(-1);
  while (last && last.innerLayers.length > 0) last = last.innerLayers.at(-1);
  const activation = last?.getConfig().activation;
  const options = { fromLogits: activation !== 'softmax' && activation !== 'sigmoid' };
  const loss =
    model.outputShape[1] === 1 ? losses.binaryCrossentropy(options) : losses.sparseCategoricalCrossentropy(options);
  model.compile({ optimizer: 'adam', loss, metrics: ['accuracy'] });
}
