// HDF5 files: groups with attributes, groups and arrays, as plain objects. The library that reads and writes them is
// loaded when it is first used.
import type { DType } from '../base/dtype.js';
import { DataError, messageOf, ValueError } from '../base/errors.js';
import type { NDArray } from '../base/ndarray.js';
import { endlessGlobalHeap } from './hdf5/global-heaps.js';
import type { Hdf5Library } from './hdf5/library.js';
import type { RawArray, RawGroup, RawType, ReadLimits } from './hdf5/raw.js';
import { readHdf5File } from './hdf5/read-file.js';
import { NoHdf5Worker, readInWorker, writeInWorker } from './hdf5/worker.js';
import { writeHdf5File } from './hdf5/write-file.js';
import { storedTypes } from './stored-types.js';

export type Hdf5Attribute = string | readonly string[] | number;

export interface Hdf5Group {
  /** Attributes of other kinds (lists of numbers, references) are left out. */
  readonly attributes: Map<string, Hdf5Attribute>;
  readonly groups: Map<string, Hdf5Group>;
  readonly arrays: Map<string, NDArray>;
}

/** A group of which nothing is known yet. */
export function emptyHdf5Group(): Hdf5Group {
  return { attributes: new Map(), groups: new Map(), arrays: new Map() };
}

/** Deeper than any model, and more than weights that train can be compressed. */
const limits: ReadLimits = { depth: 32, ratio: 64 };

/** The first bytes of every HDF5 file. */
export const hdf5Signature = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a);

export function isHdf5(bytes: Uint8Array): boolean {
  return hdf5Signature.every((byte, index) => bytes[index] === byte);
}

async function loadLibrary(): Promise<Hdf5Library> {
  const { ready } = await import('h5wasm');
  return (await ready) as unknown as Hdf5Library;
}

export interface ReadHdf5Options {
  /** Whether the bytes may be taken from the caller, who has no use for them afterwards: they need not be copied then. */
  readonly mayTake?: boolean;
}

/**
 * The tree of a file. Half precision (bfloat16 too) becomes float32; whole numbers of other sizes than 32 bits, and
 * larger than bytes, int32 where they fit. `file` names it in errors. Where an entry point has said how, a worker reads
 * it, within a time and a memory that follow from the file's length; else the calling thread does.
 * @throws DataError that names the file, the place in it and the reason, for what is damaged, leads out of the file
 *   (soft and external links, external and virtual data sets), or takes more memory than the file can account for
 */
export async function readHdf5(
  bytes: Uint8Array,
  file: string,
  { mayTake = false }: ReadHdf5Options = {},
): Promise<Hdf5Group> {
  if (!isHdf5(bytes))
    throw new DataError(
      `'${file}': expected an HDF5 file, whose first bytes are its signature; these are not. It is damaged or of another format.`,
    );
  const endless = endlessGlobalHeap(bytes);
  if (endless !== undefined)
    throw new DataError(
      `'${file}', HDF5: byte ${endless}: the texts that are kept there have no end. The file is damaged.`,
    );
  let root: RawGroup;
  try {
    root = await orHere(readInWorker(bytes, limits, mayTake), (library) => readHdf5File(library, bytes, limits));
  } catch (error) {
    throw new DataError(`'${file}', HDF5: ${reasonOf(error)}`, { cause: error });
  }
  return groupOf(root, '', file);
}

/** The bytes of a file with this tree. Texts are UTF-8. @throws ValueError for what HDF5 cannot hold */
export async function writeHdf5(root: Hdf5Group): Promise<Uint8Array<ArrayBuffer>> {
  const raw = rawOf(root, '');
  try {
    return await orHere(writeInWorker(raw), (library) => writeHdf5File(library, raw));
  } catch (error) {
    throw new ValueError(`HDF5: ${reasonOf(error)}`, { cause: error });
  }
}

/** What the worker answers, or, where there is none, what this thread does itself. */
async function orHere<Result>(asked: Promise<Result>, here: (library: Hdf5Library) => Result): Promise<Result> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof NoHdf5Worker)) throw error;
  }
  return here(await loadLibrary());
}

/** The library tells what went wrong from the inside out, a line each. */
function reasonOf(error: unknown): string {
  const message = messageOf(error);
  const lines = [...message.matchAll(/^ +#\d+: .*?: (.*)$/gm)].map(([, text]) => text!.trim());
  return lines.length === 0 ? `${message}.` : `${[...new Set([lines[0], lines.at(-1)])].join(': ')}.`;
}

function groupOf(raw: RawGroup, path: string, file: string): Hdf5Group {
  const groups = new Map<string, Hdf5Group>();
  for (const [name, group] of raw.groups) groups.set(name, groupOf(group, `${path}/${name}`, file));
  const arrays = new Map<string, NDArray>();
  for (const [name, array] of raw.arrays) {
    try {
      arrays.set(name, arrayOf(array));
    } catch (error) {
      throw new DataError(`'${file}', HDF5: ${path}/${name}: ${messageOf(error)}.`, { cause: error });
    }
  }
  return { attributes: raw.attributes, groups, arrays };
}

function arrayOf({ type, shape, bytes }: RawArray): NDArray {
  if (type === 'V16')
    throw new DataError(`expected numbers, received opaque bytes that no attribute says are bfloat16`);
  const { byteLength, read } = storedTypes[type]!;
  return { shape, ...read(bytes, bytes.byteLength / byteLength) };
}

const rawTypes: { readonly [D in DType]: RawType } = {
  float32: 'F32',
  float64: 'F64',
  int32: 'I32',
  uint8: 'U8',
  bool: 'U8',
};

function rawOf({ attributes, groups, arrays }: Hdf5Group, path: string): RawGroup {
  for (const name of [...groups.keys(), ...arrays.keys()])
    if (name === '' || name === '.' || name.includes('/') || name.includes('\0'))
      throw new ValueError(`HDF5: ${path}/: a name cannot be '${name}'.`);
  for (const name of arrays.keys())
    if (groups.has(name)) throw new ValueError(`HDF5: ${path}/${name}: it is a group and an array at once.`);
  return {
    attributes,
    groups: new Map([...groups].map(([name, group]) => [name, rawOf(group, `${path}/${name}`)])),
    arrays: new Map([...arrays].map(([name, array]) => [name, rawArrayOf(array)])),
  };
}

function rawArrayOf({ dtype, shape, data }: NDArray): RawArray {
  const bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  return { type: rawTypes[dtype], shape, bytes };
}
