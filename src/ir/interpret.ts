// An interpreter of the kernel language, slow and obvious: what a kernel means, against which the compiler's passes and
// the backends' printers are tested. float32 arithmetic rounds after every operation.
import type { TypedArray } from '../base/dtype.js';
import { InternalError } from '../base/errors.js';
import { roundHalfToEven } from '../base/rounding.js';
import { saturateToInt32 } from './build.js';
import { CheckedMemory } from './interpret-memory.js';
import type {
  Affine,
  Kernel,
  KernelBinary,
  KernelExpr,
  KernelProgram,
  KernelShift,
  KernelStatement,
  KernelUnary,
} from './kernel.js';
import { verifyKernels } from './verify-kernel.js';

/** One chunk of one kernel of a phase. */
export interface Chunk {
  readonly kernel: Kernel;
  readonly chunk: number;
}

export interface InterpretOptions {
  /** 32-bit lanes of a vector; a power of two. */
  readonly lanes: number;
  /** The order in which the chunks of a phase run, as they may in any; by default kernel by kernel, chunk by chunk. */
  readonly order?: (chunks: readonly Chunk[]) => readonly Chunk[];
}

/**
 * Runs a program of kernels once. Parameters change in place where kernels write to them; the outputs are returned.
 * What is never written is NaN, -1 or 255.
 * @throws InternalError if a kernel is not in order, accesses an element outside its buffer, or two chunks of a phase
 * depend on each other
 */
export function interpret(
  program: KernelProgram,
  parameters: readonly TypedArray[],
  { lanes, order = (chunks) => chunks }: InterpretOptions,
): TypedArray[] {
  if (!Number.isInteger(Math.log2(lanes)))
    throw new InternalError(`interpret: expected a power of two as the number of lanes, received ${lanes}.`);
  verifyKernels(program, lanes);
  const memory = new CheckedMemory(program, parameters);
  for (const kernels of program.phases) {
    const chunks = kernels.flatMap((kernel) =>
      Array.from({ length: kernel.chunks }, (_, chunk) => ({ kernel, chunk })),
    );
    const ordered = order(chunks);
    if (ordered.length !== chunks.length || new Set(ordered).size !== chunks.length)
      throw new InternalError(`interpret: expected an order of ${chunks.length} chunks, received ${ordered.length}.`);
    memory.beginPhase();
    for (const { kernel, chunk } of ordered) {
      memory.beginChunk({ kernelName: kernel.name, chunk });
      const run = new ChunkRun(memory, lanes);
      run.variables.set(kernel.chunkVariable, chunk);
      run.block(kernel.body);
    }
  }
  return [...memory.outputs];
}

/** A scalar, or the lanes of a vector. Masks are 0 or 1. */
type Value = number | readonly number[];

type Scalar1 = (x: number) => number;
type Scalar2 = (a: number, b: number) => number;

const { fround } = Math;
const words = new DataView(new ArrayBuffer(4));

function bitsOfFloat(value: number): number {
  words.setFloat32(0, value);
  return words.getInt32(0);
}

function floatOfBits(bits: number): number {
  words.setInt32(0, bits);
  return words.getFloat32(0);
}

/** Each of a value in one lane. Floats are rounded by whoever calls; the verifier has seen that types fit. */
const unaryFunctions: { readonly [Op in KernelUnary]: Scalar1 } = {
  neg: (x) => -x,
  abs: Math.abs,
  sqrt: Math.sqrt,
  roughSqrt: Math.sqrt,
  roughReciprocal: (x) => 1 / x,
  flushSubnormal: (x) => (Math.abs(x) < 2 ** -126 ? 0 : x),
  floor: Math.floor,
  ceil: Math.ceil,
  nearest: roundHalfToEven,
  not: (x) => 1 - x,
  toInt: saturateToInt32,
  toFloat: (x) => x,
  bitsToFloat: floatOfBits,
  bitsToInt: bitsOfFloat,
  maskToInt: (x) => x,
};

/** In doubles: rounding their result to float32 gives what float32 arithmetic gives, for each of these operations. */
const binaryFunctions: { readonly [Op in KernelBinary]: Scalar2 } = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  intDiv: (a, b) => (b === 0 ? 0 : Math.trunc(a / b)),
  max: Math.max,
  min: Math.min,
  pmax: (a, b) => (a < b ? b : a),
  pmin: (a, b) => (b < a ? b : a),
  scale: (a, b) => a * 2 ** b,
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  equal: (a, b) => Number(a === b),
  notEqual: (a, b) => Number(a !== b),
  less: (a, b) => Number(a < b),
  lessEqual: (a, b) => Number(a <= b),
  greater: (a, b) => Number(a > b),
  greaterEqual: (a, b) => Number(a >= b),
};

const shiftFunctions: { readonly [Op in KernelShift]: Scalar2 } = {
  shiftLeft: (x, bits) => x << bits,
  shiftRightLogical: (x, bits) => x >>> bits,
  shiftRightArithmetic: (x, bits) => x >> bits,
};

