// CIFAR-10 and CIFAR-100 (Krizhevsky, 2009): tar archives of Python pickles, as Keras gives them.
import { DataError, ValueError } from '../base/errors.js';
import { ndarray, type NDArray } from '../base/ndarray.js';
import { formatShape } from '../base/shape.js';
import { unknownName } from '../base/suggest.js';
import { PickledArray, readPickle } from '../formats/pickle.js';
import { readTar } from '../formats/tar.js';
import type { LabelledArrays } from './idx-set.js';
import {
  checkPublishedOptions,
  loadPublishedFiles,
  publishedOptionNames,
  type PublishedOptions,
  type PublishedSet,
} from './published-files.js';
import type { DataServices } from './services.js';

export interface CifarSet extends PublishedSet {
  /** The archive, without the `.gz` with which it is served. */
  readonly archive: string;
  readonly gzipSha256: string;
  /** The files in it, in the order of the images, and how many images they have together. */
  readonly train: readonly string[];
  readonly trainCount: number;
  readonly test: readonly string[];
  readonly testCount: number;
  /** What the labels are called in the files, and how many classes there are. */
  readonly labels: Readonly<Record<string, { readonly key: string; readonly classes: number }>>;
}

/** Above what either archive unpacks to (186 MB). */
const byteLength = 200_000_000;
const side = 32;
const channels = 3;
const pixelCount = side * side;

export const cifar10Set: CifarSet = {
  name: 'cifar10',
  archive: 'cifar-10-python.tar',
  gzipSha256: '6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce',
  mirrors: ['https://www.cs.toronto.edu/~kriz/'],
  train: [1, 2, 3, 4, 5].map((number) => `cifar-10-batches-py/data_batch_${number}`),
  trainCount: 50_000,
  test: ['cifar-10-batches-py/test_batch'],
  testCount: 10_000,
  labels: { only: { key: 'labels', classes: 10 } },
};

export const cifar100Set: CifarSet = {
  name: 'cifar100',
  archive: 'cifar-100-python.tar',
  gzipSha256: '85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7',
  mirrors: ['https://www.cs.toronto.edu/~kriz/'],
  train: ['cifar-100-python/train'],
  trainCount: 50_000,
  test: ['cifar-100-python/test'],
  testCount: 10_000,
  labels: { fine: { key: 'fine_labels', classes: 100 }, coarse: { key: 'coarse_labels', classes: 20 } },
};

export interface Cifar100Options extends PublishedOptions {
  /** `fine` (unless given) for the 100 classes, `coarse` for the 20 that these belong to. */
  readonly labelMode?: 'fine' | 'coarse' | undefined;
}

/** @throws ValueError for an unknown option; DataError and StoppedError as `loadCifar` */
export async function loadCifar10(services: DataServices, options: PublishedOptions = {}): Promise<LabelledArrays> {
  checkPublishedOptions('cifar10', options);
  return loadCifar(services, cifar10Set, 'only', options);
}

/** @throws ValueError for an unknown option; DataError and StoppedError as `loadCifar` */
export async function loadCifar100(services: DataServices, options: Cifar100Options = {}): Promise<LabelledArrays> {
  const { labelMode = 'fine', ...rest } = options;
  checkPublishedOptions('cifar100', options, ['labelMode', ...publishedOptionNames]);
  if (typeof labelMode !== 'string') throw new ValueError("cifar100: expected labelMode to be 'fine' or 'coarse'.");
  if (!Object.hasOwn(cifar100Set.labels, labelMode))
    throw unknownName('labelMode of cifar100', labelMode, Object.keys(cifar100Set.labels));
  return loadCifar(services, cifar100Set, labelMode, rest);
}

/**
 * Images of uint8 [N, 32, 32, 3] with labels of uint8 [N, 1], to train on and to test with.
 * @throws DataError if the archive cannot be found, reached or is damaged.
 * @throws StoppedError if `signal` asks to stop.
 */
export async function loadCifar(
  services: DataServices,
  set: CifarSet,
  labels: string,
  options: PublishedOptions,
): Promise<LabelledArrays> {
  const file = {
    name: set.archive,
    byteLength,
    gzipSha256: set.gzipSha256,
    read: (bytes: Uint8Array, name: string) => readArchive(set, labels, bytes, name),
  };
  const [sets] = await loadPublishedFiles(services, set, [file], options);
  return sets!;
}

function readArchive(set: CifarSet, labels: string, bytes: Uint8Array, name: string): LabelledArrays {
  const files = readTar(bytes, `'${name}'`);
  const { key, classes } = set.labels[labels]!;
  const part = (names: readonly string[], count: number): readonly [NDArray, NDArray] => {
    const images = new Uint8Array(count * channels * pixelCount);
    const numbers = new Uint8Array(count);
    let row = 0;
    for (const each of names) {
      const place = `'${name}', '${each}'`;
      const file = files.get(each);
      if (file === undefined) throw new DataError(`${place}: expected this file in the archive, found none.`);
      const batch = readBatch(file, key, classes, place);
      if (row + batch.labels.length > count)
        throw new DataError(`${place}: expected ${count} images in all, received more.`);
      placeChannelsLast(batch.data, images, row);
      numbers.set(batch.labels, row);
      row += batch.labels.length;
    }
    if (row !== count)
      throw new DataError(`'${name}': expected ${count} images in ${names.join(', ')}, received ${row}.`);
    return [ndarray(images, [count, side, side, channels]), ndarray(numbers, [count, 1])];
  };
  return [part(set.train, set.trainCount), part(set.test, set.testCount)];
}

/** A dictionary with rows of 3 x 32 x 32 bytes and as many labels. */
function readBatch(
  bytes: Uint8Array,
  key: string,
  classes: number,
  place: string,
): { readonly data: Uint8Array; readonly labels: readonly number[] } {
  const batch = readPickle(bytes, place);
  const entry = batch instanceof Map ? (name: string): unknown => batch.get(name) : () => undefined;
  const images = entry('data');
  const numbers = images instanceof PickledArray ? images.numbers : undefined;
  const labels = entry(key);
  const isLabel = (label: unknown): boolean =>
    Number.isInteger(label) && (label as number) >= 0 && (label as number) < classes;
  if (numbers?.dtype !== 'uint8' || numbers.shape.length !== 2 || numbers.shape[1] !== channels * pixelCount)
    throw new DataError(
      `${place}: expected 'data' to be uint8 [N, ${channels * pixelCount}], received ${numbers === undefined ? 'no array' : `${numbers.dtype} ${formatShape(numbers.shape)}`}.`,
    );
  if (!Array.isArray(labels) || labels.length !== numbers.shape[0] || !labels.every(isLabel))
    throw new DataError(
      `${place}: expected '${key}' to be ${numbers.shape[0]} labels from 0 to ${classes - 1}, received something else.`,
    );
  return { data: numbers.data as Uint8Array, labels: labels as number[] };
}

/** Images [N, 3, 32, 32] to [N, 32, 32, 3], from row `row` of `result` on. */
function placeChannelsLast(images: Uint8Array, result: Uint8Array, row: number): void {
  let to = row * channels * pixelCount;
  for (let start = 0; start < images.length; start += channels * pixelCount)
    for (let pixel = start; pixel < start + pixelCount; pixel++) {
      result[to++] = images[pixel]!;
      result[to++] = images[pixel + pixelCount]!;
      result[to++] = images[pixel + 2 * pixelCount]!;
    }
}
