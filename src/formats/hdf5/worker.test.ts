import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { WorkerHandle } from '../../base/workers.js';
import { startHdf5Worker } from '../../node-hdf5.js';
import { nodeWorkers } from '../../platform/node/workers.js';
import { ndarray } from '../../base/ndarray.js';
import { emptyHdf5Group, readHdf5, writeHdf5 } from '../hdf5.js';
import type { Hdf5Answer, Hdf5Request } from './serve.js';
import { setHdf5Worker, type StartHdf5Worker } from './starter.js';
import { startHdf5WorkerAhead } from './worker.js';

const small = (): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(new URL('../../../tests/golden/files/hdf5/newest.h5', import.meta.url)));

afterEach(() => {
  setHdf5Worker(undefined);
});

/** A file with one array of that many bytes. */
async function fileOf(byteLength: number): Promise<Uint8Array<ArrayBuffer>> {
  const root = emptyHdf5Group();
  root.arrays.set('0', ndarray(new Float32Array(byteLength / 4)));
  return writeHdf5(root);
}

test('files are read and written by one worker, one after the other, and the caller keeps its bytes', async () => {
  const start = vi.fn(startHdf5Worker);
  setHdf5Worker(start);
  const bytes = small();
  const read = await Promise.all([readHdf5(bytes, 'a.h5'), readHdf5(bytes, 'b.h5'), readHdf5(small(), 'c.h5')]);
  expect(read[1]).toEqual(read[0]);
  expect(read[2]).toEqual(read[0]);
  expect(bytes).toEqual(small());
  const again = await readHdf5(await writeHdf5(read[0]), 'd.h5');
  expect(again.groups.get('first')!.arrays).toEqual(read[0].groups.get('first')!.arrays);
  expect(start).toHaveBeenCalledTimes(1);
});

test('a worker that was started ahead reads the files that come', async () => {
  const start = vi.fn(startHdf5Worker);
  setHdf5Worker(start);
  const ahead = startHdf5WorkerAhead();
  expect((await readHdf5(small(), 'a.h5')).groups.size).toBe(2);
  await ahead;
  expect(start).toHaveBeenCalledTimes(1);
  setHdf5Worker(() => Promise.reject(new Error('not here')));
  await expect(startHdf5WorkerAhead()).resolves.toBeUndefined();
});

test('bytes that may be taken move to the worker', async () => {
  setHdf5Worker(startHdf5Worker);
  const bytes = small();
  await readHdf5(bytes, 'a.h5', { mayTake: true });
  expect(bytes.byteLength).toBe(0);
});

/** A worker of this script in place of the library's. */
const starting =
  (script: string): StartHdf5Worker =>
  async (_source, listener) =>
    nodeWorkers.start(script, 'test', listener);

const port = "const { parentPort } = require('node:worker_threads');";

test('a worker that is busy for ever is ended, and the next file gets a new one', async () => {
  setHdf5Worker(
    starting(`${port} parentPort.onmessage = () => { for (;;); }; parentPort.postMessage({ kind: 'ready' });`),
  );
  await expect(readHdf5(small(), 'a.h5')).rejects.toThrow(
    expect.objectContaining({
      name: 'DataError',
      message: expect.stringMatching(/^'a.h5', HDF5: expected it to be read within 1 s; it is damaged/) as string,
    }),
  );
  setHdf5Worker(startHdf5Worker);
  expect((await readHdf5(small(), 'a.h5')).groups.size).toBe(2);
});

test('a worker that ends while it reads', async () => {
  setHdf5Worker(
    starting(`${port} parentPort.onmessage = () => process.exit(3); parentPort.postMessage({ kind: 'ready' });`),
  );
  await expect(readHdf5(small(), 'a.h5')).rejects.toThrow(
    /'a.h5', HDF5: the HDF5 library's thread ended with exit code 3/,
  );
});

describe('where no worker can be had, this thread reads', () => {
  test('because starting one fails', async () => {
    const start = vi.fn(() => Promise.reject(new Error('not here')));
    setHdf5Worker(start);
    expect((await readHdf5(small(), 'a.h5', { mayTake: true })).groups.size).toBe(2);
    expect((await readHdf5(small(), 'a.h5')).groups.size).toBe(2);
    expect(start).toHaveBeenCalledTimes(1);
  });

  test('because it fails before it is ready', async () => {
    setHdf5Worker(starting("throw new Error('no library');"));
    expect((await readHdf5(small(), 'a.h5')).groups.size).toBe(2);
  });
});

test('the library gets no more memory than it is allowed', async () => {
  const bytes = await fileOf(40 * 2 ** 20);
  let handle: WorkerHandle | undefined;
  const answer = (memory: number): Promise<Hdf5Answer> =>
    new Promise((resolve, reject) => {
      const request: Hdf5Request = { kind: 'read', bytes, limits: { depth: 9, ratio: 1 }, memory };
      const listener = {
        message: (value: unknown): void => {
          if ((value as Hdf5Answer).kind === 'ready') handle!.post(request);
          else resolve(value as Hdf5Answer);
        },
        failed: (reason: string): void => reject(new Error(reason)),
      };
      void startHdf5Worker((url) => source(url), listener).then((started) => (handle = started));
    });
  const { hdf5WorkerSource: source } = await import('./worker-source.js');
  expect(await answer(20 * 2 ** 20)).toMatchObject({
    kind: 'failed',
    message: expect.stringMatching(/memory/) as string,
  });
  await handle!.terminate();
  expect(await answer(200 * 2 ** 20)).toMatchObject({ kind: 'read' });
  await handle!.terminate();
});
