// What loading of data needs of its platform, for tests: files in memory, a cache folder, warnings that are kept.
import { memoryFiles, type Files } from '../../src/base/files.js';
import type { DataServices } from '../../src/data/services.js';

export interface RecordedServices extends DataServices {
  readonly warnings: string[];
}

/** No package is installed; what is kept lies below `cache/`. */
export function dataServices(files: Files = memoryFiles()): RecordedServices {
  const warnings: string[] = [];
  return {
    files,
    warnings,
    fetch: (url, init) => fetch(url, init),
    cacheDirectory: async (purpose) => `cache/${purpose}`,
    resolvePackageFile: () => undefined,
    warn: (message) => void warnings.push(message),
  };
}

/** Of a machine without a network. */
export function offlineServices(files?: Files): DataServices {
  return { ...dataServices(files), fetch: () => Promise.reject(new Error('This test fetches nothing.')) };
}
