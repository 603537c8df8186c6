// Joins kernels of a phase that wait for the same memory: those that read the same part of a large buffer in the same
// chunk. What one has read is still in a cache when the next one reads it: the parts of a depthwise convolution's training
// go through the image and the upstream gradient once, sample by sample, where each would go through two arrays.
import { bytesPerElement, type DType } from '../base/dtype.js';
import type { Kernel, Target } from '../ir/kernel.js';
import { accessesOf } from './accesses.js';
import { loopRanges, spanOf } from './chunk-spans.js';
import { joinKernels } from './join-chunks.js';
import { walkTogether } from './walk-together.js';

interface Draft {
  readonly dtype: DType;
  readonly length: number;
}

/** With fewer, threads could be left without work. */
const fewestChunks = 8;
/** Floating-point operations by bytes: above, a kernel computes for longer than it waits for memory. */
const fewOperations = 8;

/** @param phase kernels that do not depend on each other */
export function joinReaders(phase: readonly Kernel[], buffers: readonly Draft[], target: Target): Kernel[] {
  const bytesOf = (buffer: number): number => buffers[buffer]!.length * bytesPerElement(buffers[buffer]!.dtype);
  const waitsForMemory = (kernel: Kernel): boolean => {
    const { reads, writes } = accessesOf(kernel);
    const touched = new Set([...reads, ...writes].map(({ buffer }) => buffer));
    return kernel.flops <= fewOperations * [...touched].reduce((sum, buffer) => sum + bytesOf(buffer), 0);
  };
  const readSame = (first: Kernel, second: Kernel): boolean => {
    if (first.chunks !== second.chunks || first.chunks < fewestChunks) return false;
    const parts = partsOf(first);
    return [...partsOf(second)].some(([buffer, part]) => {
      // What all cores' own caches hold is near anyway, and what one of them does not hold would not be found there.
      const partBytes = part * bytesPerElement(buffers[buffer]!.dtype);
      const { level2CacheBytes } = target;
      return parts.get(buffer) === part && bytesOf(buffer) >= 4 * level2CacheBytes && partBytes <= level2CacheBytes;
    });
  };
  const result: Kernel[] = [];
  let joins = 0;
  const candidates = [...phase];
  for (let kernel = candidates.shift(); kernel; kernel = candidates.shift()) {
    const found = waitsForMemory(kernel)
      ? candidates.findIndex((other) => waitsForMemory(other) && readSame(kernel, other))
      : -1;
    if (found < 0) result.push(kernel);
    else {
      const [other] = candidates.splice(found, 1);
      // It may share another buffer now.
      candidates.unshift(joinKernels(kernel, other!, `r${++joins}`, walkTogether));
    }
  }
  return result;
}

/** Of buffers that every chunk of a kernel reads a part of: elements from one chunk's part to the next one's. */
function partsOf(kernel: Kernel): Map<number, number> {
  const ranges = loopRanges(kernel);
  const strides = new Map<number, Set<number>>();
  for (const read of accessesOf(kernel).reads) {
    const span = spanOf(read, ranges);
    const isPart = span !== undefined && span.last - span.first < 2 * span.stride;
    strides.set(read.buffer, (strides.get(read.buffer) ?? new Set<number>()).add(isPart ? span.stride : 0));
  }
  return new Map(
    [...strides].flatMap(([buffer, [stride, ...others]]) =>
      stride && others.length === 0 ? [[buffer, stride] as const] : [],
    ),
  );
}
