// Short ways to write kernels by hand, for the tests of what reads them.
import type { DType } from '../../src/base/dtype.js';
import {
  f32,
  i32,
  mask,
  scalarF32,
  scalarI32,
  type Affine,
  type Kernel,
  type KernelBinary,
  type KernelBuffer,
  type KernelExpr,
  type KernelProgram,
  type KernelStatement,
  type KernelUnary,
  type LaneType,
  type ValueType,
} from '../../src/ir/kernel.js';

/** offset + coefficient x variable + ..., given as pairs. */
export function at(offset: number, ...terms: [variable: string, coefficient: number][]): Affine {
  return { offset, terms: terms.map(([variable, coefficient]) => ({ variable, coefficient })) };
}

const typeOf = (lane: LaneType, vector: boolean): ValueType => ({ lane, vector });

export const num = (value: number, type: ValueType = f32): KernelExpr => ({ kind: 'number', value, type });
export const reg = (name: string, type: ValueType = f32): KernelExpr => ({ kind: 'register', name, type });
export const position = (affine: Affine): KernelExpr => ({ kind: 'position', at: affine, type: scalarI32 });
export const laneNumbers = (step = 1): KernelExpr => ({ kind: 'laneNumbers', step, type: i32 });

export function load(buffer: number, affine: Affine, count = 4, type: ValueType = f32, stride = 1): KernelExpr {
  return { kind: 'load', buffer, at: affine, stride, count, type };
}

export function scalarLoad(buffer: number, affine: Affine, type: ValueType = scalarF32): KernelExpr {
  return { kind: 'load', buffer, at: affine, stride: 1, count: 1, type };
}

export function gatherLanes(
  buffer: number,
  affine: Affine,
  index: KernelExpr,
  scale = 1,
  count = 4,
  type = f32,
): KernelExpr {
  return { kind: 'gather', buffer, at: affine, index, scale, count, type };
}

export const splat = (value: KernelExpr): KernelExpr => ({ kind: 'splat', value, type: typeOf(value.type.lane, true) });

export function unary(op: KernelUnary, value: KernelExpr, lane: LaneType = value.type.lane): KernelExpr {
  return { kind: 'unary', op, value, type: typeOf(lane, value.type.vector) };
}

export function binary(op: KernelBinary, a: KernelExpr, b: KernelExpr, lane: LaneType = a.type.lane): KernelExpr {
  return { kind: 'binary', op, a, b, type: typeOf(lane, a.type.vector) };
}

export function select(condition: KernelExpr, a: KernelExpr, b: KernelExpr): KernelExpr {
  return { kind: 'select', mask: condition, a, b, type: a.type };
}

export const loop = (
  variable: string,
  begin: number,
  end: number,
  step: number,
  body: KernelStatement[],
): KernelStatement => ({
  kind: 'loop',
  variable,
  begin,
  end,
  step,
  body,
});

export const define = (name: string, value: KernelExpr): KernelStatement => ({ kind: 'let', name, value });
export const assign = (name: string, value: KernelExpr): KernelStatement => ({ kind: 'set', name, value });
export const store = (buffer: number, affine: Affine, count: number, value: KernelExpr): KernelStatement => ({
  kind: 'store',
  buffer,
  at: affine,
  count,
  value,
});

export function kernel(body: KernelStatement[], options: Partial<Kernel> = {}): Kernel {
  return { name: 'sample', comment: 'by hand', chunks: 1, chunkVariable: 'chunk', flops: 0, body, ...options };
}

type Place = KernelBuffer['place'];
export const asParameter = (index: number): Place => ({ kind: 'parameter', index });
export const asOutput = (index: number): Place => ({ kind: 'output', index });
export const asTemporary = (byteOffset: number): Place => ({ kind: 'temporary', byteOffset });

export function buffer(name: string, dtype: DType, length: number, place: Place): KernelBuffer {
  return { name, dtype, length, place };
}

/** A program of these buffers; each inner list of kernels is a phase. */
export function kernelProgram(buffers: KernelBuffer[], phases: Kernel[][], temporaryBytes = 0): KernelProgram {
  const countOf = (kind: Place['kind']): number =>
    Math.max(0, ...buffers.map(({ place }) => (place.kind === kind && 'index' in place ? place.index + 1 : 0)));
  const counts = { parameterCount: countOf('parameter'), outputCount: countOf('output') };
  return { buffers, phases, temporaryBytes, localBytes: 0, ...counts };
}

export { f32, i32, mask, scalarF32, scalarI32 };
