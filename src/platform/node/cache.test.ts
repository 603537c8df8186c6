import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { cacheRoot } from './cache.js';

const home = '/home/user';

test.runIf(process.platform !== 'win32')('each system has its own place for caches', () => {
  expect(cacheRoot({ platform: 'linux', environment: {}, home })).toBe('/home/user/.cache/nacre');
  expect(cacheRoot({ platform: 'linux', environment: { XDG_CACHE_HOME: '/fast' }, home })).toBe('/fast/nacre');
  expect(cacheRoot({ platform: 'darwin', environment: { XDG_CACHE_HOME: '/fast' }, home })).toBe(
    '/home/user/Library/Caches/nacre',
  );
  expect(cacheRoot({ platform: 'win32', environment: { LOCALAPPDATA: '/local' }, home })).toBe('/local/nacre/Cache');
  expect(cacheRoot({ platform: 'win32', environment: {}, home })).toBe('/home/user/AppData/Local/nacre/Cache');
});

test.runIf(process.platform !== 'win32')('empty and relative settings count as none', () => {
  expect(cacheRoot({ platform: 'linux', environment: { NACRE_CACHE: '', XDG_CACHE_HOME: '' }, home })).toBe(
    '/home/user/.cache/nacre',
  );
  expect(cacheRoot({ platform: 'linux', environment: { XDG_CACHE_HOME: 'here' }, home })).toBe(
    '/home/user/.cache/nacre',
  );
});

test('NACRE_CACHE comes first, from the working directory where it is relative', () => {
  for (const platform of ['linux', 'darwin', 'win32'] as const)
    expect(cacheRoot({ platform, environment: { NACRE_CACHE: 'mine', XDG_CACHE_HOME: '/fast' }, home })).toBe(
      resolve('mine'),
    );
});
