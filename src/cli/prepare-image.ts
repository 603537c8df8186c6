// How an image of any size is brought into the form that a model takes: as MNIST was made, or scaled.
import { mnistClasses, type ImageClasses, type NDArray } from '../api.js';
import { resizeImage, toColorMode } from '../data/image.js';
import { prepareDigit } from '../data/prepare-digit.js';
import { colorModeOf } from './color-mode.js';
import type { TrainingNote } from './trained-model.js';

export type Preparation = 'digit' | 'resize';

/** What a model's images are to be prepared by: what it was trained on, or else what its form looks like. */
export function preparationFor(image: ImageClasses, note: TrainingNote | undefined): Preparation {
  if (note !== undefined) return note.source === 'mnist' ? 'digit' : 'resize';
  const { height, width, channels, classes } = mnistClasses;
  const isLikeMnist =
    image.height === height && image.width === width && image.channels === channels && image.classes === classes;
  return isLikeMnist ? 'digit' : 'resize';
}

/**
 * The function that makes of an image uint8 [H, W, C] one of the model's size and channels; `path` names it in errors.
 */
export function imagePreparation(
  preparation: Preparation,
  { height, width, channels }: Pick<ImageClasses, 'height' | 'width' | 'channels'>,
): (image: NDArray, path: string) => NDArray {
  return (image, path) => {
    const source = preparation === 'digit' ? prepareDigit(image, path) : image;
    return resizeImage(toColorMode(source, colorModeOf(channels)), [height, width]);
  };
}
