// A model from a file, in whichever format the file's name asks for. write-model-file.ts writes them.
import { ValueError } from '../../base/errors.js';
import { checkFileFormat, formatOfFile, prepareFormatOf } from './file-format.js';
import type { ModelFile } from './format.js';
import type { FetchOptions } from './places/place.js';
import { mainFile, placeToRead } from './places/places.js';
import { isFilePath } from './places/schemes.js';

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
