// Finds files of npm packages that the user has installed.
import { createRequire } from 'node:module';
import { join } from 'node:path';

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
