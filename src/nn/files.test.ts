import { expect, test } from 'vitest';
import { memoryFiles } from '../base/files.js';
import { activeFiles, setFiles } from './files.js';

test('models write to the files that were connected, and say so where there are none', () => {
  expect(() => activeFiles()).toThrow("Import 'nacre' itself");
  const files = memoryFiles();
  setFiles(files);
  expect(activeFiles()).toBe(files);
});
