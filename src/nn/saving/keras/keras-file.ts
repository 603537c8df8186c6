// Keras 3's own file of a whole model, `.keras`: a zip archive of its configuration and its weights.
import { DataError, ValueError } from '../../../base/errors.js';
import { version } from '../../../base/version.js';
import { readHdf5, writeHdf5 } from '../../../formats/hdf5.js';
import { isRecord, parseJson, type Json } from '../../../formats/json.js';
import { readZip, writeZip, type ZipEntry } from '../../../formats/zip.js';
import type { FileSource, ModelContents, ModelFile, ModelFormat, WrittenFile } from '../format.js';
import { kerasJson } from './python-json.js';
import { kerasTree, readKerasTree } from './weight-tree.js';

const metadataName = 'metadata.json';
const configName = 'config.json';
const weightsName = 'model.weights.h5';

/** What is written is in the form of Keras 3 from its first version on. */
const kerasVersion = '3.0.0';

/** Larger than the configuration of any model. */
const largestText = 64 * 2 ** 20;

/** Weights that train cannot be compressed by more. */
const mostTimes = 64;

async function write(contents: ModelContents): Promise<WrittenFile> {
  if (!contents.config)
    throw new ValueError(
      "A '.keras' file holds a whole model. Call model.save(path), or keep the weights alone in a file such as 'model.weights.h5'.",
    );
  const text = (value: unknown): Uint8Array => new TextEncoder().encode(kerasJson(value));
  // In Keras's order. Keras does not read the metadata; without a date, equal models give equal bytes.
  const entries = new Map([
    [metadataName, text({ keras_version: kerasVersion, nacre_version: version })],
    [configName, text(contents.config)],
    [weightsName, await writeHdf5(kerasTree(contents))],
  ]);
  return { main: await writeZip(entries) };
}

async function read({ bytes, name: file }: FileSource): Promise<ModelFile> {
  const place = `'${file}'`;
  const entries = await readZip(bytes, place);
  const config = parseJson(textOf(entryOf(entries, configName, place), place), `${place}, ${configName}`);
  if (!isRecord(config)) throw new DataError(`${place}, ${configName}: expected an object that describes a model.`);
  const weights = entryOf(entries, weightsName, place);
  if (weights.byteLength > mostTimes * bytes.byteLength)
    throw new DataError(
      `${place}, ${weightsName}: it unpacks to ${weights.byteLength} bytes from a file of ${bytes.byteLength}, which weights of a model do not.`,
    );
  const root = await readHdf5(weights.read(), `${file}, ${weightsName}`, { mayTake: true });
  const tree = readKerasTree(root, place);
  const className = optimizerClass(config);
  return {
    ...tree,
    config: config,
    optimizer: tree.optimizer && { ...tree.optimizer, className },
  };
}

function entryOf(entries: ReadonlyMap<string, ZipEntry>, name: string, place: string): ZipEntry {
  const entry = entries.get(name);
  if (entry) return entry;
  const others = [...entries.keys()].slice(0, 10).join(', ');
  const isArrays = name === weightsName && entries.has('model.weights.npz');
  throw new DataError(
    `${place}: expected a Keras file with '${name}', received ${isArrays ? 'one with its weights as npz, which is not read. Save it without weights_format' : `an archive with ${others || 'nothing in it'}`}.`,
  );
}

function textOf(entry: ZipEntry, place: string): string {
  if (entry.byteLength > largestText)
    throw new DataError(
      `${place}, ${entry.name}: expected at most ${largestText} bytes of text, received ${entry.byteLength}.`,
    );
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(entry.read());
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${place}, ${entry.name}: expected UTF-8 text.`, { cause: error });
  }
}

function optimizerClass(config: Readonly<Record<string, Json>>): string | undefined {
  const compiled = config.compile_config;
  const optimizer = isRecord(compiled) ? compiled.optimizer : undefined;
  return isRecord(optimizer) && typeof optimizer.class_name === 'string' ? optimizer.class_name : undefined;
}

export const kerasFile: ModelFormat = { name: 'Keras', write, read };
