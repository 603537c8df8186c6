// A model to a file, in whichever format the file's name asks for. Apart from model-file.ts, which reads them, since a page
// that only loads models writes none.
import { ValueError } from '../../base/errors.js';
import { contentsOf, type FileContents, type SavableModel } from './contents.js';
import { checkFileFormat, formatNamed, formatOf } from './file-format.js';
import type { ModelFormat } from './format.js';
import type { WritePlace } from './places/place.js';
import { fileNameOf, placeToWrite } from './places/write-places.js';

/** @throws ValueError for a path that no model can be written to: of no format, or of no place */
export function checkModelPath(path: unknown, what: string): string {
  const fileName = fileNameOf(path, what);
  checkFileFormat(fileName, what, path as string);
  return path as string;
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
  checkModelPath(path, what);
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
