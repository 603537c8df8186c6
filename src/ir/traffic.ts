// Counts the bytes that a kernel has to move: what its loads and stores touch, each array counted once as read and once
// as written, however often the loops come back to an element. This is what memory would have to carry if caches were
// perfect. A position that depends on values in memory counts as a new one each time it can differ, up to all of the
// array.
import { bytesPerElement } from '../base/dtype.js';
import type {
  Affine,
  Kernel,
  KernelBinary,
  KernelBuffer,
  KernelExpr,
  KernelProgram,
  KernelStatement,
} from './kernel.js';
import { operandsOf } from './operands.js';

export interface KernelTraffic {
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** `extent` values: begin, begin + step, ... */
interface Loop {
  readonly variable: string;
  readonly begin: number;
  readonly step: number;
  readonly extent: number;
}

type Scope = ReadonlyMap<string, Loop>;

/** Elements from `begin` up to, but not including, `end`. */
type Interval = readonly [begin: number, end: number];

/** A register that takes more values than this is not followed. */
const mostValues = 2 ** 12;
/** Beyond so many intervals a count is no longer worth its exactness. */
const mostIntervals = 2 ** 21;

export function trafficOf(kernel: Kernel, { buffers }: Pick<KernelProgram, 'buffers'>): KernelTraffic {
  const accesses = new AccessCollector(kernel, buffers);
  return { bytesRead: accesses.bytes('read'), bytesWritten: accesses.bytes('write') };
}

/** Accesses that differ in where they begin, and nothing else. */
interface Access {
  readonly steps: readonly Step[];
  /** How many different places the registers in the position can name; undefined where there are no registers in it. */
  readonly places: number | undefined;
  readonly starts: Interval[];
}

/** A position moves `extent` times by `stride`, which is positive. */
interface Step {
  readonly stride: number;
  readonly extent: number;
}

interface TouchedArray {
  readonly byteLength: number;
  readonly length: number;
  readonly accesses: Map<string, Access>;
  /** Elements that lanes pick by indices of their own. */
  picked: number;
}

class AccessCollector {
  readonly #buffers: readonly KernelBuffer[];
  readonly #arrays = { read: new Map<string, TouchedArray>(), write: new Map<string, TouchedArray>() };
  /** The loops on which a register's value depends. */
  readonly #registers = new Map<string, Set<Loop>>();
  /** What registers hold that are not set again. */
  readonly #values = new Map<string, KernelExpr>();

  constructor(kernel: Kernel, buffers: readonly KernelBuffer[]) {
    this.#buffers = buffers;
    const chunk = { variable: kernel.chunkVariable, begin: 0, step: 1, extent: kernel.chunks };
    const scope: Scope = new Map([[chunk.variable, chunk]]);
    for (const statement of kernel.body) this.#learn(statement, scope);
    for (const statement of kernel.body) this.#visit(statement, scope);
  }

  bytes(kind: 'read' | 'write'): number {
    let total = 0;
    for (const { byteLength, length, accesses, picked } of this.#arrays[kind].values()) {
      let uncertain = picked;
      const certain: Interval[] = [];
      for (const access of accesses.values()) {
        const { intervals, times } = spread(access);
        if (access.places === undefined && times === 1) for (const interval of intervals) certain.push(interval);
        else uncertain += (access.places ?? 1) * times * sizeOfIntervals(intervals);
      }
      total += byteLength * Math.min(length, uncertain + sizeOfIntervals(merged(certain)));
    }
    return total;
  }

  /** Finds out what registers depend on. */
  #learn(statement: KernelStatement, scope: Scope): void {
    switch (statement.kind) {
      case 'loop': {
        const inner = withLoop(scope, statement);
        for (const child of statement.body) this.#learn(child, inner);
        return;
      }
      case 'let':
        this.#registers.set(statement.name, this.#dependences(statement.value, scope));
        this.#values.set(statement.name, statement.value);
        return;
      case 'set':
        this.#values.delete(statement.name);
        // It may hold something else in every iteration.
        for (const loop of scope.values()) this.#registers.get(statement.name)?.add(loop);
        return;
      case 'store':
      case 'prefetch':
        return;
    }
  }

