// The IMDB reviews (Maas et al., 2011) as lists of word numbers, cut and shuffled as Keras does.
import { DataError, ValueError } from '../base/errors.js';
import { ndarray, type NDArray } from '../base/ndarray.js';
import { readNpy, readNpyHeader } from '../formats/npy.js';
import { npzEntries } from '../formats/npz.js';
import { PickledArray, readPickle } from '../formats/pickle.js';
import type { ZipEntry } from '../formats/zip.js';
import { MersenneTwister } from './mersenne-twister.js';
import {
  checkPublishedOptions,
  loadPublishedFiles,
  publishedOptionNames,
  type PublishedFile,
  type PublishedOptions,
  type PublishedSet,
} from './published-files.js';
import type { DataServices } from './services.js';

const mirrors = ['https://storage.googleapis.com/tensorflow/tf-keras-datasets/'];
const imdbSet: PublishedSet = { name: 'imdb', mirrors };

const reviewsFile: PublishedFile<RawReviews> = {
  name: 'imdb.npz',
  byteLength: 17_464_789,
  sha256: '69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f',
  isPlain: true,
  read: readImdbFile,
};

const wordIndexFile: PublishedFile<ReadonlyMap<string, number>> = {
  name: 'imdb_word_index.json',
  byteLength: 1_641_221,
  // The only checksum that was published.
  md5: 'bfafd718b763782e994055a2d397834f',
  isPlain: true,
  read: readWordIndex,
};

/** How reviews are cut; names and defaults are those of Keras's `imdb.load_data`. */
export interface ImdbOptions extends PublishedOptions {
  /** Words with this number and above become `oovChar`. Unless given, the largest number that there is. */
  readonly numWords?: number | null | undefined;
  /** Words below this number become `oovChar`: the most frequent ones. 0 unless given. */
  readonly skipTop?: number | undefined;
  /** Reviews of this length and longer are left out. */
  readonly maxlen?: number | null | undefined;
  /** Another seed is another order; 113 unless given. */
  readonly seed?: number | undefined;
  /** What each review begins with; 1 unless given, nothing for null. */
  readonly startChar?: number | null | undefined;
  /** What stands for words that are left out; 2 unless given. With null they are left out without trace. */
  readonly oovChar?: number | null | undefined;
  /** What is added to every word's number, so that there is room for the signs before; 3 unless given. */
  readonly indexFrom?: number | undefined;
}

const optionNames = [
  'numWords',
  'skipTop',
  'maxlen',
  'seed',
  'startChar',
  'oovChar',
  'indexFrom',
  ...publishedOptionNames,
] as const satisfies readonly (keyof ImdbOptions)[];

/** Reviews as word numbers, and labels int32 [N]: 1 where the review is favourable, else 0. */
export type ImdbReviews = readonly [reviews: readonly Int32Array[], labels: NDArray];

type Lists = readonly (readonly number[])[];

/** What the file holds. */
export interface RawReviews {
  readonly train: { readonly reviews: Lists; readonly labels: Int32Array };
  readonly test: { readonly reviews: Lists; readonly labels: Int32Array };
}

/**
 * The reviews to train on and those to test with, 25,000 each unless `maxlen` leaves some out.
 * @throws DataError if the file cannot be found, reached or is damaged, or `maxlen` leaves out every review
 * @throws StoppedError if `signal` asks to stop
 * @throws ValueError for an unknown option, or one that cannot be
 */
export async function loadImdb(
  services: DataServices,
  options: ImdbOptions = {},
): Promise<readonly [train: ImdbReviews, test: ImdbReviews]> {
  checkPublishedOptions('imdb', options, optionNames);
  for (const name of ['numWords', 'skipTop', 'maxlen', 'startChar', 'oovChar', 'indexFrom'] as const) {
    const value = options[name];
    const isNumber = Number.isSafeInteger(value) && value! >= 0 && value! < 2 ** 31;
    const isAbsent = value === undefined || (value === null && name !== 'skipTop' && name !== 'indexFrom');
    if (!isNumber && !isAbsent)
      throw new ValueError(`imdb: expected ${name} to be a whole number of at least 0, received ${String(value)}.`);
  }
  // A seed that cannot be is told before anything is loaded.
  const random = new MersenneTwister(options.seed ?? 113);
  const [raw] = await loadPublishedFiles(services, imdbSet, [reviewsFile], options);
  return prepareReviews(raw!, random, options);
}

