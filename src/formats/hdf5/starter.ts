// How the worker is started that reads and writes HDF5 files. An entry point says how; without one, or where none can be
// started, the calling thread does it.
import type { WorkerHandle, WorkerListener } from '../../base/workers.js';

/** `source` gives the worker's script, for the address of the library. @throws whatever happens where there is none */
export type StartHdf5Worker = (
  source: (libraryUrl: string) => string,
  listener: WorkerListener,
) => Promise<WorkerHandle>;

let current: StartHdf5Worker | undefined;

export function setHdf5Worker(start: StartHdf5Worker | undefined): void {
  current = start;
}

export function hdf5WorkerStarter(): StartHdf5Worker | undefined {
  return current;
}
