import { expect, test } from 'vitest';
import { formatProgress } from './progress.js';

test('a line says how far the download is, as far as is known', () => {
  const progress = {
    file: 'train-images-idx3-ubyte',
    url: 'http://127.0.0.1/',
    receivedBytes: 4_150_000,
    totalBytes: 9_912_422,
  };
  expect(formatProgress(progress)).toBe('Downloading train-images-idx3-ubyte: 4.2 of 9.9 MB (41%)');
  expect(formatProgress({ ...progress, totalBytes: undefined })).toBe('Downloading train-images-idx3-ubyte: 4.2 MB');
  expect(formatProgress({ ...progress, receivedBytes: 0, totalBytes: 0 })).toContain('(100%)');
});
