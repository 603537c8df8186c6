// Functions that are compiled on one machine and run on another, which then needs no compiler.
import type { DType } from '../base/dtype.js';
import type { Shape } from '../base/shape.js';
import { engine, type PrecompiledProgram } from '../engine/engine.js';
import { programFor } from './compile.js';
import type { Tensor } from './tensor.js';
import type { TensorTree } from './tree.js';

export type { PrecompiledProgram };

/** The program that `compile(fn)` would run for an argument of this shape and dtype, as WebAssembly. */
export function precompile(fn: (x: Tensor) => TensorTree, shape: Shape, dtype: DType): Promise<PrecompiledProgram> {
  return engine().precompile(programFor(fn, shape, dtype));
}

/** Functions that compute what one of these programs does are not compiled from now on, where the backend is wasm. */
export function adoptPrecompiled(programs: readonly PrecompiledProgram[]): void {
  engine().adopt(programs);
}
