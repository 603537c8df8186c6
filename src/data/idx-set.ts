// The IDX files of a published data set, as arrays.
import { DataError } from '../base/errors.js';
import type { NDArray } from '../base/ndarray.js';
import { formatShape, sameShape, sizeOf, type Shape } from '../base/shape.js';
import { readIdx } from './idx.js';
import type { KnownFile } from './mirrors.js';
import { loadPublishedFiles, type PublishedFile, type PublishedOptions, type PublishedSet } from './published-files.js';
import type { DataServices } from './services.js';

/** An IDX file of uint8, with the checksum that was published: of the file itself, or of what gzip made of it. */
export interface IdxFile extends Pick<KnownFile, 'name' | 'sha256' | 'gzipSha256'> {
  readonly shape: Shape;
}

export interface IdxSet extends PublishedSet {
  readonly files: readonly IdxFile[];
}

/**
 * The arrays of a set's files, in the order of `set.files`.
 * @throws DataError if a file cannot be found, reached or is damaged.
 * @throws StoppedError if `signal` asks to stop.
 */
export async function loadIdxSet(services: DataServices, set: IdxSet, options: PublishedOptions): Promise<NDArray[]> {
  return loadPublishedFiles(services, set, set.files.map(asPublished), options);
}

function asPublished(file: IdxFile): PublishedFile<NDArray> {
  return {
    ...file,
    byteLength: 4 + 4 * file.shape.length + sizeOf(file.shape),
    read: (bytes, name) => read(file, bytes, name),
  };
}

/** @throws DataError unless the bytes are an IDX file of the right shape. */
function read(file: IdxFile, bytes: Uint8Array, name: string): NDArray {
  const array = readIdx(bytes, name);
  if (array.dtype !== 'uint8' || !sameShape(array.shape, file.shape))
    throw new DataError(
      `${name}: expected uint8 of shape ${formatShape(file.shape)}, received ${array.dtype} of shape ${formatShape(array.shape)}.`,
    );
  return array;
}

/** Images with their labels, to train on and to test with. */
export type LabelledArrays = readonly [
  train: readonly [images: NDArray, labels: NDArray],
  test: readonly [images: NDArray, labels: NDArray],
];

/** A set of four files: images and labels to train on, images and labels to test with. */
export async function loadIdxImages(
  services: DataServices,
  set: IdxSet,
  options: PublishedOptions,
): Promise<LabelledArrays> {
  const [xTrain, yTrain, xTest, yTest] = await loadIdxSet(services, set, options);
  return [
    [xTrain!, yTrain!],
    [xTest!, yTest!],
  ];
}
