// Gives a value that lives within one chunk, such as a convolution's between it and the pooling of the same sample, memory
// of the thread's own in place of an array for all chunks: the next chunk writes it anew where it is in a cache still, and
// it never goes through memory.
import { bytesPerElement, type DType } from '../base/dtype.js';
import type { Kernel, KernelBuffer, Target } from '../ir/kernel.js';
import { accessesOf } from './accesses.js';
import { loopRanges, spanOf } from './chunk-spans.js';
import { chunkVariable } from './lower/context.js';
import { planMemory, type Lifetime } from './memory.js';
import { renameStatement, type Renaming } from './rename.js';
import { unitOf, type Unit } from './schedule.js';

/** A buffer before memory is planned. */
export interface BufferDraft {
  readonly name: string;
  readonly dtype: DType;
  /** Elements; of a local one, those of a chunk. */
  readonly length: number;
  /** Undefined for memory of the program's own. */
  readonly place: KernelBuffer['place'] | undefined;
  /** A thread's own. */
  readonly local?: true;
}

/** Units and buffers, with those local that can be. */
export function localBuffers(
  units: readonly Unit[],
  buffers: readonly BufferDraft[],
  { level2CacheBytes }: Target,
): { units: Unit[]; buffers: BufferDraft[] } {
  const users = new Map<number, number>();
  for (const unit of units) for (const buffer of touchedBy(unit)) users.set(buffer, (users.get(buffer) ?? 0) + 1);
  const drafts = [...buffers];
  const changed = units.map((unit) => {
    const [kernel] = unit.kernels;
    if (unit.kernels.length !== 1 || !kernel || kernel.chunks === 1) return unit;
    const own = new Set<number>();
    for (const buffer of touchedBy(unit)) {
      const { place, dtype, length } = buffers[buffer]!;
      if (place !== undefined || users.get(buffer)! > 1) continue;
      const share = chunkShare(kernel, buffer);
      // More than a core's own cache holds would not stay there, and however many threads there are, each has its own.
      if (share === undefined || share >= length || share * bytesPerElement(dtype) > level2CacheBytes) continue;
      own.add(buffer);
      drafts[buffer] = { ...buffers[buffer]!, length: share, local: true };
    }
    if (own.size === 0) return unit;
    const body = kernel.body.map((statement) => renameStatement(statement, fromChunkStart(own)));
    return unitOf([{ ...kernel, body }]);
  });
  return { units: changed, buffers: drafts };
}

function touchedBy({ reads, writes }: Pick<Unit, 'reads' | 'writes'>): Set<number> {
  return new Set([...reads, ...writes].map(({ buffer }) => buffer));
}

/** The elements from a chunk's first to the next one's, if chunks touch none of each other's. */
function chunkShare(kernel: Kernel, buffer: number): number | undefined {
  const { reads, writes } = accessesOf(kernel);
  const ranges = loopRanges(kernel);
  const spans = [...reads, ...writes].filter((access) => access.buffer === buffer).map((one) => spanOf(one, ranges));
  const stride = spans[0]?.stride ?? 0;
  const isOwn = spans.every((span) => span && span.stride === stride && span.first >= 0 && span.last < stride);
  return isOwn && stride > 0 ? stride : undefined;
}

function fromChunkStart(buffers: ReadonlySet<number>): Renaming {
  return {
    variable: (name) => name,
    position: (at, buffer) =>
      buffers.has(buffer ?? -1) ? { ...at, terms: at.terms.filter(({ variable }) => variable !== chunkVariable) } : at,
  };
}

/**
 * Where local buffers begin in a thread's own memory. It is every kernel's, and within one, buffers that no statement needs
 * at once share bytes.
 */
export function planLocalMemory(
  kernels: readonly Kernel[],
  buffers: readonly BufferDraft[],
): { readonly offsetOf: ReadonlyMap<number, number>; readonly totalBytes: number } {
  const offsetOf = new Map<number, number>();
  let totalBytes = 0;
  for (const { body } of kernels) {
    const lifetimes = new Map<number, Lifetime>();
    body.forEach((statement, i) => {
      for (const buffer of touchedBy(accessesOf({ body: [statement] }))) {
        const { local, length, dtype } = buffers[buffer]!;
        const byteLength = length * bytesPerElement(dtype);
        if (local) lifetimes.set(buffer, { byteLength, first: lifetimes.get(buffer)?.first ?? i, last: i });
      }
    });
    const plan = planMemory([...lifetimes.values()]);
    [...lifetimes.keys()].forEach((buffer, i) => offsetOf.set(buffer, plan.offsets[i]!));
    totalBytes = Math.max(totalBytes, plan.totalBytes);
  }
  return { offsetOf, totalBytes };
}
