// The worker of pages that reads and writes HDF5 files: bundlers make a file of it and the library.
import { ready } from 'h5wasm';
import type { Hdf5Library } from './library.js';
import { readHdf5File } from './read-file.js';
import { serveHdf5, type Hdf5Port } from './serve.js';
import { writeHdf5File } from './write-file.js';

const library = (await ready) as unknown as Hdf5Library;
serveHdf5(globalThis as unknown as Hdf5Port, library, readHdf5File, writeHdf5File);
