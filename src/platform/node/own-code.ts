// Tells one version of Nacre's own code from another, so that what one has printed is not run by the other: after an
// update, or while Nacre itself is worked on.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folders that decide what is printed and how it is run. */
const folders = ['backends/native', 'compiler', 'ir', 'runtime'];

/** Set by tools/bundle.mjs, where these folders become part of larger files. */
declare const NACRE_CODE_VERSION: string | undefined;

/** A text that changes when the code that prints and runs programs does. */
export async function ownCodeVersion(): Promise<string> {
  if (typeof NACRE_CODE_VERSION === 'string') return NACRE_CODE_VERSION;
  return versionOfFiles(fileURLToPath(new URL('../..', import.meta.url)));
}

/** Changes when a file of `root`'s folders does. */
export async function versionOfFiles(root: string): Promise<string> {
  try {
    const listed = await Promise.all(folders.map((folder) => filesOf(join(root, folder))));
    return (await Promise.all(listed.flat().map(describe))).join('\n');
  } catch {
    return describe(fileURLToPath(import.meta.url));
  }
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && /(?<!\.test|\.d)\.[jt]s$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function describe(path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path);
  return `${path} ${size} ${mtimeMs}`;
}