class ChunkRun {
  /** Loop variables and the chunk's number. */
  readonly variables = new Map<string, number>();
  readonly #registers = new Map<string, Value>();
  readonly #memory: CheckedMemory;
  readonly #lanes: number;

  constructor(memory: CheckedMemory, lanes: number) {
    this.#memory = memory;
    this.#lanes = lanes;
  }

  block(body: readonly KernelStatement[]): void {
    for (const statement of body) this.#statement(statement);
  }

  #statement(statement: KernelStatement): void {
    switch (statement.kind) {
      case 'loop':
        for (let i = statement.begin; i < statement.end; i += statement.step) {
          this.variables.set(statement.variable, i);
          this.block(statement.body);
        }
        return;
      case 'let':
      case 'set':
        this.#registers.set(statement.name, this.#evaluate(statement.value));
        return;
      case 'store': {
        const { buffer, count } = statement;
        const value = this.#evaluate(statement.value);
        const start = this.#position(statement.at);
        if (typeof value === 'number') this.#memory.store(buffer, start, value);
        else for (let lane = 0; lane < count; lane++) this.#memory.store(buffer, start + lane, value[lane]!);
        return;
      }
      case 'prefetch':
        return;
    }
  }

  #position({ offset, terms }: Affine): number {
    return terms.reduce(
      (sum, { variable, coefficient }) =>
        sum + coefficient * (this.variables.get(variable) ?? (this.#registers.get(variable) as number)),
      offset,
    );
  }

  /** A vector with `valueOf(lane)` in the first `count` lanes and 0 in the others. */
  #vector(count: number, valueOf: (lane: number) => number): number[] {
    return Array.from({ length: this.#lanes }, (_, lane) => (lane < count ? valueOf(lane) : 0));
  }

  #evaluate(expr: KernelExpr): Value {
    const { lane: laneType, vector } = expr.type;
    const store = laneType === 'f32' ? fround : laneType === 'i32' ? toInt32 : (x: number): number => x;
    switch (expr.kind) {
      case 'number':
        return vector ? this.#vector(this.#lanes, () => store(expr.value)) : store(expr.value);
      case 'register':
        return this.#registers.get(expr.name)!;
      case 'position':
        return toInt32(this.#position(expr.at));
      case 'laneNumbers':
        return this.#vector(this.#lanes, (lane) => toInt32(lane * expr.step));
      case 'load': {
        const start = this.#position(expr.at);
        if (!vector) return this.#memory.load(expr.buffer, start);
        return this.#vector(expr.count, (lane) => this.#memory.load(expr.buffer, start + lane * expr.stride));
      }
      case 'gather': {
        const start = this.#position(expr.at);
        const index = this.#evaluate(expr.index) as readonly number[];
        return this.#vector(expr.count, (lane) => this.#memory.load(expr.buffer, start + index[lane]! * expr.scale));
      }
      case 'splat': {
        const value = this.#evaluate(expr.value) as number;
        return this.#vector(this.#lanes, () => value);
      }
      case 'unary': {
        const apply = unaryFunctions[expr.op];
        return map1(this.#evaluate(expr.value), (x) => store(apply(x)));
      }
      case 'binary': {
        // Products of integers are not exact in doubles.
        const apply = expr.op === 'mul' && laneType === 'i32' ? Math.imul : binaryFunctions[expr.op];
        return map2(this.#evaluate(expr.a), this.#evaluate(expr.b), (a, b) => store(apply(a, b)));
      }
      case 'shift': {
        const apply = shiftFunctions[expr.op];
        return map1(this.#evaluate(expr.value), (x) => store(apply(x, expr.bits)));
      }
      case 'select': {
        const chosen = this.#evaluate(expr.mask);
        const [a, b] = [this.#evaluate(expr.a), this.#evaluate(expr.b)];
        if (typeof chosen === 'number') return chosen !== 0 ? a : b;
        return this.#vector(this.#lanes, (lane) => (chosen[lane] !== 0 ? (a as number[]) : (b as number[]))[lane]!);
      }
      case 'horizontal': {
        const apply = expr.op === 'mul' && laneType === 'i32' ? Math.imul : binaryFunctions[expr.op];
        return combineHalves(this.#evaluate(expr.value) as readonly number[], (a, b) => store(apply(a, b)));
      }
      case 'lane':
        return (this.#evaluate(expr.value) as readonly number[])[expr.lane]!;
    }
  }
}

function toInt32(value: number): number {
  return value | 0;
}

function map1(value: Value, apply: Scalar1): Value {
  return typeof value === 'number' ? apply(value) : value.map(apply);
}

function map2(a: Value, b: Value, apply: Scalar2): Value {
  return typeof a === 'number' ? apply(a, b as number) : a.map((x, lane) => apply(x, (b as readonly number[])[lane]!));
}

/** Combines the upper half of the lanes with the lower, then the halves of what is left. */
function combineHalves(lanes: readonly number[], apply: Scalar2): number {
  if (lanes.length === 1) return lanes[0]!;
  const half = lanes.length / 2;
  return combineHalves(
    lanes.slice(0, half).map((value, lane) => apply(value, lanes[half + lane]!)),
    apply,
  );
}
