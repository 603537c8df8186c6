// Lets a value that is needed within one kernel alone wait in the memory of the result that takes its place there: a
// softmax's exponentials in that of the probabilities. What would be a third array beside what the kernel reads and writes
// then never goes through memory.
import type { DType } from '../base/dtype.js';
import type { Affine, Kernel, KernelExpr, KernelStatement } from '../ir/kernel.js';
import { accessesOf } from './accesses.js';
import { renameStatement, renamingBuffers } from './rename.js';
import { unitOf, type Unit } from './schedule.js';

interface Draft {
  readonly dtype: DType;
  readonly length: number;
  /** Undefined for a temporary. */
  readonly place: unknown;
}

/** Units in which temporaries of one kernel use results' memory where they can. */
export function shareResults(units: readonly Unit[], buffers: readonly Draft[]): Unit[] {
  const users = new Map<number, number>();
  for (const unit of units) for (const buffer of buffersOf(unit)) users.set(buffer, (users.get(buffer) ?? 0) + 1);
  return units.map((unit) => {
    const [kernel] = unit.kernels;
    if (unit.kernels.length !== 1 || !kernel) return unit;
    let shared = kernel;
    for (const waiting of buffersOf(unit)) {
      if (buffers[waiting]!.place !== undefined || users.get(waiting)! > 1) continue;
      const result = resultFor(shared, waiting, buffers);
      if (result === undefined) continue;
      const rename = renamingBuffers((buffer) => (buffer === waiting ? result : buffer));
      shared = { ...shared, body: shared.body.map((statement) => renameStatement(statement, rename)) };
    }
    return shared === kernel ? unit : unitOf([shared]);
  });
}

function buffersOf({ reads, writes }: Unit): Set<number> {
  return new Set([...reads, ...writes].map(({ buffer }) => buffer));
}

/** The result in whose memory `waiting` can wait. */
function resultFor(kernel: Kernel, waiting: number, buffers: readonly Draft[]): number | undefined {
  const { reads, writes } = accessesOf(kernel);
  const uses = (accesses: readonly { readonly buffer: number }[], of: number): boolean =>
    accesses.some(({ buffer }) => buffer === of);
  if (!uses(reads, waiting) || !uses(writes, waiting)) return undefined;
  const candidates = new Set(writes.map(({ buffer }) => buffer));
  return [...candidates].find((result) => {
    const [own, other] = [buffers[waiting]!, buffers[result]!];
    // What it reads besides may be the same memory: the state that a result replaces.
    const isState = other.place !== undefined && reads.some(({ buffer }) => samePlace(buffers[buffer]!, other));
    return (
      result !== waiting &&
      own.dtype === other.dtype &&
      own.length === other.length &&
      !isState &&
      !uses(reads, result) &&
      isReplaced(kernel, waiting, result)
    );
  });
}

function samePlace(a: Draft, b: Draft): boolean {
  return JSON.stringify(a.place) === JSON.stringify(b.place);
}

/**
 * Whether `result` takes the place of `waiting` element by element: once it is written, an element of `waiting` is only
 * read just before the same one of `result` is written, which happens once.
 */
function isReplaced(kernel: Kernel, waiting: number, result: number): boolean {
  const begin = kernel.body.findIndex((statement) => touches(statement, result));
  const replaces = (statements: readonly KernelStatement[]): boolean => {
    const stores = statements.flatMap((statement, i) =>
      statement.kind === 'store' && statement.buffer === result ? [{ i, ...placeOf(statement) }] : [],
    );
    return statements.every((statement, i) => {
      if (statement.kind === 'loop') return replaces(statement.body);
      if (statement.kind === 'prefetch') return true;
      if (statement.kind === 'store' && statement.buffer === waiting) return false;
      return readsIn(statement.value, waiting).every((read) =>
        stores.some((store) => store.i >= i && read !== undefined && store.key === read),
      );
    });
  };
  return begin >= 0 && replaces(kernel.body.slice(begin));
}

function placeOf({ at, count }: { readonly at: Affine; readonly count: number }): { readonly key: string } {
  return { key: `${JSON.stringify(at)} ${count}` };
}

/** Where an expression reads a buffer: undefined for what is not a row of consecutive elements. */
function readsIn(expr: KernelExpr, of: number): (string | undefined)[] {
  const found: (string | undefined)[] = [];
  const { reads } = accessesOf({ body: [{ kind: 'let', name: '', value: expr }] });
  for (const read of reads)
    if (read.buffer === of)
      found.push(read.gathered || (read.count > 1 && read.stride !== 1) ? undefined : placeOf(read).key);
  return found;
}

function touches(statement: KernelStatement, buffer: number): boolean {
  return accessesOf({ body: [statement] }).writes.some((write) => write.buffer === buffer);
}
