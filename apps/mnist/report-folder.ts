// The folder with the report on a run: a page, the history, the pictures.
import type { Stats } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { errors } from 'nacre';
import { UsageError } from './options.js';
import type { Trained } from './train.js';

/**
 * Finds out before the training whether a report could be written to `folder` after it.
 * @throws UsageError if it is a file, or it or what is above it is closed to the user
 */
export async function checkFolder(folder: string): Promise<void> {
  const found = await statusOf(folder);
  if (found !== undefined && !found.isDirectory())
    throw new UsageError(`--report: expected the name of a folder, received the file '${folder}'.`);
  let nearest = resolve(folder);
  // Folders that are missing are made.
  while ((await statusOf(nearest)) === undefined && dirname(nearest) !== nearest) nearest = dirname(nearest);
  await access(nearest, constants.W_OK).catch((error: unknown) => {
    const problem = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--report: expected a folder that can be written to, received '${folder}' (${problem}).`);
  });
}

const statusOf = (path: string): Promise<Stats | undefined> => stat(path).catch(() => undefined);

/** `runs/2026-03-01T12-30-00-first`: local time, in letters that all file systems take. */
async function ownFolder(network: string): Promise<string> {
  const now = new Date();
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString();
  const name = join('runs', `${local.slice(0, 19).replaceAll(':', '-')}-${network}`);
  let folder = name;
  for (let number = 2; (await statusOf(folder)) !== undefined; number++) folder = `${name}-${number}`;
  return folder;
}

/**
 * Writes the report and says where. One that nobody asked for is no reason to fail: what hinders it is told.
 * @throws StoppedError, with nothing written, if `signal` asks to stop
 * @throws DataError if `folder` was asked for and cannot be written
 */
export async function writeFolder(trained: Trained, folder: string | undefined, signal: AbortSignal): Promise<void> {
  const { report, model, x, y, images } = trained;
  const { network, secondsPerEpoch } = report;
  try {
    const { files } = await model.report(x, y, {
      directory: folder ?? (await ownFolder(network)),
      title: `MNIST with the network ${network}`,
      images,
      details: {
        Network: network,
        'Test images': images.shape[0]!,
        'Seconds of each epoch': secondsPerEpoch.map((seconds) => seconds.toFixed(2)).join(', '),
      },
      signal,
    });
    console.log(`report: ${files[0]}`);
  } catch (error) {
    if (folder !== undefined || !(error instanceof errors.DataError)) throw error;
    console.error(`There is no report: ${error.message}`);
  }
}
