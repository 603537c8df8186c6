// The script of a worker that reads and writes HDF5 files, as text, for platforms where a worker can load a package by
// its address.
import { readHdf5File } from './read-file.js';
import { serveHdf5 } from './serve.js';
import { writeHdf5File } from './write-file.js';

/** Plain JavaScript that loads the library from `libraryUrl`. */
export function hdf5WorkerSource(libraryUrl: string): string {
  return `'use strict';
// Some bundlers name functions by a function of their own.
const __name = (made) => made;
const port = globalThis.process?.getBuiltinModule?.('node:worker_threads')?.parentPort ?? globalThis;
// What the library prints when it gives up is told by the error.
console.error = () => undefined;
import(${JSON.stringify(libraryUrl)})
  .then(({ ready }) => ready)
  .then((library) => (${String(serveHdf5)})(port, library, ${String(readHdf5File)}, ${String(writeHdf5File)}));
`;
}
