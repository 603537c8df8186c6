// The worker that reads and writes HDF5 files in Node: it loads the library from where it is installed.
import type { StartHdf5Worker } from './formats/hdf5/starter.js';
import { nodeWorkers } from './platform/node/workers.js';

export const startHdf5Worker: StartHdf5Worker = async (source, listener) =>
  nodeWorkers.start(source(import.meta.resolve('h5wasm')), 'nacre hdf5', listener);
