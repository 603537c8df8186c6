// The loops over an index space: how axes become loops, which of them can be merged, and which are split.
import type { Shape } from '../../base/shape.js';
import type { VariableName } from '../../ir/kernel.js';
import { addIndex, SplitNeeded, variableIndex, zeroIndex, type Extents, type Index } from '../affine.js';
import type { Access } from '../kernel-builder.js';

/** A loop: `extent` steps that move an axis by `stride` each. A merged loop moves several axes, as one formal axis. */
export interface LoopSpec {
  readonly extent: number;
  /** What index arithmetic takes the loop to reach: for a merged loop, the extent of the inner one. */
  readonly nominal: number;
  readonly parts: readonly { readonly axis: number; readonly stride: number }[];
}

/** One loop for each axis longer than 1. */
export function loopsOf(shape: Shape): LoopSpec[] {
  return shape.flatMap((size, axis) =>
    size === 1 ? [] : [{ extent: size, nominal: size, parts: [{ axis, stride: 1 }] }],
  );
}

/** The index of every axis when loop i is at `positions[i]`. */
export function indexOf(rank: number, loops: readonly LoopSpec[], positions: readonly Index[]): Index[] {
  const index = new Array<Index>(rank).fill(zeroIndex);
  loops.forEach((loop, i) => {
    for (const { axis, stride } of loop.parts) {
      const position = positions[i]!;
      const moved: Index = {
        offset: position.offset * stride,
        terms: new Map([...position.terms].map(([name, coefficient]) => [name, coefficient * stride])),
        lane: position.lane * stride,
      };
      index[axis] = addIndex(index[axis]!, moved);
    }
  });
  return index;
}

const dryName = (loop: number): VariableName => `#${loop}`;

/**
 * Runs `emit` once with a variable for every loop to see what it reads and writes, splits loops where indices ask for
 * it, then merges neighbours that every access walks as one. The merged loop stands for its inner axis going beyond
 * its end, which all accesses allow.
 */
export function planLoops(
  initial: readonly LoopSpec[],
  emit: (loops: readonly LoopSpec[], positions: readonly Index[], extents: Extents) => readonly Access[],
  mayMerge: (outer: LoopSpec, inner: LoopSpec) => boolean = () => true,
): LoopSpec[] {
  let loops = [...initial];
  for (;;) {
    const extents = new Map(loops.map((loop, i) => [dryName(i), loop.extent]));
    try {
      const accesses = emit(
        loops,
        loops.map((_, i) => variableIndex(dryName(i))),
        extents,
      );
      return merge(loops, accesses, mayMerge);
    } catch (error) {
      if (!(error instanceof SplitNeeded)) throw error;
      loops = split(loops, error);
    }
  }
}

function split(loops: readonly LoopSpec[], { variable, factor }: SplitNeeded): LoopSpec[] {
  return loops.flatMap((loop, i) => {
    if (dryName(i) !== variable) return [loop];
    const outer = loop.parts.map(({ axis, stride }) => ({ axis, stride: stride * factor }));
    return [
      { extent: loop.extent / factor, nominal: loop.extent / factor, parts: outer },
      { extent: factor, nominal: factor, parts: loop.parts },
    ];
  });
}

function merge(
  loops: readonly LoopSpec[],
  accesses: readonly Access[],
  mayMerge: (outer: LoopSpec, inner: LoopSpec) => boolean,
): LoopSpec[] {
  // Coefficients of every access by loop; a merged loop takes those of its inner one.
  let current = loops.map((loop, i) => ({
    loop,
    coefficients: accesses.map(({ at }) => at.terms.get(dryName(i)) ?? 0),
  }));
  for (let i = current.length - 2; i >= 0; i--) {
    const outer = current[i]!;
    const inner = current[i + 1]!;
    const walksAsOne = inner.coefficients.every(
      (coefficient, access) => outer.coefficients[access] === coefficient * inner.loop.extent,
    );
    if (!walksAsOne || !mayMerge(outer.loop, inner.loop)) continue;
    const merged = {
      loop: { ...inner.loop, extent: outer.loop.extent * inner.loop.extent },
      coefficients: inner.coefficients,
    };
    current = [...current.slice(0, i), merged, ...current.slice(i + 2)];
  }
  return current.map(({ loop }) => loop);
}
