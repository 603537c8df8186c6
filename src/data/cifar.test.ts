import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dataServices, type RecordedServices } from '../../tests/support/data-services.js';
import { readGolden } from '../../tests/support/golden.js';
import {
  breakingAt,
  refuse,
  sendFile,
  stallAfter,
  startServer,
  type Answer,
  type LoopbackServer,
} from '../../tests/support/loopback-server.js';
import { memoryFiles, type Files } from '../base/files.js';
import { cifar100Classes, cifar100CoarseClasses, cifar10Classes } from './cifar-classes.js';
import { cifar100Set, cifar10Set, loadCifar, loadCifar10, loadCifar100, type CifarSet } from './cifar.js';
import type { LabelledArrays } from './idx-set.js';

interface RecordedBytes {
  readonly shape: readonly number[];
  readonly bytes: string;
}
interface Recorded {
  readonly cifar10: { readonly file: string; readonly result: readonly RecordedBytes[] };
  readonly cifar100: {
    readonly file: string;
    readonly fine: readonly RecordedBytes[];
    readonly coarse: readonly RecordedBytes[];
  };
}
const { cifar10, cifar100 } = readGolden('dataset_files') as Recorded;
const packed10 = new Uint8Array(Buffer.from(cifar10.file, 'base64'));
const packed100 = new Uint8Array(Buffer.from(cifar100.file, 'base64'));
const sumOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The sets as they are, with the few images of the recorded files. */
const small10: CifarSet = { ...cifar10Set, gzipSha256: sumOf(packed10), trainCount: 10, testCount: 2 };
const small100: CifarSet = { ...cifar100Set, gzipSha256: sumOf(packed100), trainCount: 3, testCount: 1 };

/** As they were recorded. */
const recorded = (sets: LabelledArrays): RecordedBytes[] =>
  sets.flat().map(({ dtype, shape, data }) => {
    expect(dtype).toBe('uint8');
    return { shape, bytes: Buffer.from(data as Uint8Array).toString('base64') };
  });

let files: Files;
let warnings: string[];
let services: RecordedServices;
let server: LoopbackServer | undefined;

beforeEach(() => {
  files = memoryFiles();
  services = dataServices(files);
  warnings = services.warnings;
});
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serve(answer: Answer): Promise<string> {
  server = await startServer(answer);
  return server.url;
}