  #dependences(expr: KernelExpr, scope: Scope, found = new Set<Loop>()): Set<Loop> {
    if (expr.kind === 'register') for (const loop of this.#registers.get(expr.name) ?? []) found.add(loop);
    if (expr.kind === 'position' || expr.kind === 'load' || expr.kind === 'gather')
      for (const { variable } of expr.at.terms) {
        const loop = scope.get(variable);
        if (loop) found.add(loop);
        else for (const other of this.#registers.get(variable) ?? []) found.add(other);
      }
    for (const operand of operandsOf(expr)) this.#dependences(operand, scope, found);
    return found;
  }

  #visit(statement: KernelStatement, scope: Scope): void {
    switch (statement.kind) {
      case 'loop': {
        const inner = withLoop(scope, statement);
        for (const child of statement.body) this.#visit(child, inner);
        return;
      }
      case 'let':
      case 'set':
        return this.#read(statement.value, scope);
      case 'store':
        this.#read(statement.value, scope);
        return this.#add('write', statement.buffer, statement.at, 1, statement.count, scope);
      case 'prefetch':
        return;
    }
  }

  #read(expr: KernelExpr, scope: Scope): void {
    if (expr.kind === 'load') this.#add('read', expr.buffer, expr.at, expr.stride, expr.count, scope);
    if (expr.kind === 'gather') {
      const places = [...this.#dependences(expr, scope)].reduce((product, { extent }) => product * extent, 1);
      this.#arrayOf('read', expr.buffer).picked += places * expr.count;
    }
    for (const operand of operandsOf(expr)) this.#read(operand, scope);
  }

