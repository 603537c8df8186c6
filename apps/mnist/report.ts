// The file that `--json` asks for.
import { access, constants, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UsageError } from './options.js';

/** What a run came to. */
export interface Report {
  readonly network: string;
  readonly backend: string;
  readonly threads: number;
  readonly seed: number;
  readonly testLoss: number;
  readonly testAccuracy: number;
  /** The loss and the metrics of each epoch, by name. */
  readonly history: Readonly<Record<string, readonly number[]>>;
  /** Wall-clock seconds of each epoch, its validation included. */
  readonly secondsPerEpoch: readonly number[];
}

/**
 * Finds out before the training whether its report could be written after it.
 * @throws UsageError if `path` is a folder, or its folder is missing or closed to the user
 */
export async function checkWritable(path: string): Promise<void> {
  const folder = dirname(resolve(path));
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
  if (isFolder) throw new UsageError(`--json: expected the name of a file, received the folder '${path}'.`);
  await access(folder, constants.W_OK).catch((error: unknown) => {
    const problem = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `--json: expected a file in a folder that can be written to, received '${path}' (${problem}).`,
    );
  });
}

/** Writes the report beside `path` and renames it, so that nobody ever reads half of one. */
export async function writeReport(path: string, report: Report): Promise<void> {
  const beside = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(beside, `${JSON.stringify(report, undefined, 2)}\n`);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
