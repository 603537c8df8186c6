// A model to a file and back, in whichever format the file's name asks for.
import { ValueError } from '../../base/errors.js';
import type { FileContents, SavableModel } from './contents.js';
import { checkFileFormat, formatNamed, formatOf, formatOfFile, prepareFormatOf } from './file-format.js';
import type { ModelContents, ModelFile, ModelFormat } from './format.js';
import type { FetchOptions, WritePlace } from './places/place.js';
import { isFilePath, mainFile, placeToRead, placeToWrite } from './places/places.js';

/** Loaded when it is used: a page that only loads models writes none. */
async function contentsOf(model: SavableModel, what: string, contents: FileContents): Promise<ModelContents> {
  return (await import('./contents.js')).contentsOf(model, what, contents);
}

/**
 * Writes a model to a path, or to another place that can be written to. An earlier one under the same name is replaced
 * once all is written.
 */
export async function writeModelFile(
  model: SavableModel,
  path: string,
  what: string,
  contents: FileContents,
): Promise<void> {
  checkFileFormat(path, what);
  const place = placeToWrite(path, what);
  const format = await formatOf(place.fileName, what);
  if (!format.write) throw new ValueError(`${what}: ${format.name} files can only be read, received '${path}'.`);
  const { main, beside = new Map<string, never>() } = await format.write(
    await contentsOf(model, what, contents),
    place.fileName,
  );
  const earlier = await filesBesideEarlier(place, format);
  try {
    await place.write(main, beside);
  } catch (error) {
    // The earlier model stays, and nothing of the new one beside it.
    const added = [...beside.keys()].filter((name) => !earlier.includes(name));
    await place.removeBeside(added).catch(() => undefined);
    throw error;
  }
  await place.removeBeside(earlier.filter((name) => !beside.has(name)));
}

/** The files that an earlier model under the same name has beside it, and nothing else has. */
async function filesBesideEarlier(place: WritePlace, format: ModelFormat): Promise<readonly string[]> {
  if (!format.ownFiles) return [];
  try {
    const main = await place.read();
    return main ? format.ownFiles(main, place.fileName) : [];
  } catch {
    // Whatever it is, it is about to be replaced, and nothing is known of files beside it.
    return [];
  }
}

/** The bytes of a file. @throws StateError before the model is built @throws ValueError for a format that needs several files */
export async function encodeModel(
  model: SavableModel,
  what: string,
  name: string,
  contents: FileContents,
): Promise<Uint8Array<ArrayBuffer>> {
  const format = await formatNamed(name, what);
  if (!format.write) throw new ValueError(`${what}: ${format.name} files can only be read.`);
  const { main, beside } = await format.write(await contentsOf(model, what, contents), '');
  if (beside && beside.size > 0)
    throw new ValueError(`${what}: a model in the format ${format.name} is several files. Use model.save(path).`);
  return main;
}

/** Reads a model from wherever it lies. @throws DataError if there is none, or it is damaged @throws ValueError for what is no place */
export async function readModelFile(source: unknown, what: string, options: FetchOptions = {}): Promise<ModelFile> {
  const place = placeToRead(source, what, options);
  // A path is told by its ending before anything is read; what comes from elsewhere may have none.
  if (typeof source === 'string' && isFilePath(source)) checkFileFormat(source, what);
  prepareFormatOf(place.fileName);
  const bytes = await mainFile(place, what);
  const format = await formatOfFile(place.fileName, bytes);
  if (!format.read)
    throw new ValueError(`${what}: ${format.name} files can only be written, received '${place.name}'.`);
  // What is named was read for this call alone; bytes that are given stay the caller's.
  const owned = typeof source === 'string';
  return format.read({ name: place.name, bytes, owned, beside: (name) => place.beside(name) });
}
