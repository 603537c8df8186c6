// Asks for what the next chunk reads where a chunk comes back to what it read before: the first pass over a row waits for
// memory, the second one computes. Asked for in the second, the next row is on its way while this one is worked on.
import { bytesPerElement, type DType } from '../base/dtype.js';
import type { Affine, Kernel, KernelStatement, Target } from '../ir/kernel.js';
import { accessesOf } from './accesses.js';
import { chunkVariable } from './lower/context.js';

interface Draft {
  readonly dtype: DType;
  readonly length: number;
}

const lineBytes = 64;

type Loop = Extract<KernelStatement, { kind: 'loop' }>;

export function prefetchChunks(kernel: Kernel, buffers: readonly Draft[], target: Target): Kernel {
  const { reads, writes } = accessesOf(kernel);
  let ahead = kernel;
  for (const buffer of new Set(reads.map((read) => read.buffer))) {
    const { dtype, length } = buffers[buffer]!;
    if (writes.some((write) => write.buffer === buffer)) continue;
    // What stays in the cores' own caches needs no asking for.
    if (length * bytesPerElement(dtype) < 4 * target.level2CacheBytes) continue;
    const line = lineBytes / bytesPerElement(dtype);
    ahead = inSecondPass(ahead, buffer, line, (target.level2CacheBytes / lineBytes) * bytesPerElement(dtype));
  }
  return ahead;
}

/**
 * @param line elements that come together
 * @param longest elements from a chunk to the next: more would push out what this chunk needs
 */
function inSecondPass(kernel: Kernel, buffer: number, line: number, longest: number): Kernel {
  const passes = kernel.body.flatMap((statement, i) =>
    statement.kind === 'loop' && walked(statement, buffer, longest) !== undefined ? [i] : [],
  );
  const second = passes.find((i) => extentOf(kernel.body[i]!) > 1 && i > passes[0]!);
  if (second === undefined) return kernel;
  const loop = kernel.body[second] as Loop;
  const { at, stride } = walked(loop, buffer, longest)!;
  // A step may take several lines, for as many sums.
  const asked = Array.from({ length: Math.ceil(loop.step / line) }, (_, i): KernelStatement => ({
    kind: 'prefetch',
    buffer,
    at: { ...at, offset: at.offset + stride + i * line },
  }));
  return { ...kernel, body: kernel.body.with(second, { ...loop, body: [...loop.body, ...asked] }) };
}

function extentOf(statement: KernelStatement): number {
  return statement.kind === 'loop' ? (statement.end - statement.begin) / statement.step : 0;
}

/** How a loop without loops inside walks a row of a buffer, vector by vector. */
function walked(loop: Loop, buffer: number, longest: number): { at: Affine; stride: number } | undefined {
  if (loop.body.some(({ kind }) => kind === 'loop')) return undefined;
  const reads = accessesOf({ body: [loop] }).reads.filter((read) => read.buffer === buffer);
  const at = reads[0]?.at;
  if (!at || reads.some(({ gathered, count }) => gathered || count === 1)) return undefined;
  const along = at.terms.find(({ variable }) => variable === loop.variable)?.coefficient;
  const stride = at.terms.find(({ variable }) => variable === chunkVariable)?.coefficient ?? 0;
  const isRow = along === 1 && stride >= loop.end && stride <= longest && at.terms.length === 2;
  return isRow ? { at, stride } : undefined;
}
