// The worker that reads and writes HDF5 files in a page: a module of its own, which bundlers find by this form of words.
import type { WorkerHandle, WorkerListener } from './base/workers.js';
import { browserWorker } from './platform/browser/workers.js';

export function startModuleWorker(listener: WorkerListener): WorkerHandle {
  const worker = new Worker(new URL('./formats/hdf5/module-worker.js', import.meta.url), {
    type: 'module',
    name: 'nacre hdf5',
  });
  return browserWorker(worker, listener, 'the file of its script was not found');
}