describe('loadCifar', () => {
  test('downloads CIFAR-10 once, gives what Keras gives, and then reads the cache', async () => {
    const url = await serve((ask, answer) => sendFile(ask, answer, packed10));
    expect(recorded(await loadCifar(services, small10, 'only', { url }))).toEqual(cifar10.result);
    expect(server!.requests.map(({ path }) => path)).toEqual(['/cifar-10-python.tar.gz']);
    expect(await files.read('cache/cifar10/cifar-10-python.tar')).toEqual(new Uint8Array(gunzipSync(packed10)));
    expect(recorded(await loadCifar(services, small10, 'only', { url }))).toEqual(cifar10.result);
    expect(server!.requests).toHaveLength(1);
  });

  test('gives the fine and the coarse labels of CIFAR-100, from a folder', async () => {
    await files.write('mine/cifar-100-python.tar.gz', packed100);
    const fine = await loadCifar(services, small100, 'fine', { path: 'mine' });
    expect(recorded(fine)).toEqual(cifar100.fine);
    const coarse = recorded(await loadCifar(services, small100, 'coarse', { path: 'mine' }));
    expect([coarse[1], coarse[3]]).toEqual(cifar100.coarse);
    expect([coarse[0], coarse[2]]).toEqual([cifar100.fine[0], cifar100.fine[2]]);
  });

  test('continues a download where it was interrupted', async () => {
    const half = packed10.length >> 1;
    const url = await serve((ask, answer, index) => {
      if (index === 0) stallAfter(ask, answer, packed10, half);
      else if (index === 1) refuse(answer, 503);
      else sendFile(ask, answer, packed10);
    });
    const onProgress = breakingAt(() => server!, half);
    await expect(loadCifar(services, small10, 'only', { url, onProgress })).rejects.toThrow(
      /^cifar10: Could not download cifar-10-python\.tar\.\n.*503/,
    );
    expect(recorded(await loadCifar(services, small10, 'only', { url }))).toEqual(cifar10.result);
    expect(server!.requests.at(-1)!.range).toBe(`bytes=${half}-`);
  });

  test('refuses another archive, and one that ends early, and keeps neither', async () => {
    const other = gzipSync(gunzipSync(packed10), { level: 1 });
    const cut = packed10.subarray(0, -20);
    for (const wrong of [other, cut]) {
      const url = await serve((_ask, answer) => {
        answer.end(wrong);
      });
      await expect(loadCifar(services, small10, 'only', { url })).rejects.toThrow(
        `${url}cifar-10-python.tar.gz: expected a file with SHA-256 ${small10.gzipSha256}, received ${wrong.length} bytes with SHA-256 ${sumOf(wrong)}. The damaged file was removed.`,
      );
      expect(await files.list('cache')).toBeUndefined();
      await server!.close();
    }
  });

  test('removes an archive from the cache that was damaged there, and downloads it again', async () => {
    const archive = new Uint8Array(gunzipSync(packed10));
    const url = await serve((ask, answer) => sendFile(ask, answer, packed10));
    const damages: [place: number, byte: number, warning: RegExp][] = [
      [600, 0x99, /'cache\/cifar10\/cifar-10-python\.tar', byte 512: expected the header of a file/],
      [1024, 0, /'cifar-10-batches-py\/data_batch_4', byte 0 of the pickle: the instruction 0x00 is not read/],
    ];
    for (const [place, byte, warning] of damages) {
      const damaged = archive.slice();
      damaged[place] = byte;
      await files.write('cache/cifar10/cifar-10-python.tar', damaged);
      expect(recorded(await loadCifar(services, small10, 'only', { url }))).toEqual(cifar10.result);
      expect(warnings.pop()).toMatch(warning);
    }
    expect(server!.requests).toHaveLength(2);
  });

  test('says what an archive lacks', async () => {
    await files.write('mine/cifar-10-python.tar', new Uint8Array(gunzipSync(packed10)));
    const failing = (set: Partial<CifarSet>): Promise<unknown> =>
      loadCifar(services, { ...small10, ...set }, 'only', { path: 'mine' });
    await expect(failing({ test: ['cifar-10-batches-py/other'] })).rejects.toThrow(
      "'mine/cifar-10-python.tar', 'cifar-10-batches-py/other': expected this file in the archive, found none.",
    );
    await expect(failing({ trainCount: 11 })).rejects.toThrow(
      'expected 11 images in cifar-10-batches-py/data_batch_1, ',
    );
    await expect(failing({ testCount: 1 })).rejects.toThrow('expected 1 images in all, received more');
    await expect(failing({ labels: { only: { key: 'labels', classes: 2 } } })).rejects.toThrow(
      "expected 'labels' to be 2 labels from 0 to 1",
    );
    await expect(failing({ test: ['cifar-10-batches-py/batches.meta'] })).rejects.toThrow(
      "expected 'data' to be uint8 [N, 3072], received no array",
    );
    await expect(failing({ test: ['cifar-10-batches-py/readme.html'] })).rejects.toThrow('is not read');
  });
});

describe('loadCifar10 and loadCifar100', () => {
  test('ask for the archives with the checksums that Keras names', async () => {
    for (const [load, name, sum] of [
      [loadCifar10, 'cifar-10', '6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce'],
      [loadCifar100, 'cifar-100', '85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7'],
    ] as const) {
      const fetched: string[] = [];
      services = {
        ...services,
        fetch: async (url) => {
          fetched.push(url);
          return new Response(packed10);
        },
      };
      await expect(load(services)).rejects.toThrow(`expected a file with SHA-256 ${sum}`);
      expect(fetched).toEqual([`https://www.cs.toronto.edu/~kriz/${name}-python.tar.gz`]);
    }
  });

  test('refuse what is no option', async () => {
    await expect(loadCifar100(services, { labelMode: 'fne' } as object)).rejects.toThrow(
      "Unknown labelMode of cifar100 'fne'. Did you mean 'fine'? Known: fine, coarse.",
    );
    await expect(loadCifar100(services, { label_mode: 'fine' } as object)).rejects.toThrow("Did you mean 'labelMode'?");
    await expect(loadCifar10(services, { labelMode: 'fine' } as object)).rejects.toThrow('Unknown option of cifar10');
  });

  test('have a name for each class', () => {
    expect([cifar10Classes.length, cifar100Classes.length, cifar100CoarseClasses.length]).toEqual([10, 100, 20]);
    // The labels count the names in the order of the alphabet.
    for (const names of [cifar10Classes, cifar100Classes, cifar100CoarseClasses])
      expect([...names].sort()).toEqual(names);
  });
});
