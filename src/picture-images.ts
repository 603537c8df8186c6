// Pictures of images: a grid with true and predicted labels, and the mistakes of a network.
import { ShapeError, ValueError } from './base/errors.js';
import type { NDArray } from './base/ndarray.js';
import { formatShape } from './base/shape.js';
import {
  checkCount,
  checkPictureOptions,
  classNameOf,
  toArray,
  toClassNumbers,
  type ClassNumbers,
  type PictureValues,
} from './picture-inputs.js';
import { say } from './plot/language.js';
import { Picture } from './plot/picture.js';
import { dataUrl } from './plot/pixels/base64.js';
import { imagesOf, toPixels, usualRange } from './plot/pixels/image-pixels.js';
import { encodePng } from './plot/pixels/png-file.js';
import { imageGridSpec, type GridImage } from './plot/specs/image-grid.js';
import { checkPixels } from './plot/specs/spec.js';
import { Tensor } from './tensor/tensor.js';

/** Options of every grid of images. */
interface GridOptions {
  /** Above the grid; an empty text leaves it out. */
  readonly title?: string | undefined;
  /** The name of class 0, of class 1, ...; the classes' numbers unless given. */
  readonly classNames?: readonly string[] | undefined;
  /** At most this many images; 25 unless given. */
  readonly count?: number | undefined;
  /** Images in a row. */
  readonly columns?: number | undefined;
  /** The longer side of an image in pixels; 72 unless given. */
  readonly size?: number | undefined;
  /** The values drawn darkest and brightest; found from the images unless given. */
  readonly range?: readonly [darkest: number, brightest: number] | undefined;
}

export interface ShowImagesOptions extends GridOptions {
  /** Class numbers [N], one-hot [N, classes], or texts. */
  readonly labels?: PictureValues | readonly string[] | undefined;
  /** Class numbers [N], or scores [N, classes] as `model.predict` gives them, which say how sure they are. */
  readonly predictions?: PictureValues | undefined;
}

const gridOptionNames = ['title', 'classNames', 'count', 'columns', 'size', 'range'] as const;
const usualCount = 25;

/** The images' array, in the shape that `imagesOf` reads. */
async function imageArray(images: PictureValues, what: string): Promise<NDArray> {
  return toArray(images, what, 'float32');
}

/** The number of images of a tensor that is sure to hold several: [H, W, 3] may be one. */
function batchSize(images: PictureValues): number | undefined {
  if (!(images instanceof Tensor)) return undefined;
  const { rank, shape } = images;
  return rank === 4 || (rank === 3 && ![1, 3, 4].includes(shape[2]!)) ? shape[0] : undefined;
}

function isTexts(labels: PictureValues | readonly string[] | undefined): labels is readonly string[] {
  return Array.isArray(labels) && labels.length > 0 && labels.every((label) => typeof label === 'string');
}

/** Text of each sample, with a check that there are as many as images. */
function namesOf(numbers: ClassNumbers, classNames: readonly string[] | undefined, what: string): string[] {
  return Array.from(numbers.classes, (label) => classNameOf(label, classNames, what));
}

function checkLength(length: number, images: number, what: string): void {
  if (length !== images)
    throw new ShapeError(`${what}: expected one for each of the ${images} images, received ${length}.`);
}

function checkGrid(what: string, options: GridOptions, known: readonly string[]): void {
  checkPictureOptions(what, options, known);
  if (options.columns !== undefined) checkCount(options.columns, 1, `${what}: columns`);
  if (options.size !== undefined) checkPixels(options.size, `${what}: size`);
  const { range } = options;
  const numbers: readonly unknown[] = range ?? [0, 1];
  if (numbers.length !== 2 || !numbers.every(Number.isFinite))
    throw new ValueError(
      `${what}: range: expected two finite numbers, the darkest and the brightest, received [${String(range)}].`,
    );
}

/** The grid of the images at `indices`, what is said of each at the same place of `texts`. */
function grid(
  what: string,
  array: NDArray,
  indices: readonly number[],
  texts: readonly Omit<GridImage, 'url'>[],
  options: GridOptions,
  title: string | undefined,
  subtitle: string | undefined,
): Picture {
  const images = imagesOf(array, what);
  const range = options.range ?? usualRange(array);
  const drawn = indices.map((index, place): GridImage => ({
    url: dataUrl('image/png', encodePng(toPixels(images[index]!, range))),
    ...texts[place]!,
  }));
  const [first] = images;
  const aspect = first === undefined ? 1 : first.width / first.height;
  const { columns, size } = options;
  return new Picture(imageGridSpec(drawn, { title: options.title ?? title, subtitle, columns, size, aspect }));
}

/**
 * A grid of images: [N, H, W], or [N, H, W, C] with 1, 3 or 4 channels, or one image [H, W]. With `labels` each has its
 * own below it; with `predictions` too it is marked right (✓, green) or wrong (×, red, with the true label).
 * @throws ShapeError for images of another shape, or labels of another number
 * @example
 * const [[, ], [xTest, yTest]] = await datasets.mnist.load();
 * const picture = await showImages(xTest.slice([0, 20]), { labels: yTest.slice([0, 20]) });
 * await picture.show();
 */
