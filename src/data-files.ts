// Files of numbers as tensors: NumPy's .npz, and tables of comma-separated values. The namespace `datasets` shows them.
import { DataError, ValueError } from './base/errors.js';
import type { NDArray } from './base/ndarray.js';
import { rejectUnknownOptions } from './base/suggest.js';
import { readCsvTable, type CsvColumnType, type CsvOptions } from './data/csv.js';
import { readNpz } from './formats/npz.js';
import { platform } from './platform/current.js';
import { fromNDArray } from './tensor/creation.js';
import type { Tensor } from './tensor/tensor.js';

export type { CsvColumnType, CsvOptions };

export interface NpzOptions {
  /** The arrays to read; all of them unless given. */
  readonly names?: readonly string[] | undefined;
  /** Whether float64 stays float64, which only the reference backend computes with; it becomes float32 unless given. */
  readonly keepFloat64?: boolean | undefined;
}

const npzOptionNames = ['names', 'keepFloat64'] as const satisfies readonly (keyof NpzOptions)[];

/**
 * The arrays of an .npz file of NumPy's by name, as `numpy.load` has them: from a path, or from the file's bytes. Whole
 * numbers other than uint8 become int32, half precision and float64 become float32. Arrays of Python objects and of text
 * are refused; nothing in a file is run.
 *
 * ```ts
 * const { x_train, y_train } = await datasets.fromNpz('mnist.npz');
 * ```
 * @throws DataError if there is no such file, or it is damaged, or holds what is no number
 * @throws ValueError for an unknown option
 */
export async function fromNpz(
  source: string | Uint8Array | ArrayBuffer,
  options: NpzOptions = {},
): Promise<Readonly<Record<string, Tensor>>> {
  rejectUnknownOptions('fromNpz', options, npzOptionNames);
  const { names, keepFloat64 = false } = options;
  const { bytes, name } = await bytesOf(source, 'fromNpz');
  const arrays = await readNpz(bytes, name, { names });
  // A name of the file may be one that objects have for themselves.
  return Object.fromEntries(
    Array.from(arrays, ([key, array]) => [key, fromNDArray(keepFloat64 ? array : withoutFloat64(array))]),
  );
}

function withoutFloat64(array: NDArray): NDArray {
  if (array.dtype !== 'float64') return array;
  return { dtype: 'float32', shape: array.shape, data: Float32Array.from(array.data) };
}

/** A table, as tensors. */
export interface CsvTable {
  /** float32 [rows, features]. */
  readonly x: Tensor;
  /** One value for each row; int32 for names (their positions in `classNames`) and for whole numbers, else float32. */
  readonly y: Tensor;
  /** What the columns of x are called; `colour=red` where one stands for a name. */
  readonly columnNames: readonly string[];
  /** The column that y is. */
  readonly labelName: string | undefined;
  /** The names that y counts; undefined where it holds numbers. */
  readonly classNames: readonly string[] | undefined;
  /** The names of each column of x that had names, in the order of the numbers that stand for them. */
  readonly categories: ReadonlyMap<string, readonly string[]>;
}

/**
 * A table of comma-separated values: from a path, the bytes of a file, or the text itself (which has a line break). The
 * first row names the columns. Columns of numbers are numbers; columns of names become the names' positions in the order
 * of the alphabet, or with `oneHot` a column of 0 and 1 for each name. What is missing or does not fit is an error that
 * names line and column. Without `label`, there is no `y`.
 *
 * ```ts
 * const { x, y, classNames } = await datasets.fromCsv('iris.csv', { label: 'species' });
 * await model.fit(x, y, { epochs: 20, validationSplit: 0.2 });
 * ```
 * @throws DataError if there is no such file, or for what is damaged, missing or does not fit
 * @throws ValueError for an unknown option or column
 */
export async function fromCsv(
  source: string | Uint8Array | ArrayBuffer,
  options: CsvOptions & { readonly label: string | number },
): Promise<CsvTable>;
export async function fromCsv(
  source: string | Uint8Array | ArrayBuffer,
  options?: CsvOptions,
): Promise<Omit<CsvTable, 'y'> & { readonly y: Tensor | undefined }>;
export async function fromCsv(
  source: string | Uint8Array | ArrayBuffer,
  options: CsvOptions = {},
): Promise<Omit<CsvTable, 'y'> & { readonly y: Tensor | undefined }> {
  const isText = typeof source === 'string' && /[\r\n]/.test(source);
  const { bytes, name } = isText ? { bytes: source, name: 'the text given' } : await bytesOf(source, 'fromCsv');
  const { x, y, ...rest } = await readCsvTable(bytes, options, `'${name}'`);
  return { x: fromNDArray(x), y: y && fromNDArray(y), ...rest };
}

async function bytesOf(
  source: string | Uint8Array | ArrayBuffer,
  what: string,
): Promise<{ readonly bytes: Uint8Array; readonly name: string }> {
  if (source instanceof Uint8Array) return { bytes: source, name: 'the bytes given' };
  if (source instanceof ArrayBuffer) return { bytes: new Uint8Array(source), name: 'the bytes given' };
  if (typeof source !== 'string' || source === '') {
    const received = typeof source === 'string' ? "''" : typeof source;
    throw new ValueError(`${what}: expected a path or the bytes of a file, received ${received}.`);
  }
  const bytes = await platform().files.read(source);
  if (bytes === undefined) throw new DataError(`${what}: there is no file '${source}'.`);
  return { bytes, name: source };
}