  #arrayOf(kind: 'read' | 'write', buffer: number): TouchedArray {
    const { place, dtype, length } = this.#buffers[buffer]!;
    // A state and its new value are two buffers in one place; temporaries that share bytes are different arrays.
    const key = 'index' in place ? `${place.kind} ${place.index}` : `temporary ${buffer}`;
    let array = this.#arrays[kind].get(key);
    if (!array) {
      // What a thread has of its own stays in its cache.
      const byteLength = place.kind === 'local' ? 0 : bytesPerElement(dtype);
      array = { byteLength, length, accesses: new Map(), picked: 0 };
      this.#arrays[kind].set(key, array);
    }
    return array;
  }

  #add(kind: 'read' | 'write', buffer: number, at: Affine, stride: number, count: number, scope: Scope): void {
    if (this.#addEach(kind, buffer, at, stride, count, scope)) return;
    let start = at.offset;
    const extentOf = new Map<number, number>();
    const walked = new Set<Loop>();
    const named = new Set<Loop>();
    for (const { variable, coefficient } of at.terms) {
      const loop = scope.get(variable);
      if (!loop) {
        for (const other of this.#registers.get(variable) ?? []) named.add(other);
        continue;
      }
      walked.add(loop);
      const move = coefficient * loop.step;
      start += coefficient * loop.begin + Math.min(0, move * (loop.extent - 1));
      if (loop.extent === 0) return;
      // Two loops of one stride reach as far as one loop does.
      if (move !== 0) extentOf.set(Math.abs(move), (extentOf.get(Math.abs(move)) ?? 1) + loop.extent - 1);
    }
    const steps = [...extentOf].map(([size, extent]): Step => ({ stride: size, extent }));
    steps.sort((a, b) => a.stride - b.stride);
    const registers = at.terms.filter(({ variable }) => !scope.has(variable));
    const places = [...named].filter((loop) => !walked.has(loop)).reduce((product, { extent }) => product * extent, 1);
    const key = JSON.stringify([steps, registers, places]);
    const { accesses } = this.#arrayOf(kind, buffer);
    let access = accesses.get(key);
    if (!access) {
      access = { steps, places: registers.length > 0 ? places : undefined, starts: [] };
      accesses.set(key, access);
    }
    if (stride === 1) access.starts.push([start, start + count]);
    else
      for (let lane = 0; lane < count; lane++) access.starts.push([start + lane * stride, start + lane * stride + 1]);
  }

  /** Adds an access for each value that the registers in its position take, if they follow from the loops alone. */
  #addEach(kind: 'read' | 'write', buffer: number, at: Affine, stride: number, count: number, scope: Scope): boolean {
    const isRegister = ({ variable }: Affine['terms'][number]): boolean => !scope.has(variable);
    if (!at.terms.some(isRegister)) return false;
    const named = at.terms.filter(isRegister).flatMap(({ variable }) => [...(this.#registers.get(variable) ?? [])]);
    let places: ReadonlyMap<string, number>[] = [new Map<string, number>()];
    for (const { variable, begin, step, extent } of new Set(named)) {
      if (places.length * extent > mostValues) return false;
      places = places.flatMap((place) =>
        Array.from({ length: extent }, (_, i) => new Map(place).set(variable, begin + i * step)),
      );
    }
    const positions: Affine[] = [];
    for (const place of places) {
      const terms = at.terms.filter(({ variable }) => scope.has(variable) && !place.has(variable));
      let { offset } = at;
      for (const term of at.terms) {
        if (terms.includes(term)) continue;
        const value = place.get(term.variable) ?? this.#valueOf(this.#values.get(term.variable), place);
        if (value === undefined) return false;
        offset += term.coefficient * value;
      }
      positions.push({ offset, terms });
    }
    for (const position of positions) this.#add(kind, buffer, position, stride, count, scope);
    return true;
  }

  /** A whole number that is computed of loop variables alone; undefined for anything else. */
  #valueOf(expr: KernelExpr | undefined, place: ReadonlyMap<string, number>): number | undefined {
    switch (expr?.kind) {
      case 'number':
        return expr.value;
      case 'register':
        return this.#valueOf(this.#values.get(expr.name), place);
      case 'position': {
        let sum = expr.at.offset;
        for (const { variable, coefficient } of expr.at.terms) {
          const value = place.get(variable) ?? this.#valueOf(this.#values.get(variable), place);
          if (value === undefined) return undefined;
          sum += coefficient * value;
        }
        return sum;
      }
      case 'binary': {
        const [a, b] = [this.#valueOf(expr.a, place), this.#valueOf(expr.b, place)];
        return a === undefined || b === undefined ? undefined : wholeBinary[expr.op]?.(a, b);
      }
      default:
        return undefined;
    }
  }
}

/** Arithmetic of positions, far from where 32 bits overflow. */
const wholeBinary: { readonly [Op in KernelBinary]?: (a: number, b: number) => number } = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  intDiv: (a, b) => (b === 0 ? 0 : Math.trunc(a / b)),
  max: Math.max,
  min: Math.min,
};

function withLoop(scope: Scope, statement: KernelStatement & { kind: 'loop' }): Scope {
  const { variable, begin, end, step } = statement;
  const extent = Math.max(0, Math.ceil((end - begin) / step));
  return new Map(scope).set(variable, { variable, begin, step, extent });
}

/** All elements of an access, and how many times as many there may be at most where they were not told apart. */
function spread({ starts, steps }: Access): { intervals: Interval[]; times: number } {
  let intervals = merged(starts);
  let times = 1;
  // Short strides first: what they reach grows together.
  for (const { stride, extent } of steps) {
    const [first] = intervals;
    if (intervals.length === 1 && first![1] - first![0] >= stride)
      intervals = [[first![0], first![1] + stride * (extent - 1)]];
    else if (intervals.length * extent > mostIntervals) times *= extent;
    else
      intervals = merged(
        intervals.flatMap(([begin, end]) =>
          Array.from({ length: extent }, (_, i): Interval => [begin + i * stride, end + i * stride]),
        ),
      );
  }
  return { intervals, times };
}

/** The same elements as intervals that neither meet nor overlap, in order. */
function merged(intervals: readonly Interval[]): Interval[] {
  const result: Interval[] = [];
  for (const [begin, end] of [...intervals].sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last && begin <= last[1]) result[result.length - 1] = [last[0], Math.max(last[1], end)];
    else result.push([begin, end]);
  }
  return result;
}

function sizeOfIntervals(intervals: readonly Interval[]): number {
  return intervals.reduce((sum, [begin, end]) => sum + end - begin, 0);
}