export async function showImages(images: PictureValues, options: ShowImagesOptions = {}): Promise<Picture> {
  const what = 'showImages';
  checkGrid(what, options, [...gridOptionNames, 'labels', 'predictions']);
  const { classNames } = options;
  const total = batchSize(images);
  const count = checkCount(options.count, usualCount, `${what}: count`);
  // Of a large tensor only what is drawn is computed.
  const isLarge = total !== undefined && total > count;
  const array = await imageArray(isLarge ? (images as Tensor).slice([0, count]) : images, what);
  const drawn = imagesOf(array, what).length;
  const available = isLarge ? total : drawn;
  const predictions =
    options.predictions === undefined ? undefined : await toClassNumbers(options.predictions, `${what}: predictions`);
  const labels = isTexts(options.labels)
    ? options.labels
    : options.labels === undefined
      ? undefined
      : namesOf(await toClassNumbers(options.labels, `${what}: labels`), classNames, what);
  const predicted = predictions === undefined ? undefined : namesOf(predictions, classNames, what);
  if (labels !== undefined) checkLength(labels.length, available, `${what}: labels`);
  if (predicted !== undefined) checkLength(predicted.length, available, `${what}: predictions`);
  const indices = Array.from({ length: Math.min(count, drawn) }, (_, index) => index);
  const texts = indices.map((index) => ({
    label: labels?.[index],
    prediction: predicted?.[index],
    confidence: predictions?.confidences?.[index],
    isRight: labels === undefined || predicted === undefined ? undefined : labels[index] === predicted[index],
  }));
  const subtitle =
    available > indices.length
      ? say('The first {shown} of {total}', { shown: indices.length, total: withCommas(available) })
      : undefined;
  return grid(what, array, indices, texts, options, '', subtitle);
}

const withCommas = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');

/**
 * The images that a network takes for something else, those first of which it is most sure. `x` are images as
 * `showImages` takes them, `yTrue` class numbers [N] or one-hot labels, `yPred` class numbers [N] or scores [N, classes] as
 * `model.predict` gives them.
 * @throws ShapeError if the three differ in the number of samples
 * @example
 * const picture = await plotMisclassified(xTest, yTest, await model.predict(xTest));
 * await picture.save('mistakes.png');
 */
export async function plotMisclassified(
  x: PictureValues,
  yTrue: PictureValues,
  yPred: PictureValues,
  options: GridOptions = {},
): Promise<Picture> {
  const what = 'plotMisclassified';
  checkGrid(what, options, gridOptionNames);
  const { classNames } = options;
  const [labels, predictions] = await Promise.all([
    toClassNumbers(yTrue, `${what}: yTrue`),
    toClassNumbers(yPred, `${what}: yPred`),
  ]);
  const samples = labels.classes.length;
  if (predictions.classes.length !== samples)
    throw new ShapeError(
      `${what}: expected as many samples in yPred as in yTrue, received ${predictions.classes.length} and ${samples}.`,
    );
  const sure = predictions.confidences;
  const wrong = Array.from({ length: samples }, (_, index) => index).filter(
    (index) => labels.classes[index] !== predictions.classes[index],
  );
  // Of equal confidence the earlier sample comes first: the sort is stable.
  if (sure !== undefined) wrong.sort((a, b) => sure[b]! - sure[a]!);
  const chosen = wrong.slice(0, checkCount(options.count, usualCount, `${what}: count`));
  const given = x instanceof Tensor && x.shape[0] !== undefined ? x.shape[0] : undefined;
  if (given !== undefined) checkLength(samples, given, `${what}: yTrue`);
  // Of a tensor only the images that are drawn are computed.
  const fromTensor = x instanceof Tensor && chosen.length > 0;
  const array = await imageArray(fromTensor ? x.gather(chosen) : x, what);
  if (!fromTensor) checkLength(samples, array.shape[0] ?? 0, `${what}: yTrue`);
  const texts = chosen.map((index) => ({
    label: classNameOf(labels.classes[index]!, classNames, what),
    prediction: classNameOf(predictions.classes[index]!, classNames, what),
    confidence: sure?.[index],
    isRight: false,
  }));
  const places = fromTensor ? chosen.map((_, place) => place) : chosen;
  const numbers = { wrong: withCommas(wrong.length), total: withCommas(samples), shown: chosen.length };
  const subtitle =
    chosen.length < wrong.length && sure !== undefined
      ? say(
          '{wrong} of {total} images are taken for something else; the {shown} that the network is most sure of',
          numbers,
        )
      : say('{wrong} of {total} images are taken for something else', numbers);
  return grid(what, asBatch(array), places, texts, options, say('Misclassified images'), subtitle);
}

/** Images of which the first axis counts samples, also where there are as many columns as channels. */
function asBatch(array: NDArray): NDArray {
  if (array.shape.length === 3) return { ...array, shape: [...array.shape, 1] };
  if (array.shape.length === 4) return array;
  throw new ShapeError(
    `plotMisclassified: expected images of shape [N, H, W] or [N, H, W, C], received ${formatShape(array.shape)}. Reshape flat images to their height and width.`,
  );
}

export type { GridOptions as PlotMisclassifiedOptions };
