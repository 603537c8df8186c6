// Marks stores of results that are too large to be found in a cache when they are read next: written past the caches, their
// memory need not be read first, which spares a third of what an addition of two arrays moves.
import { bytesPerElement, type DType } from '../base/dtype.js';
import type { KernelBuffer, KernelStatement, Target } from '../ir/kernel.js';
import { accessesOf } from './accesses.js';
import { unitOf, type Unit } from './schedule.js';

interface Draft {
  readonly dtype: DType;
  readonly length: number;
  readonly place: KernelBuffer['place'] | undefined;
}

export function streamStores(
  units: readonly Unit[],
  buffers: readonly Draft[],
  { streamedBytes, lanes }: Target,
): Unit[] {
  const isLarge = ({ dtype, length }: Draft): boolean =>
    dtype === 'float32' && length * bytesPerElement(dtype) >= streamedBytes;
  if (!buffers.some(isLarge)) return [...units];
  return units.map((unit) => {
    const kernels = unit.kernels.map((kernel) => {
      const { reads, writes } = accessesOf(kernel);
      // What is read in the same kernel, be it the state that is replaced, is in a cache already.
      const isRead = (buffer: number): boolean =>
        reads.some((read) => read.buffer === buffer || isSameMemory(buffers[read.buffer]!, buffers[buffer]!));
      const streamed = new Set(
        writes.map(({ buffer }) => buffer).filter((buffer) => isLarge(buffers[buffer]!) && !isRead(buffer)),
      );
      const mark = (statement: KernelStatement): KernelStatement => {
        if (statement.kind === 'loop') return { ...statement, body: statement.body.map(mark) };
        const isStreamed = statement.kind === 'store' && streamed.has(statement.buffer) && statement.count === lanes;
        return isStreamed ? { ...statement, streamed: true } : statement;
      };
      return streamed.size === 0 ? kernel : { ...kernel, body: kernel.body.map(mark) };
    });
    return kernels.every((kernel, i) => kernel === unit.kernels[i]) ? unit : unitOf(kernels);
  });
}

function isSameMemory({ place: a }: Draft, { place: b }: Draft): boolean {
  return a?.kind === 'parameter' && b?.kind === 'parameter' && a.index === b.index;
}
