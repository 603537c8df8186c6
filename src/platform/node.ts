// Node as a platform.
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { performanceClock } from './clock.js';
import { cacheRoot, thisProcess } from './node/cache.js';
import { nodeFiles } from './node/files.js';
import { resolvePackageFile } from './node/packages.js';
import { nodeTerminal } from './node/terminal.js';
import { nodeWorkers } from './node/workers.js';
import type { Platform } from './platform.js';

export const nodePlatform: Platform = {
  files: nodeFiles,
  terminal: nodeTerminal(process.stdout, process.env),
  clock: performanceClock,
  workers: nodeWorkers,
  fetch: (url, init) => globalThis.fetch(url, init),
  database: undefined,
  download: undefined,
  cacheDirectory: async (purpose) => {
    const directory = join(cacheRoot(thisProcess()), purpose);
    await nodeFiles.makeDirectory(directory);
    return directory;
  },
  resolvePackageFile: (packageName, file) => resolvePackageFile(packageName, file, process.cwd()),
  machine: () => [
    ['Node', process.versions.node],
    ['System', `${process.platform} ${process.arch}`],
    ['Processor', `${cpus()[0]?.model.trim() || 'unknown'}, ${availableParallelism()} threads`],
  ],
  warn: (message) => void process.stderr.write(`${message}\n`),
  onInterrupt: (listener) => {
    process.on('SIGINT', listener);
    return () => void process.off('SIGINT', listener);
  },
};