/** Shuffles, numbers and cuts as Keras does, in its order. */
export function prepareReviews(
  raw: RawReviews,
  random: MersenneTwister,
  { numWords, skipTop = 0, maxlen, startChar = 1, oovChar = 2, indexFrom = 3 }: ImdbOptions,
): readonly [train: ImdbReviews, test: ImdbReviews] {
  const numbered = [raw.train, raw.test].map(({ reviews, labels }) => {
    const start = startChar === null ? [] : [startChar];
    const kept: { readonly words: Int32Array; readonly label: number }[] = [];
    for (const index of random.shuffled(reviews.length)) {
      const review = reviews[index]!;
      // Keras keeps only those that are shorter.
      if (typeof maxlen === 'number' && maxlen > 0 && start.length + review.length >= maxlen) continue;
      const words = new Int32Array(start.length + review.length);
      words.set(start);
      for (let at = 0; at < review.length; at++) words[start.length + at] = review[at]! + indexFrom;
      kept.push({ words, label: labels[index]! });
    }
    if (kept.length === 0)
      throw new DataError(`imdb: no review is shorter than maxlen (${maxlen}). Give a larger maxlen, or none.`);
    return kept;
  }) as unknown as readonly [train: Kept, test: Kept];

  let limit = numWords ?? 0;
  // As Keras has it, the largest number of all is the first that is left out.
  if (limit === 0)
    for (const kept of numbered) for (const { words } of kept) for (const word of words) if (word > limit) limit = word;
  const isKept = (word: number): boolean => word >= skipTop && word < limit;
  const cut = (words: Int32Array): Int32Array =>
    oovChar === null ? words.filter(isKept) : words.map((word) => (isKept(word) ? word : oovChar));
  const finished = (kept: Kept): ImdbReviews => [
    kept.map(({ words }) => cut(words)),
    ndarray(Int32Array.from(kept, ({ label }) => label)),
  ];
  return [finished(numbered[0]), finished(numbered[1])];
}

type Kept = readonly { readonly words: Int32Array; readonly label: number }[];

/** What an imdb.npz holds: lists of whole numbers, pickled, and labels. @throws DataError if it is anything else */
export async function readImdbFile(bytes: Uint8Array, name: string): Promise<RawReviews> {
  const entries = await npzEntries(bytes, name);
  const part = (which: string): RawReviews['train'] => {
    const entry = (key: string): { entry: ZipEntry; place: string } => {
      const found = entries.get(key);
      if (found === undefined)
        throw new DataError(`'${name}': expected the arrays x_train, y_train, x_test and y_test; '${key}' is missing.`);
      return { entry: found, place: `'${name}', array '${key}'` };
    };
    const reviews = entry(`x_${which}`);
    const labels = entry(`y_${which}`);
    const lists = readLists(reviews.entry.read(), reviews.place);
    const numbers = readNpy(labels.entry.read(), labels.place);
    if (numbers.dtype !== 'int32' || numbers.shape.length !== 1 || numbers.shape[0] !== lists.length)
      throw new DataError(`${labels.place}: expected ${lists.length} whole numbers, one a review.`);
    return { reviews: lists, labels: numbers.data as Int32Array };
  };
  return { train: part('train'), test: part('test') };
}

/** An .npy file of Python's lists of whole numbers. */
function readLists(bytes: Uint8Array, place: string): Lists {
  const { descr, dataStart } = readNpyHeader(bytes, place);
  const array = descr === '|O' ? readPickle(bytes.subarray(dataStart), place) : undefined;
  const lists = array instanceof PickledArray ? array.objects : undefined;
  const isWord = (value: unknown): boolean =>
    Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 30;
  const wrong =
    lists === undefined ? 0 : lists.findIndex((list) => !Array.isArray(list) || !(list as unknown[]).every(isWord));
  if (lists === undefined || wrong !== -1)
    throw new DataError(`${place}: expected lists of word numbers, received something else at ${wrong}.`);
  return lists as unknown as Lists;
}

/**
 * The number of each word, 1 for the most frequent, before `indexFrom` is added.
 * @throws DataError if the file cannot be found, reached or is damaged
 * @throws StoppedError if `signal` asks to stop
 * @throws ValueError for an unknown option
 */
export async function loadImdbWordIndex(
  services: DataServices,
  options: PublishedOptions = {},
): Promise<ReadonlyMap<string, number>> {
  checkPublishedOptions('imdb.getWordIndex', options);
  const [index] = await loadPublishedFiles(services, imdbSet, [wordIndexFile], options);
  return index!;
}

function readWordIndex(bytes: Uint8Array, name: string): ReadonlyMap<string, number> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new DataError(`'${name}': expected JSON. The file is damaged.`, { cause: error });
  }
  // A map, as words such as 'constructor' are no good keys of an object.
  const index = new Map<string, unknown>(typeof value === 'object' && value !== null ? Object.entries(value) : []);
  const isNumbered = [...index.values()].every((number) => Number.isSafeInteger(number) && (number as number) > 0);
  if (index.size === 0 || !isNumbered)
    throw new DataError(`'${name}': expected an object with a number for each word, received something else.`);
  return index as ReadonlyMap<string, number>;
}
