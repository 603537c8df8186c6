// Lets the last loop over a row, which writes results past the caches, run together with a loop over the next row: what is
// written drains to memory while the next row is computed. A softmax's quotients of one row go with the exponentials of
// the next. Several rows make one larger chunk for that; its first row begins alone, its last one ends alone.
import type { Kernel, KernelStatement } from '../ir/kernel.js';
import { namesIn } from '../ir/names.js';
import { accessesOf, type KernelAccess } from './accesses.js';
import { loopRanges, spanOf } from './chunk-spans.js';
import { chunkVariable } from './lower/context.js';
import { renameStatement, renamingVariables, replacingVariable } from './rename.js';

type Loop = Extract<KernelStatement, { kind: 'loop' }>;
type Statements = readonly KernelStatement[];

/** Chunks that become one, best first. */
const sizes = [16, 8, 4];
/** With fewer, threads could be left without work. */
const fewestChunks = 64;

/** The kernel, with chunks that overlap if they can. */
export function overlapChunks(kernel: Kernel): Kernel {
  const size = sizes.find((times) => kernel.chunks % times === 0 && kernel.chunks / times >= fewestChunks);
  const ending = size === undefined ? undefined : endingOf(kernel.body);
  if (size === undefined || ending === undefined) return kernel;
  const head = kernel.body.slice(0, kernel.body.length - ending.all.length);
  const host = head.findLastIndex((_, i) => canHost(head, i, ending));
  if (host < 0) return kernel;

  const row = `${chunkVariable}_of_${kernel.chunks}`;
  const inRow = (statements: Statements, offset: number, mark?: string): KernelStatement[] => {
    const terms = [{ variable: chunkVariable, coefficient: size }];
    if (mark === undefined) terms.push({ variable: row, coefficient: 1 });
    const place = replacingVariable(chunkVariable, { offset, terms });
    const rename = renamingVariables((name) => (mark === undefined || name === chunkVariable ? name : name + mark));
    return statements.map((statement) => renameStatement(renameStatement(statement, rename), place));
  };
  const loop = head[host] as Loop;
  const together = inRow(loop.body, 1);
  const rename = renamingVariables((name) => (name === ending.loop.variable ? loop.variable : name));
  const before = inRow(ending.loop.body, 0).map((statement) => renameStatement(statement, rename));
  const rows: KernelStatement = {
    kind: 'loop',
    variable: row,
    begin: 0,
    end: size - 1,
    step: 1,
    body: [
      ...inRow(head.slice(0, host), 1),
      ...inRow(ending.before, 0),
      { ...loop, body: [...before, ...together] },
      ...inRow(ending.after, 0),
      ...inRow(head.slice(host + 1), 1),
    ],
  };
  const body = [...inRow(head, 0, '_first'), rows, ...inRow(ending.all, size - 1, '_last')];
  return { ...kernel, chunks: kernel.chunks / size, body };
}

/** The last loop of a chunk and what belongs to it. */
interface Ending {
  readonly loop: Loop;
  /** Registers for the loop. */
  readonly before: Statements;
  /** What is left of a row that is no whole number of vectors. */
  readonly after: Statements;
  readonly all: Statements;
}

/** The last loop, if all that comes from there on is written past the caches and needs no register of what was before. */
function endingOf(body: Statements): Ending | undefined {
  const at = body.findLastIndex((one) => one.kind === 'loop' && one.end - one.begin > one.step);
  const loop = body[at];
  if (loop?.kind !== 'loop' || hasLoops(loop)) return undefined;
  let begin = at;
  while (body[begin - 1]?.kind === 'let') begin--;
  const all = body.slice(begin);
  const streamed = new Set(loop.body.flatMap((one) => (one.kind === 'store' && one.streamed ? [one.buffer] : [])));
  const isStreamed = accessesOf({ body: all }).writes.every(({ buffer }) => streamed.has(buffer));
  if (streamed.size === 0 || !isStreamed || begin === 0) return undefined;
  const registers = body.slice(0, begin).flatMap((one) => (one.kind === 'let' ? [one.name] : []));
  const used = new Set(all.flatMap((one) => [...namesIn(one)]));
  if (registers.some((name) => used.has(name))) return undefined;
  return { loop, before: body.slice(begin, at), after: body.slice(at + 1), all };
}

const hasLoops = ({ body }: Loop): boolean => body.some(({ kind }) => kind === 'loop');

/** Whether the ending of a row can run with statement number `i` of the next one. */
function canHost(head: Statements, i: number, ending: Ending): boolean {
  const loop = head[i]!;
  const { begin, end, step } = ending.loop;
  if (loop.kind !== 'loop' || hasLoops(loop)) return false;
  if (loop.begin !== begin || loop.end !== end || loop.step !== step) return false;
  const { reads } = accessesOf({ body: ending.all });
  const read = new Set(reads.map(({ buffer }) => buffer));
  const isRead = ({ buffer }: KernelAccess): boolean => read.has(buffer);
  if (accessesOf({ body: head.slice(0, i) }).writes.some(isRead)) return false;
  // What the loop writes anew must have been read: at the same step, or at the end of a row, which it leaves alone.
  const written = accessesOf({ body: [loop] }).writes.filter(isRead);
  const last = accessesOf({ body: [...ending.before, ...ending.after] }).reads;
  return [...new Set(written.map(({ buffer }) => buffer))].every((buffer) => {
    const of = (accesses: readonly KernelAccess[]): KernelAccess[] => accesses.filter((one) => one.buffer === buffer);
    const inStep = [
      ...of(written).map((access) => placeInStep(access, loop)),
      ...of(accessesOf({ body: [ending.loop] }).reads).map((access) => placeInStep(access, ending.loop)),
    ];
    const [any] = inStep;
    const first = Math.min(...inStep.map((place) => place?.first ?? NaN));
    const isOneStep = inStep.every((place) => place && place.terms === any?.terms && place.last < first + step);
    const ranges = loopRanges({ body: [loop, ...ending.after] });
    const lastWritten = Math.max(...of(written).map((access) => spanOf(access, ranges)?.last ?? Infinity));
    return isOneStep && of(last).every((access) => (spanOf(access, ranges)?.first ?? -1) > lastWritten);
  });
}

/** What a loop accesses in its first step, if a step of it moves on by as many elements. */
function placeInStep(
  { at, count, stride = 1, gathered }: KernelAccess,
  { variable }: Loop,
): { readonly first: number; readonly last: number; readonly terms: string } | undefined {
  const along = at.terms.find((term) => term.variable === variable);
  if (gathered || stride !== 1 || along?.coefficient !== 1) return undefined;
  const terms = at.terms.filter((term) => term !== along);
  return { first: at.offset, last: at.offset + count - 1, terms: JSON.stringify(terms) };
}
