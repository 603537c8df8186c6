// A model as one .npz file of NumPy's: its arrays, and its texts as JSON in an array of bytes. NumPy reads the weights by
// their paths.
import { DataError } from '../../../base/errors.js';
import { ndarray, type NDArray } from '../../../base/ndarray.js';
import { isRecord, parseJson } from '../../../formats/json.js';
import { readNpz, writeNpz } from '../../../formats/npz.js';
import type { FileSource, ModelContents, ModelFile, ModelFormat, NamedArrays, WrittenFile } from '../format.js';
import { arraysOfModel } from './arrays-of-model.js';
import { modelOfArrays } from './named-arrays.js';

const metadataName = '__metadata__';
/** Far above what describes a model, and far below what would not fit into memory. */
const longestMetadata = 100_000_000;

async function write(contents: ModelContents): Promise<WrittenFile> {
  const { arrays, texts } = arraysOfModel(contents);
  const metadata = new TextEncoder().encode(JSON.stringify(Object.fromEntries(texts)));
  return { main: await writeNpz(new Map([...arrays, [metadataName, ndarray(metadata)]])) };
}

async function read({ bytes, name: file }: FileSource): Promise<ModelFile> {
  const arrays = new Map(await readNpz(bytes, file));
  const metadata = arrays.get(metadataName);
  arrays.delete(metadataName);
  // NumPy's own numbers are float64, and no weights of a model are.
  if (metadata === undefined) for (const [name, array] of arrays) arrays.set(name, inSingle(array));
  return modelOfArrays({ arrays, texts: textsOf(metadata, file) }, file, numberedNames(arrays));
}

function inSingle(array: NDArray): NDArray {
  return array.dtype === 'float64' ? ndarray(Float32Array.from(array.data), array.shape) : array;
}

function textsOf(metadata: NDArray | undefined, file: string): ReadonlyMap<string, string> {
  if (metadata === undefined) return new Map();
  const place = `'${file}', array '${metadataName}'`;
  if (metadata.dtype !== 'uint8' || metadata.data.length > longestMetadata)
    throw new DataError(
      `${place}: expected at most ${longestMetadata} uint8, received ${metadata.data.length} ${metadata.dtype}.`,
    );
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(metadata.data);
  } catch (error) {
    throw new DataError(`${place}: expected UTF-8 text.`, { cause: error });
  }
  const value = parseJson(text, place);
  const entries = isRecord(value) ? Object.entries(value) : [];
  if (!isRecord(value) || !entries.every((entry): entry is [string, string] => typeof entry[1] === 'string'))
    throw new DataError(`${place}: expected an object of texts.`);
  return new Map(entries);
}

/** `arr_0`, `arr_1`, ...: what `numpy.savez(path, *model.get_weights())` calls weights, whose order is the model's. */
function numberedNames(arrays: NamedArrays): readonly string[] | undefined {
  const names = Array.from({ length: arrays.size }, (_, index) => `arr_${index}`);
  return names.every((name) => arrays.has(name)) ? names : undefined;
}

export const npzFile: ModelFormat = { name: 'npz', write, read };
