// A model to a file and back, in whichever format the file's name asks for.
import { DataError, ValueError } from '../../base/errors.js';
import { activeFiles } from '../files.js';
import { contentsOf, type FileContents, type SavableModel } from './contents.js';
import { formatNamed, formatOf, formatOfBytes } from './file-format.js';
import type { ModelFile } from './format.js';

const folderAndName = (path: string): [string, string] => {
  const end = path.lastIndexOf('/') + 1;
  return [path.slice(0, end), path.slice(end)];
};

/** Writes a file beside the one of that name, if there is one, and renames it. */
export async function writeModelFile(
  model: SavableModel,
  path: string,
  what: string,
  contents: FileContents,
): Promise<void> {
  const format = await formatOf(path, what);
  if (!format.write) throw new ValueError(`${what}: ${format.name} files can only be read, received '${path}'.`);
  const [folder, name] = folderAndName(path);
  const { main, beside = new Map<string, never>() } = await format.write(await contentsOf(model, what, contents), name);
  const files = activeFiles();
  for (const [other, bytes] of beside) await files.write(folder + other, bytes);
  await files.write(path, main);
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

/** Reads a file. @throws DataError if there is none, or it is damaged */
export async function readModelFile(path: string, what: string): Promise<ModelFile> {
  const format = await formatOf(path, what);
  if (!format.read) throw new ValueError(`${what}: ${format.name} files can only be written, received '${path}'.`);
  const files = activeFiles();
  const bytes = await files.read(path);
  if (!bytes) throw new DataError(`${what}: there is no file '${path}'.`);
  const [folder] = folderAndName(path);
  return format.read({ name: path, bytes, beside: (name) => files.read(folder + name) });
}

/** What bytes of any of the formats say. @throws DataError for damaged or foreign ones */
export async function decodeModel(bytes: Uint8Array, what: string): Promise<ModelFile> {
  const format = await formatOfBytes(bytes);
  if (!format.read) throw new ValueError(`${what}: ${format.name} files can only be written.`);
  return format.read({ name: 'the bytes given', bytes, beside: () => Promise.resolve(undefined) });
}
