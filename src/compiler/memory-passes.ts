// The passes for machine code that can ask for memory ahead and write past the caches. Whoever starts such a backend gives
// them to it: a page, whose code is WebAssembly, does not carry them.
import type { KernelPass } from '../ir/kernel.js';
import { overlapChunks } from './overlap-chunks.js';
import { prefetchChunks } from './prefetch-chunks.js';
import { streamStores } from './stream-stores.js';

/** As much as a last-level cache holds: what is larger is not found there when it is read next. */
const lastCacheBytes = 32 * 2 ** 20;

/** @param streamedBytes results of so many bytes and more are written past the caches */
export function memoryPasses(streamedBytes = lastCacheBytes): KernelPass {
  return (phases, buffers, target) => {
    const ahead = phases.map((kernels) => kernels.map((kernel) => prefetchChunks(kernel, buffers, target)));
    return streamStores(ahead, buffers, target, streamedBytes).map((kernels) => kernels.map(overlapChunks));
  };
}
