// What tests of backends that run kernels share: a program of one element, its operands, and workers that are watched.
import type { Workers } from '../../src/base/workers.js';
import type { KernelProgram } from '../../src/ir/kernel.js';
import { nodeWorkers } from '../../src/platform/node/workers.js';
import type { DeviceBuffer, KernelBackend } from '../../src/runtime/backend.js';
import {
  asParameter,
  at,
  binary,
  buffer,
  kernel,
  kernelProgram,
  num,
  scalarF32,
  scalarLoad,
  store,
} from './kernels.js';

/** state = state x factor + 1, one element; the order of runs and writes shows in the result. */
export const affine: KernelProgram = kernelProgram(
  [buffer('state', 'float32', 1, asParameter(0)), buffer('factor', 'float32', 1, asParameter(1))],
  [
    [
      kernel([
        store(0, at(0), 1, binary('add', binary('mul', scalarLoad(0, at(0)), scalarLoad(1, at(0))), num(1, scalarF32))),
      ]),
    ],
  ],
);

/** A buffer that holds `data`. */
export function bufferOf(backend: KernelBackend, data: Float32Array | Uint8Array): DeviceBuffer {
  const made = backend.allocate(data.byteLength);
  backend.write(made, data);
  return made;
}

/** The first float of a buffer. */
export async function valueOf(backend: KernelBackend, from: DeviceBuffer): Promise<number> {
  return (await backend.read(from, 'float32', 1))[0]!;
}

/** Workers that tell what is going on. */
export function watchedWorkers(): {
  workers: Workers;
  /** What they share. */
  memory: () => WebAssembly.Memory;
  living: () => number;
  /** How many workers were told to run something, all runs together. */
  runs: () => number;
} {
  let runs = 0;
  let memory: WebAssembly.Memory | undefined;
  const living = new Set<object>();
  const workers: Workers = {
    ...nodeWorkers,
    start: (script, name, listener) => {
      const handle = nodeWorkers.start(script, name, listener);
      living.add(handle);
      return {
        ...handle,
        post: (message, transfer) => {
          if ('memory' in message) memory = message.memory as WebAssembly.Memory;
          if ('kind' in message && message.kind === 'run') runs++;
          handle.post(message, transfer);
        },
        terminate: async () => {
          await handle.terminate();
          living.delete(handle);
        },
      };
    },
  };
  return { workers, memory: () => memory!, living: () => living.size, runs: () => runs };
}
