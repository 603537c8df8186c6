// The arrays of a file that has weights but no model: names, shapes, types, sizes.
import { errors } from '../api.js';
import { readHdf5, type Hdf5Group } from '../formats/hdf5.js';
import { readSafetensors } from '../formats/safetensors.js';
import type { Platform } from '../platform/platform.js';

export interface ListedArray {
  readonly name: string;
  readonly shape: readonly number[];
  /** As Nacre reads it. */
  readonly dtype: string;
  readonly byteLength: number;
}

interface NamedArray {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly data: { readonly byteLength: number };
}

function arraysIn(group: Hdf5Group, prefix = ''): [string, NamedArray][] {
  return [
    ...[...group.arrays].map(([name, array]): [string, NamedArray] => [`${prefix}${name}`, array]),
    ...[...group.groups].flatMap(([name, inner]) => arraysIn(inner, `${prefix}${name}/`)),
  ];
}

/**
 * What lies in the file; undefined for one that holds a model, or is of a format that always does.
 * @throws DataError for a missing or damaged file
 */
export async function weightsIn(files: Platform['files'], path: string): Promise<ListedArray[] | undefined> {
  const name = path.toLowerCase();
  const isSafetensors = name.endsWith('.safetensors');
  if (!isSafetensors && !name.endsWith('.weights.h5')) return undefined;
  const bytes = await files.read(path);
  if (bytes === undefined) throw new errors.DataError(`summary: there is no file '${path}'.`);
  const read = isSafetensors ? readSafetensors(bytes, path, { shared: true }) : undefined;
  if (read?.metadata.has('model_config')) return undefined;
  const arrays = read ? [...read.tensors] : arraysIn(await readHdf5(bytes, path));
  return arrays.map(([each, { shape, dtype, data }]) => ({ name: each, shape, dtype, byteLength: data.byteLength }));
}

const numberOf = ({ shape }: ListedArray): number => shape.reduce((product, size) => product * size, 1);

/** The list as a table, and its sums. */
export function weightTable(arrays: readonly ListedArray[]): string {
  const rows = arrays.map((array) => [
    array.name,
    `(${array.shape.join(', ')})`,
    array.dtype,
    `${array.byteLength} bytes`,
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  const elements = arrays.reduce((sum, array) => sum + numberOf(array), 0);
  const bytes = arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return [...lines, '', `${arrays.length} arrays, ${elements} numbers, ${bytes} bytes`].join('\n');
}
