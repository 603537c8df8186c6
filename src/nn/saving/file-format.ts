// Which formats models are kept in, by the ending of the file's name.
import { ValueError } from '../../base/errors.js';
import { show } from '../check.js';

const endings = ['.safetensors'] as const;

/** @throws ValueError, with the list of what exists, for a path whose ending names no format that Nacre writes and reads */
export function checkFileFormat(path: unknown, what: string): string {
  if (typeof path === 'string' && endings.some((ending) => path.toLowerCase().endsWith(ending))) return path;
  throw new ValueError(
    `${what}: expected the name of a file that ends in ${endings.join(' or ')}, received ${show(path)}. For example 'model.safetensors'.`,
  );
}
