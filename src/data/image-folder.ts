// Loads a folder of images with a subfolder for each class, as plain arrays.
import { DataError, StoppedError } from '../base/errors.js';
import type { Files } from '../base/files.js';
import { ndarray, type NDArray } from '../base/ndarray.js';
import { RandomStream } from '../base/random.js';
import { rejectUnknownOptions, unknownName } from '../base/suggest.js';
import { decodeImage, imageEndings } from './decode-image.js';
import { channelsOf, checkSize, resizeImage, toColorMode, type ColorMode, type Interpolation } from './image.js';

/** How the images of a folder are read; names and defaults are those of Keras's `image_dataset_from_directory`. */
export interface ImageFolderOptions {
  /** The size that all images are given, proportions not kept; [256, 256] unless given. */
  readonly imageSize?: readonly [height: number, width: number] | undefined;
  /** `rgb` unless given. */
  readonly colorMode?: ColorMode | undefined;
  /** `bilinear` unless given; smaller images are averages of larger ones. */
  readonly interpolation?: Interpolation | undefined;
  /** The subfolders to read, in the order of their labels; all of them by name unless given. */
  readonly classNames?: readonly string[] | undefined;
  /** Whether the images come in random order, true unless given; else class by class, by name. */
  readonly shuffle?: boolean | undefined;
  /** Another seed is another order; 0 unless given. */
  readonly seed?: number | undefined;
  /** Ends the reading with a StoppedError. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each image. */
  readonly onProgress?: ((progress: { readonly done: number; readonly total: number }) => void) | undefined;
}

const optionNames = [
  'imageSize',
  'colorMode',
  'interpolation',
  'classNames',
  'shuffle',
  'seed',
  'signal',
  'onProgress',
] as const satisfies readonly (keyof ImageFolderOptions)[];

/** Images with their labels. */
export interface ImageFolderArrays {
  /** uint8 [N, H, W, C], 0 to 255. */
  readonly images: NDArray;
  /** int32 [N]: positions in `classNames`. */
  readonly labels: NDArray;
  readonly classNames: readonly string[];
  /** The files, in the order of the images. */
  readonly paths: readonly string[];
}

/** Names that stand for a part of a data set rather than for a class. */
const parts = ['train', 'training', 'test', 'testing', 'val', 'valid', 'validation'];

/**
 * The PNG and JPEG files below the subfolders of `directory`, a class each. Files of other kinds, and what begins with a
 * dot, are passed over. `prepare`, where given, brings each image into its size and colours in place of resizing.
 * @throws DataError where the folder is missing, has fewer than two classes, a class has no images, or an image is damaged.
 * @throws ValueError for an unknown option.
 */
export async function loadImageFolder(
  files: Files,
  directory: string,
  options: ImageFolderOptions = {},
  prepare?: (image: NDArray, path: string) => NDArray,
): Promise<ImageFolderArrays> {
  rejectUnknownOptions('fromFolder', options, optionNames);
  const { imageSize = [256, 256], colorMode = 'rgb', interpolation, shuffle = true, seed = 0, signal } = options;
  const channels = channelsOf(colorMode);
  checkSize(imageSize, 'fromFolder: imageSize');
  const [height, width] = imageSize;
  const found = await listImageFolder(files, directory, options.classNames);
  const order = shuffle ? new RandomStream(seed).permutation(found.paths.length) : found.paths.map((_, index) => index);
  const paths = Array.from(order, (index) => found.paths[index]!);
  const labels = Int32Array.from(order, (index) => found.labels[index]!);
  const byteLength = height * width * channels;
  const pixels = new Uint8Array(paths.length * byteLength);
  for (const [index, path] of paths.entries()) {
    if (signal?.aborted) throw new StoppedError(`fromFolder was stopped after ${index} of ${paths.length} images.`);
    const bytes = await files.read(path);
    if (bytes === undefined) throw new DataError(`${path}: the file is gone.`);
    const decoded = await decodeImage(bytes, path);
    const image = prepare?.(decoded, path) ?? resizeImage(toColorMode(decoded, colorMode), imageSize, interpolation);
    pixels.set(image.data, index * byteLength);
    options.onProgress?.({ done: index + 1, total: paths.length });
  }
  return {
    images: ndarray(pixels, [paths.length, height, width, channels]),
    labels: ndarray(labels),
    classNames: found.classNames,
    paths,
  };
}

