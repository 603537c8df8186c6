// Images with labels for a model: MNIST, or a folder with a subfolder for each class.
import { datasets, errors, fromNDArray, mnistClasses, toCategorical, type ImageClasses, type Tensor } from '../api.js';
import type { Platform } from '../platform/platform.js';
import { listImageFolder, loadImageFolder } from '../data/image-folder.js';
import { colorModeOf, describeClasses } from './color-mode.js';
import type { ModelForm } from './model-form.js';
import { imagePreparation, type Preparation } from './prepare-image.js';

/** Images as uint8 [N, H, W] or [N, H, W, C], and their labels [N] as positions in `classNames`. */
export interface LabelledImages {
  readonly images: Tensor;
  readonly labels: Tensor;
  readonly classNames: readonly string[];
}

export const isMnist = (data: string | undefined): boolean => data === undefined || data === 'mnist';

const digitNames = Array.from({ length: 10 }, (_, digit) => String(digit));

/** MNIST's training and test images. A download tells how far it is unless `isQuiet`. */
export async function loadMnist(
  signal: AbortSignal,
  isQuiet: boolean,
): Promise<readonly [training: LabelledImages, test: LabelledImages]> {
  const sets = await datasets.mnist.load({ signal, ...(isQuiet ? { onProgress: () => undefined } : {}) });
  const [training, test] = sets.map(([images, labels]) => ({ images, labels, classNames: digitNames }));
  return [training!, test!];
}

/** @throws DataError unless the model tells 10 classes of 28 x 28 grey pixels apart */
export function checkMnistFits(form: ModelForm, place: string): void {
  const { height, width, channels, classes } = mnistClasses;
  const fits = form.height === height && form.width === width && form.channels === channels && form.classes === classes;
  if (!fits)
    throw new errors.DataError(
      `${place}: expected a model for MNIST, ${describeClasses(mnistClasses)}; it is for ${describeClasses(form)}. Name a folder of such images: --data FOLDER.`,
    );
}

export interface FolderRequest {
  readonly directory: string;
  readonly image: Pick<ImageClasses, 'height' | 'width' | 'channels'>;
  readonly preparation: Preparation;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/**
 * The images of a folder, in random order, labelled by their positions in the model's list of classes: `known`, or else the
 * folder's own.
 * @throws DataError for a folder that is no such data set, has a class that the model does not know, or a damaged image
 */
export async function loadFolder(
  files: Platform['files'],
  { directory, image, preparation, seed, signal }: FolderRequest,
  known?: { readonly classNames: readonly string[]; readonly place: string },
): Promise<LabelledImages> {
  const { classNames: found } = await listImageFolder(files, directory);
  const classNames = known?.classNames ?? found;
  const strangers = found.filter((name) => !classNames.includes(name));
  if (strangers.length > 0)
    throw new errors.DataError(
      `${directory}: expected the classes of ${known!.place}, ${listOf(classNames)}; found ${listOf(strangers)} as well. Name the subfolders as the model's classes.`,
    );
  const { height, width, channels } = image;
  const { images, labels } = await loadImageFolder(
    files,
    directory,
    { imageSize: [height, width], colorMode: colorModeOf(channels), classNames: found, seed, signal },
    imagePreparation(preparation, image),
  );
  const positions = found.map((name) => classNames.indexOf(name));
  const inModel = Int32Array.from(labels.data, (label) => positions[label]!);
  return {
    images: fromNDArray(images),
    labels: fromNDArray({ ...labels, data: inModel }),
    classNames,
  };
}

function listOf(names: readonly string[]): string {
  const shown = names.slice(0, 10).map((name) => `'${name}'`);
  return shown.join(', ') + (names.length > shown.length ? ` and ${names.length - shown.length} more` : '');
}

/** Images as the model takes them, scaled to 0 to 1. */
export const inputsOf = (images: Tensor, form: ModelForm): Tensor => images.reshape([-1, ...form.inputShape]).div(255);

/** Labels as the model's loss takes them. */
export function targetsOf(labels: Tensor, form: ModelForm): Tensor {
  if (form.labels === 'oneHot') return toCategorical(labels, form.classes);
  return form.labels === 'binary' ? labels.cast('float32').reshape([-1, 1]) : labels;
}

/** The images from `from` to before `to`. */
export const part = ({ images, labels, classNames }: LabelledImages, from: number, to: number): LabelledImages => ({
  images: images.slice([from, to]),
  labels: labels.slice([from, to]),
  classNames,
});

export const countOf = ({ labels }: LabelledImages): number => labels.shape[0]!;
