// Files in memory for tests that save models.
import { beforeEach } from 'vitest';
import { memoryFiles, type Files } from '../../src/base/files.js';
import { setFiles } from '../../src/nn/files.js';
import { resetConsole } from './console.js';

/** Where models are saved to from here on: empty again before each test, as is what the console keeps. */
export function useFiles(): Files {
  const files = memoryFiles();
  beforeEach(() => {
    resetConsole();
    Object.assign(files, memoryFiles());
    setFiles(files);
  });
  return files;
}