/** What a folder holds, before any image is read. */
export interface ImageFolderListing {
  readonly classNames: readonly string[];
  /** Class by class. */
  readonly paths: readonly string[];
  readonly labels: readonly number[];
}

const isHidden = (name: string): boolean => name.startsWith('.') || name === '__MACOSX';

/** The classes and images of a folder. @throws DataError where it has fewer than two classes, or a class has no images */
export async function listImageFolder(
  files: Files,
  directory: string,
  wanted?: readonly string[],
): Promise<ImageFolderListing> {
  const entries = await files.list(directory);
  if (entries === undefined) {
    const isFile = (await files.size(directory)) !== undefined;
    throw new DataError(
      `${directory}: expected a folder with a subfolder for each class, ${isFile ? 'found a file' : 'found nothing of that name'}.`,
    );
  }
  const folders = entries.filter(({ name, kind }) => kind === 'folder' && !isHidden(name)).map(({ name }) => name);
  const classNames = wanted ?? folders;
  for (const name of classNames) if (!folders.includes(name)) throw unknownName(`class of ${directory}`, name, folders);
  if (classNames.length < 2) {
    const loose = entries.filter(({ name, kind }) => kind === 'file' && isImage(name)).length;
    const seen =
      classNames.length === 1
        ? `found only '${classNames[0]!}'`
        : loose === 0
          ? 'found no subfolder'
          : `found ${count(loose, 'image')} and no subfolder`;
    throw new DataError(
      `${directory}: expected a subfolder for each of at least two classes, ${seen}. Put the images of each class into a folder of its name.`,
    );
  }
  if (wanted === undefined && classNames.every((name) => parts.includes(name.toLowerCase())))
    throw new DataError(
      `${directory}: expected a subfolder for each class, found ${classNames.map((name) => `'${name}'`).join(' and ')}, which look like parts of a data set. Name one of them: ${directory}/${classNames[0]!}.`,
    );
  const paths: string[] = [];
  const labels: number[] = [];
  for (const [label, name] of classNames.entries()) {
    const others = new Map<string, number>();
    const own = await imagesBelow(files, `${directory.replace(/\/+$/, '')}/${name}`, others);
    if (own.length === 0)
      throw new DataError(
        `${directory}/${name}: expected PNG or JPEG images of class '${name}', found ${listOf(others)}.${others.size === 0 ? ' Remove the folder, or put images into it.' : ' Convert them to PNG or JPEG.'}`,
      );
    for (const path of own) {
      paths.push(path);
      labels.push(label);
    }
  }
  return { classNames, paths, labels };
}

const endingOf = (name: string): string => (/\.[^.]+$/.exec(name)?.[0] ?? 'no ending').toLowerCase();
const isImage = (name: string): boolean => imageEndings.some((ending) => ending === endingOf(name)) && !isHidden(name);

/** The paths of all images below a folder; counts by their endings in `others` what else there is. */
async function imagesBelow(files: Files, folder: string, others: Map<string, number>): Promise<string[]> {
  const paths: string[] = [];
  for (const { name, kind, isLink } of (await files.list(folder)) ?? []) {
    if (isHidden(name)) continue;
    const path = `${folder}/${name}`;
    // A link to a folder may lead round in a circle; as in Keras it is not followed.
    if (kind === 'folder') paths.push(...(isLink ? [] : await imagesBelow(files, path, others)));
    else if (isImage(name)) paths.push(path);
    else others.set(endingOf(name), (others.get(endingOf(name)) ?? 0) + 1);
  }
  return paths;
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

function listOf(endings: ReadonlyMap<string, number>): string {
  if (endings.size === 0) return 'none';
  return `only ${[...endings].map(([ending, number]) => count(number, `${ending} file`)).join(', ')}`;
}
