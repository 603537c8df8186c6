// The kernel language: typed loop nests over vectors, with explicit registers. The compiler lowers graphs to it, and
// every code-generating backend is a printer of it. A vector has `target.lanes` lanes; loads and stores say how many
// of them (`count`) touch memory, so that edges run at full speed.
import type { DType } from '../base/dtype.js';

/** What the compiler needs to know of the machine it schedules for. */
export interface Target {
  /** 32-bit lanes of a vector. */
  readonly lanes: number;
  /** Vectors that can be live in a loop without spilling. */
  readonly vectorRegisters: number;
  /** The most rows of a contraction's register tile whose rows have 1, 2, ... vectors; the last is the usual tile. */
  readonly tileRows: readonly number[];
  readonly level1CacheBytes: number;
  readonly level2CacheBytes: number;
  /** Whether memory can be asked for before it is read. */
  readonly prefetches: boolean;
  /** Below so many floating-point operations one thread has done a phase before all threads have met after it. */
  readonly meetingFlops: number;
  /** Rewrites the kernels of a program once they are in phases, for what only code for this target can do. */
  readonly finish?: KernelPass;
}

/** @param phases in the order in which they run @param buffers those without a place are the program's own */
export type KernelPass = (
  phases: readonly (readonly Kernel[])[],
  buffers: readonly (Omit<KernelBuffer, 'place'> & { readonly place: KernelBuffer['place'] | undefined })[],
  target: Target,
) => Kernel[][];

/** The type of a value in a register: 32-bit floats, 32-bit integers, or a mask of all ones or all zeros a lane. */
export type LaneType = 'f32' | 'i32' | 'mask';

/** `scalar`: one 32-bit integer or float held outside vectors, for addresses and broadcasts. */
export interface ValueType {
  readonly lane: LaneType;
  readonly vector: boolean;
}

/** A loop variable or an integer register, by name; unique within a kernel. */
export type VariableName = string;

/** An element position: offset + sum of coefficient x variable. */
export interface Affine {
  readonly offset: number;
  readonly terms: readonly { readonly variable: VariableName; readonly coefficient: number }[];
}

export type KernelUnary =
  | 'neg'
  | 'abs'
  | 'sqrt'
  | 'roughSqrt' // as the ops of the graph: not to the nearest float
  | 'roughReciprocal'
  | 'flushSubnormal'
  | 'floor'
  | 'ceil'
  | 'nearest'
  | 'not' // of a mask
  | 'toInt' // f32 to i32: truncates, saturates, NaN gives 0
  | 'toFloat' // i32 to f32
  | 'bitsToFloat'
  | 'bitsToInt'
  | 'maskToInt'; // 1 where the mask holds, else 0

export type KernelBinary =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div' // f32
  | 'intDiv' // i32, truncating; by 0 gives 0
  | 'max' // f32: propagates NaN; i32: signed
  | 'min'
  | 'pmax' // f32: a < b ? b : a
  | 'pmin' // f32: b < a ? b : a
  | 'scale' // f32: a 2^b, rounded once, of 2^-50 <= |a| <= 2^50 and a whole b from -150 to 130; NaN where both are
  | 'and' // bits, of i32 or mask
  | 'or'
  | 'xor'
  | 'equal'
  | 'notEqual'
  | 'less'
  | 'lessEqual'
  | 'greater'
  | 'greaterEqual';

export type KernelShift = 'shiftLeft' | 'shiftRightLogical' | 'shiftRightArithmetic';

