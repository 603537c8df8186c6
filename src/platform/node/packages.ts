// Finds files of npm packages that the user has installed.
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError, messageOf } from '../../base/errors.js';

/**
 * Path of `file` in the installed package `packageName`, or undefined. Looks where the user's program would find the
 * package (from `directory` upwards), then where Nacre itself would.
 */
export function resolvePackageFile(packageName: string, file: string, directory: string): string | undefined {
  // createRequire takes the name of a file that asks; it need not exist.
  for (const asker of [join(directory, 'index.js'), import.meta.url]) {
    try {
      return createRequire(asker).resolve(`${packageName}/${file}`);
    } catch {
      // Not installed there, or not a file that the package shares: to the caller it is the same.
    }
  }
  return undefined;
}

/**
 * The bytes of `file` in the package `packageName` that Nacre depends on, in the version that it depends on.
 * @throws DataError if it is not there or cannot be read
 */
export async function readOwnPackageFile(packageName: string, file: string): Promise<Uint8Array> {
  try {
    return await readFile(createRequire(import.meta.url).resolve(`${packageName}/${file}`));
  } catch (error) {
    throw new DataError(
      `Could not read ${packageName}/${file}: ${messageOf(error)}. The package comes with nacre; install nacre again.`,
      { cause: error },
    );
  }
}
