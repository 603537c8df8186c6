// Marks stores of results that will not be found in a cache when they are read next: written past the caches, their memory
// need not be read first, which spares a third of what an addition of two arrays moves, and what is read again stays there.
import { bytesPerElement, type DType } from '../base/dtype.js';
import type { Kernel, KernelBuffer, KernelStatement, Target } from '../ir/kernel.js';
import { accessesOf } from './accesses.js';

interface Draft {
  readonly dtype: DType;
  readonly length: number;
  readonly place: KernelBuffer['place'] | undefined;
}

/** Results of fewer bytes, by those of a core's own cache, are not worth it. */
const caches = 4;

/**
 * @param phases kernels by phase, in the order in which they run
 * @param streamedBytes results of so many bytes and more are written past the caches in any case
 */
export function streamStores(
  phases: readonly (readonly Kernel[])[],
  buffers: readonly Draft[],
  { level2CacheBytes, lanes }: Target,
  streamedBytes: number,
): Kernel[][] {
  const bytesOf = (buffer: number): number => buffers[buffer]!.length * bytesPerElement(buffers[buffer]!.dtype);
  const isFloat = (buffer: number): boolean => buffers[buffer]!.dtype === 'float32';
  const least = Math.min(streamedBytes, caches * level2CacheBytes);
  if (!buffers.some(({ length, dtype }) => length * bytesPerElement(dtype) >= least))
    return phases.map((kernels) => [...kernels]);
  const touched = phases.map(touchedBy);

  /** Whether more than the caches hold is touched from the phase on that writes a buffer until it is read. */
  const isReadLate = (buffer: number, phase: number): boolean => {
    if (bytesOf(buffer) >= streamedBytes) return true;
    // What a caller is given is read as soon as the program is done, a state when it runs again.
    const isOutput = buffers[buffer]!.place?.kind === 'output';
    const between = new Set<number>();
    for (let step = 0; step < (isOutput ? phases.length - phase : phases.length); step++) {
      const { reads, all } = touched[(phase + step) % phases.length]!;
      if (step > 0 && [...reads].some((read) => isSameMemory(read, buffer, buffers))) break;
      all.forEach((one) => between.add(one));
    }
    return [...between].reduce((sum, one) => sum + bytesOf(one), 0) >= streamedBytes;
  };

  return phases.map((kernels, phase) =>
    kernels.map((kernel) => {
      const { reads, writes } = accessesOf(kernel);
      // What is read in the same kernel, be it the state that is replaced, is in a cache already.
      const isRead = (buffer: number): boolean => reads.some((read) => isSameMemory(read.buffer, buffer, buffers));
      const streamed = new Set(
        writes
          .map(({ buffer }) => buffer)
          .filter(
            (buffer) => isFloat(buffer) && bytesOf(buffer) >= least && !isRead(buffer) && isReadLate(buffer, phase),
          ),
      );
      const mark = (statement: KernelStatement): KernelStatement => {
        if (statement.kind === 'loop') return { ...statement, body: statement.body.map(mark) };
        const isStreamed = statement.kind === 'store' && streamed.has(statement.buffer) && statement.count === lanes;
        return isStreamed ? { ...statement, streamed: true } : statement;
      };
      return streamed.size === 0 ? kernel : { ...kernel, body: kernel.body.map(mark) };
    }),
  );
}

/** The buffers that a phase reads, and those that it reads or writes from end to end. */
function touchedBy(kernels: readonly Kernel[]): { reads: Set<number>; all: Set<number> } {
  const accesses = kernels.map(accessesOf);
  const reads = accesses.flatMap((of) => of.reads);
  const writes = accesses.flatMap((of) => of.writes);
  return {
    reads: new Set(reads.map(({ buffer }) => buffer)),
    // Of what is gathered from, be it all the samples there are, little is touched.
    all: new Set([...reads, ...writes].filter(({ gathered }) => !gathered).map(({ buffer }) => buffer)),
  };
}

function isSameMemory(one: number, other: number, buffers: readonly Draft[]): boolean {
  const [a, b] = [buffers[one]!.place, buffers[other]!.place];
  return one === other || (a?.kind === 'parameter' && b?.kind === 'parameter' && a.index === b.index);
}
