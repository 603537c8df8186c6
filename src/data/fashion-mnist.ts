// Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017, arXiv:1708.07747), as Keras gives it.
import { loadIdxImages, type IdxSet, type LabelledArrays } from './idx-set.js';
import { checkPublishedOptions, type PublishedOptions } from './published-files.js';
import type { DataServices } from './services.js';

export const fashionMnistSet: IdxSet = {
  name: 'fashion-mnist',
  // The checksums are those of the files in TensorFlow's list of data sets; the files' authors give MD5 sums.
  files: [
    {
      name: 'train-images-idx3-ubyte',
      shape: [60000, 28, 28],
      gzipSha256: '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
    },
    {
      name: 'train-labels-idx1-ubyte',
      shape: [60000],
      gzipSha256: 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
    },
    {
      name: 't10k-images-idx3-ubyte',
      shape: [10000, 28, 28],
      gzipSha256: '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
    },
    {
      name: 't10k-labels-idx1-ubyte',
      shape: [10000],
      gzipSha256: '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5',
    },
  ],
  // Keras's, the authors' own, and the authors' repository by a network that lets pages of any origin read it.
  mirrors: [
    'https://storage.googleapis.com/tensorflow/tf-keras-datasets/',
    'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
    'https://cdn.jsdelivr.net/gh/zalandoresearch/fashion-mnist/data/fashion/',
  ],
};

/** What the labels 0 to 9 stand for. */
export const fashionMnistClasses = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
] as const;

/**
 * Fashion-MNIST as four arrays of uint8: images [60000, 28, 28] and labels [60000] to train on, images [10000, 28, 28] and
 * labels [10000] to test with.
 * @throws DataError if the files cannot be found, reached or are damaged.
 * @throws StoppedError if `signal` asks to stop.
 * @throws ValueError for an unknown option.
 */
export async function loadFashionMnist(
  services: DataServices,
  options: PublishedOptions = {},
): Promise<LabelledArrays> {
  checkPublishedOptions('fashionMnist', options);
  return loadIdxImages(services, fashionMnistSet, options);
}
