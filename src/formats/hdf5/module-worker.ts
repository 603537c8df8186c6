// The worker of pages that reads and writes HDF5 files: bundlers make a file of it and the library.
import { ready } from 'h5wasm';
import type { Hdf5Library } from './library.js';
import { readHdf5File } from './read-file.js';
import { serveHdf5, type Hdf5Port } from './serve.js';
import { writeHdf5File } from './write-file.js';

// Bundlers may make a script of it, where nothing waits at the top.
void ready.then((library) =>
  serveHdf5(globalThis as unknown as Hdf5Port, library as unknown as Hdf5Library, readHdf5File, writeHdf5File),
);
