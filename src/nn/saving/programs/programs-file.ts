// The programs of a model's predictions, compiled ahead: a safetensors file with the WebAssembly modules as its arrays, and
// what each computes in its metadata. Apart from the model's own file, which is data and nothing that runs: these are code,
// and are given by whoever wrote the page.
// write-programs.ts writes it.
import { DataError } from '../../../base/errors.js';
import type { NDArray } from '../../../base/ndarray.js';
import { version } from '../../../base/version.js';
import { isRecord, parseJson, type Json } from '../../../formats/json.js';
import { readSafetensors } from '../../../formats/safetensors.js';
import { adoptPrecompiled, type PrecompiledProgram } from '../../../tensor/precompiled.js';
import { activeConsole } from '../../console.js';
import type { FetchOptions, ModelSource } from '../places/place.js';
import { mainFile, placeToRead } from '../places/places.js';

/** What the programs are called in the file's metadata. */
export const programsName = 'nacre_programs';

/** What a module is called in the file. */
export const moduleName = (program: number, memory: keyof PrecompiledProgram['modules']): string =>
  `${program}.${memory}`;

/**
 * Reads a file that `savePrograms` wrote. Programs of another version are left aside, with a warning.
 * @throws DataError if there is none, or it is damaged
 */
export async function adoptPrograms(source: ModelSource, what: string, options: FetchOptions): Promise<void> {
  const place = placeToRead(source, what, options);
  const bytes = await mainFile(place, what);
  const { tensors, metadata } = readSafetensors(bytes, place.name);
  const description = metadata.get(programsName);
  const where = `${what}: '${place.name}'`;
  if (description === undefined)
    throw new DataError(
      `${where}: expected programs that model.savePrograms wrote, received a file of something else.`,
    );
  const parsed = parseJson(description, `${where}, ${programsName}`);
  const { version: written, programs } = isRecord(parsed) ? parsed : {};
  if (typeof written !== 'string' || !Array.isArray(programs))
    throw new DataError(`${where}, ${programsName}: expected an object with version and programs.`);
  if (written !== version) {
    activeConsole().warn(
      `The programs in '${place.name}' were compiled by version ${written} of Nacre and are left aside: this is version ${version}. Write them anew with model.savePrograms.`,
    );
    return;
  }
  adoptPrecompiled(programs.map((program: Json, i) => programOf(program, i, tensors, `${where}, program ${i}`)));
}

function programOf(
  described: Json,
  i: number,
  arrays: ReadonlyMap<string, NDArray>,
  where: string,
): PrecompiledProgram {
  const moduleOf = (memory: keyof PrecompiledProgram['modules']): Uint8Array<ArrayBuffer> => {
    const array = arrays.get(moduleName(i, memory));
    if (array?.dtype !== 'uint8') throw new DataError(`${where}: expected bytes named '${moduleName(i, memory)}'.`);
    return array.data as Uint8Array<ArrayBuffer>;
  };
  if (!isRecord(described) || typeof described.key !== 'string' || !isFootprint(described.footprint))
    throw new DataError(`${where}: expected an object with key and footprint.`);
  const { key, footprint } = described;
  return { key, footprint, modules: { shared: moduleOf('shared'), unshared: moduleOf('unshared') } };
}

function isFootprint(value: Json | undefined): value is Json & PrecompiledProgram['footprint'] {
  if (!isRecord(value)) return false;
  const { temporaryBytes, localBytes, parameters, outputs, phases } = value;
  const isSize = (size: unknown): boolean => Number.isSafeInteger(size) && (size as number) >= 0;
  const areSizes = (list: unknown): boolean => Array.isArray(list) && list.every(isSize);
  const isWork = (work: Json): boolean => isRecord(work) && isSize(work.flops) && isSize(work.chunks);
  return (
    isSize(temporaryBytes) &&
    isSize(localBytes) &&
    areSizes(parameters) &&
    areSizes(outputs) &&
    Array.isArray(phases) &&
    phases.every((kernels) => Array.isArray(kernels) && kernels.every(isWork))
  );
}