/** Values. `type` is that of the result. Operands of an operation are all vectors or all scalars of one lane type. */
export type KernelExpr =
  | { readonly kind: 'number'; readonly value: number; readonly type: ValueType }
  /** The value of a register. */
  | { readonly kind: 'register'; readonly name: VariableName; readonly type: ValueType }
  /** An affine position as an i32 scalar. */
  | { readonly kind: 'position'; readonly at: Affine; readonly type: ValueType }
  /** i32 vector 0, step, 2 step, ... */
  | { readonly kind: 'laneNumbers'; readonly step: number; readonly type: ValueType }
  /**
   * Reads `buffer`, converted to the lane type (uint8 zero-extends; bool becomes a mask).
   * vector, stride 1: `count` consecutive elements, the other lanes 0; other strides: elements at + lane x stride;
   * scalar: one element.
   */
  | {
      readonly kind: 'load';
      readonly buffer: number;
      readonly at: Affine;
      readonly stride: number;
      readonly count: number;
      readonly type: ValueType;
    }
  /** Lane i reads element at + index[i] x scale. */
  | {
      readonly kind: 'gather';
      readonly buffer: number;
      readonly at: Affine;
      readonly index: KernelExpr;
      readonly scale: number;
      readonly count: number;
      readonly type: ValueType;
    }
  /** A scalar in every lane. */
  | { readonly kind: 'splat'; readonly value: KernelExpr; readonly type: ValueType }
  | { readonly kind: 'unary'; readonly op: KernelUnary; readonly value: KernelExpr; readonly type: ValueType }
  | {
      readonly kind: 'binary';
      readonly op: KernelBinary;
      readonly a: KernelExpr;
      readonly b: KernelExpr;
      readonly type: ValueType;
    }
  | {
      readonly kind: 'shift';
      readonly op: KernelShift;
      readonly value: KernelExpr;
      readonly bits: number;
      readonly type: ValueType;
    }
  | {
      readonly kind: 'select';
      readonly mask: KernelExpr;
      readonly a: KernelExpr;
      readonly b: KernelExpr;
      readonly type: ValueType;
    }
  /** Combines the lanes of a vector into a scalar, in a fixed order. */
  | {
      readonly kind: 'horizontal';
      readonly op: 'add' | 'mul' | 'max' | 'min';
      readonly value: KernelExpr;
      readonly type: ValueType;
    }
  /** One lane of a vector as a scalar. */
  | { readonly kind: 'lane'; readonly value: KernelExpr; readonly lane: number; readonly type: ValueType };

export type KernelStatement =
  /** for (variable = begin; variable < end; variable += step) body; begin and end are known, or a chunk's bounds. */
  | {
      readonly kind: 'loop';
      readonly variable: VariableName;
      readonly begin: number;
      readonly end: number;
      readonly step: number;
      readonly body: readonly KernelStatement[];
    }
  /**
   * A new register with a first value. `held`: what was read from memory is not to be read again, though a compiler might
   * find that as cheap.
   */
  | { readonly kind: 'let'; readonly name: VariableName; readonly value: KernelExpr; readonly held?: true }
  /** A new value for a register. */
  | { readonly kind: 'set'; readonly name: VariableName; readonly value: KernelExpr }
  /**
   * Writes the first `count` lanes to consecutive elements; a scalar writes one. Converted to the buffer's dtype.
   * `streamed`: nobody reads it soon, so that it need not go through the caches.
   */
  | {
      readonly kind: 'store';
      readonly buffer: number;
      readonly at: Affine;
      readonly count: number;
      readonly value: KernelExpr;
      readonly streamed?: true;
    }
  /** `buffer` will be read at `at` soon, if that lies inside it: nothing happens but that it may be there faster. */
  | { readonly kind: 'prefetch'; readonly buffer: number; readonly at: Affine };

/** A buffer that kernels read or write: an operand of the program or a piece of its own memory. */
export interface KernelBuffer {
  readonly name: string;
  readonly dtype: DType;
  /** Elements. */
  readonly length: number;
  readonly place:
    | { readonly kind: 'parameter'; readonly index: number }
    | { readonly kind: 'output'; readonly index: number }
    | { readonly kind: 'temporary'; readonly byteOffset: number }
    /** In memory that each thread has of its own, for what lives within one chunk: before it is written, it is anything. */
    | { readonly kind: 'local'; readonly byteOffset: number };
}

/** Work split into `chunks` equal pieces that may run in any order and on any thread; `chunk` names the piece. */
export interface Kernel {
  readonly name: string;
  /** What it computes, for people: op names and shapes. */
  readonly comment: string;
  readonly chunks: number;
  /** The variable that holds the number of the chunk in `body`. */
  readonly chunkVariable: VariableName;
  readonly body: readonly KernelStatement[];
  /** Floating-point operations of one run, for reports. */
  readonly flops: number;
}

/** Kernels of one phase do not depend on each other; phases run one after the other. */
export interface KernelProgram {
  readonly buffers: readonly KernelBuffer[];
  readonly phases: readonly (readonly Kernel[])[];
  /** Size of the program's own memory; it starts aligned to 64 bytes. */
  readonly temporaryBytes: number;
  /** Size of the memory that each thread has of its own: a multiple of 64, to which it starts aligned. */
  readonly localBytes: number;
  readonly parameterCount: number;
  readonly outputCount: number;
}

export const f32: ValueType = { lane: 'f32', vector: true };
export const i32: ValueType = { lane: 'i32', vector: true };
export const mask: ValueType = { lane: 'mask', vector: true };
export const scalarF32: ValueType = { lane: 'f32', vector: false };
export const scalarI32: ValueType = { lane: 'i32', vector: false };
export const scalarMask: ValueType = { lane: 'mask', vector: false };
