// NumPy's .npz files: a zip archive with an .npy file for each array.
import { DataError } from '../base/errors.js';
import type { NDArray } from '../base/ndarray.js';
import { checkNpyLength, npyHeaderLimit, readNpy, readNpyHeader, writeNpy } from './npy.js';
import { readZip, writeZip, type WriteZipOptions, type ZipEntry } from './zip.js';

const ending = '.npy';

export interface ReadNpzOptions {
  /** The arrays to read; all unless given. */
  readonly names?: readonly string[] | undefined;
}

/**
 * The arrays of an .npz file by name, in its order. `file` names it in errors. Files in it that are no arrays are left out.
 * @throws DataError if it is damaged, lacks one of `names`, or one holds text or Python objects
 */
export async function readNpz(
  bytes: Uint8Array,
  file: string,
  { names }: ReadNpzOptions = {},
): Promise<ReadonlyMap<string, NDArray>> {
  const entries = await npzEntries(bytes, file);
  const missing = names?.find((name) => !entries.has(name));
  if (missing !== undefined)
    throw new DataError(`'${file}': it has no array '${missing}'. It has ${listed([...entries.keys()])}.`);
  const chosen = names ?? [...entries.keys()];
  // All headers first: what does not fit is refused before memory is taken for any of it.
  for (const name of chosen) {
    const entry = entries.get(name)!;
    const place = placeOf(file, name);
    checkNpyLength(readNpyHeader(entry.beginning(npyHeaderLimit), place), entry.byteLength, place);
  }
  return new Map(chosen.map((name) => [name, readNpy(entries.get(name)!.read(), placeOf(file, name))]));
}

/** The arrays of an .npz file as files in the archive, by name, none of them unpacked. @throws DataError if it is damaged */
export async function npzEntries(bytes: Uint8Array, file: string): Promise<ReadonlyMap<string, ZipEntry>> {
  const entries = await readZip(bytes, `'${file}'`);
  const arrays = new Map<string, ZipEntry>();
  for (const [name, entry] of entries) if (name.endsWith(ending)) arrays.set(name.slice(0, -ending.length), entry);
  return arrays;
}

const placeOf = (file: string, name: string): string => `'${file}', array '${name}'`;

const listed = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));

/** The bytes of an .npz file with these arrays, in this order; equal arrays give equal bytes. */
export function writeNpz(
  arrays: ReadonlyMap<string, NDArray>,
  options: WriteZipOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  return writeZip(new Map(Array.from(arrays, ([name, array]) => [`${name}${ending}`, writeNpy(array)])), options);
}
