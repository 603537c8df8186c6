// Joins kernels that walk the same chunks, one reading of another only what the same chunk wrote: a softmax's maximum,
// exponentials, sum and quotient over the rows of a matrix. Joined, a chunk's values are still in cache when they are read,
// and threads need not meet in between.
import type { Kernel, KernelStatement } from '../ir/kernel.js';
import { accessesOf, type KernelAccess } from './accesses.js';
import { loopRanges, spanOf } from './chunk-spans.js';
import { chunkVariable } from './lower/context.js';
import { renameStatement, renamingVariables, replacingVariable } from './rename.js';
import { unitOf, type Overwrite, type Unit } from './schedule.js';

/** Fewer chunks than these are not worth it: such kernels are small, or their chunks large. */
const fewestChunks = 4;
/** With fewer, threads could be left without work where a kernel had more chunks by itself. */
const fewestOfMore = 16;

/** Units with what could be joined joined; every unit comes after those that it reads of. */
export function joinChunks(units: readonly Unit[], overwrites: readonly Overwrite[]): Unit[] {
  const joined: Unit[] = [];
  let joins = 0;
  for (const unit of inOrder(units)) {
    let [target, pair]: [number, Pair | undefined] = [joined.length, undefined];
    while (!pair && --target >= 0) pair = joinable(joined[target]!, unit, joined, overwrites);
    if (pair) joined[target] = unitOf([joinKernels(...pair, `j${++joins}`)]);
    else joined.push(unit);
  }
  return joined;
}

type Pair = readonly [first: Kernel, second: Kernel];

/** Each after the units that write what it reads. */
function inOrder(units: readonly Unit[]): Unit[] {
  const writerOf = new Map<number, Unit>();
  for (const unit of units) for (const { buffer } of unit.writes) writerOf.set(buffer, unit);
  const ordered = new Set<Unit>();
  const visit = (unit: Unit): void => {
    if (ordered.has(unit)) return;
    for (const { buffer } of unit.reads) {
      const writer = writerOf.get(buffer);
      if (writer && writer !== unit) visit(writer);
    }
    ordered.add(unit);
  };
  units.forEach(visit);
  return [...ordered];
}

const readsOf = (unit: Unit, other: Unit): boolean =>
  unit.reads.some(({ buffer }) => other.writes.some((write) => write.buffer === buffer));

/** The kernels of two units, if `later`, which follows all of `joined`, can run chunk by chunk behind `earlier`. */
function joinable(
  earlier: Unit,
  later: Unit,
  joined: readonly Unit[],
  overwrites: readonly Overwrite[],
): Pair | undefined {
  if (earlier.kernels.length > 1 || later.kernels.length > 1 || !readsOf(later, earlier)) return undefined;
  const pair = inEqualChunks(earlier.kernels[0]!, later.kernels[0]!);
  return pair && mayFollow(earlier, later, joined, overwrites) && readsItsOwnChunk(...pair) ? pair : undefined;
}

/** The kernels in as many chunks as the one with fewer has, if that is possible. */
function inEqualChunks(first: Kernel, second: Kernel): Pair | undefined {
  const chunks = Math.min(first.chunks, second.chunks);
  if (chunks < (first.chunks === second.chunks ? fewestChunks : fewestOfMore)) return undefined;
  const [times, timesSecond] = [first.chunks / chunks, second.chunks / chunks];
  if (!Number.isInteger(times) || !Number.isInteger(timesSecond)) return undefined;
  return [inLargerChunks(first, times), inLargerChunks(second, timesSecond)];
}

/** The kernel with chunks that each do what so many of its own do. */
function inLargerChunks(kernel: Kernel, times: number): Kernel {
  if (times === 1) return kernel;
  const variable = `${chunkVariable}_of_${kernel.chunks}`;
  const terms = [
    { variable: chunkVariable, coefficient: times },
    { variable, coefficient: 1 },
  ];
  const place = replacingVariable(chunkVariable, { offset: 0, terms });
  const body = kernel.body.map((statement) => renameStatement(statement, place));
  return {
    ...kernel,
    chunks: kernel.chunks / times,
    body: [{ kind: 'loop', variable, begin: 0, end: times, step: 1, body }],
  };
}

/** Whether nothing else is in the way of `later`, which follows all of `joined`, when it runs with `earlier`. */
function mayFollow(earlier: Unit, later: Unit, joined: readonly Unit[], overwrites: readonly Overwrite[]): boolean {
  // What it reads besides must be there before `earlier` begins.
  const waiting = new Set<Unit>([earlier]);
  for (const unit of joined) {
    if (waiting.has(unit)) continue;
    if ([...waiting].some((other) => readsOf(unit, other))) waiting.add(unit);
  }
  waiting.delete(earlier);
  if ([...waiting].some((unit) => readsOf(later, unit))) return false;
  // A state that one of them reads and the other replaces would have to be copied.
  const touches = (accesses: readonly KernelAccess[], of: number): boolean =>
    accesses.some(({ buffer }) => buffer === of);
  const all = [earlier, later];
  for (const { state, replacement } of overwrites)
    if (all.some(({ reads }) => touches(reads, state)) && all.some(({ writes }) => touches(writes, replacement)))
      return false;
  return true;
}

/** Whether all that `second` reads of what `first` writes was written by the same chunk. */
function readsItsOwnChunk(first: Kernel, second: Kernel): boolean {
  const { writes } = accessesOf(first);
  const { reads } = accessesOf(second);
  const shared = new Set(writes.map(({ buffer }) => buffer).filter((b) => reads.some(({ buffer }) => buffer === b)));
  const [ranges, others] = [loopRanges(first), loopRanges(second)];
  return [...shared].every((buffer) => {
    const spans = [
      ...writes.filter((access) => access.buffer === buffer).map((access) => spanOf(access, ranges)),
      ...reads.filter((access) => access.buffer === buffer).map((access) => spanOf(access, others)),
    ];
    const stride = spans[0]?.stride;
    return spans.every(
      (span) => span !== undefined && span.stride === stride && span.first >= 0 && span.last < span.stride,
    );
  });
}

type Statements = readonly KernelStatement[];

/**
 * One kernel whose chunks do what those of the first do, then those of the second.
 * @param mark for the second's names
 * @param order of the statements of both, if another one
 */
export function joinKernels(
  first: Kernel,
  second: Kernel,
  mark: string,
  order = (one: Statements, other: Statements): Statements => [...one, ...other],
): Kernel {
  const rename = renamingVariables((name) => (name === chunkVariable ? name : `${name}_${mark}`));
  return {
    name: `${first.name}+${second.name}`,
    comment: `${first.comment}; ${second.comment}`,
    chunks: first.chunks,
    chunkVariable,
    body: order(
      first.body,
      second.body.map((statement) => renameStatement(statement, rename)),
    ),
    flops: first.flops + second.flops,
  };
}
