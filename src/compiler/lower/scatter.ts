// Lowers what decides where values go: padding, joining, adding windows or rows back into place. The result is filled
// where nothing else writes, then every input is walked and stored at its place.
import { sizeOf, stridesOf, type Shape } from '../../base/shape.js';
import type { GraphNode } from '../../ir/graph.js';
import type { Kernel, KernelExpr } from '../../ir/kernel.js';
import { windowShape } from '../../ir/window.js';
import { addIndex, positionOf, scaleIndex, shiftIndex, SplitNeeded, variableIndex, type Index } from '../affine.js';
import { laneTypeOf, type Emitter, type Mode } from '../emit.js';
import type { Group } from '../fuse.js';
import type { KernelBuilder } from '../kernel-builder.js';
import { binaryExpr } from '../math.js';
import { buildKernel, chunkVariable, planFor, type LowerContext } from './context.js';
import { indexOf, loopsOf, type LoopSpec } from './loops.js';
import { nestedLoops, smallWork, vectorLoop } from './map.js';

type ScatterNode = GraphNode<'pad' | 'concat' | 'fold' | 'scatterAdd'>;

/** One input walked over its own index space, and where in the result each of its elements goes. */
interface Part {
  readonly shape: Shape;
  value(emitter: Emitter, index: readonly Index[], mode: Mode): KernelExpr;
  target(emitter: Emitter, index: readonly Index[]): Index[];
  readonly adds: boolean;
}

export function lowerScatter(context: LowerContext, group: Group): Kernel[] {
  const shared = sharedAxis(group.anchor as ScatterNode);
  try {
    return [lowerAlong(context, group, shared)];
  } catch (error) {
    // An index that is split along the shared axis cannot be walked by chunks.
    if (error instanceof SplitNeeded && shared !== undefined) return [lowerAlong(context, group, undefined)];
    throw error;
  }
}

function lowerAlong(context: LowerContext, group: Group, chunkAxis: number | undefined): Kernel {
  const node = group.anchor as ScatterNode;
  const { parts, fill } = describe(node);
  const chunks = chunkAxis === undefined ? 1 : node.shape[chunkAxis]!;
  const destination = context.destinationOf(node);
  const strides = stridesOf(node.shape);
  const scalar: Mode = { vector: false, count: 1 };
  const { lanes } = context.target;
  const pinned = (shape: Shape, axis: number | undefined): LoopSpec[] =>
    loopsOf(shape).filter((loop) => loop.parts[0]!.axis !== axis);
  const place = (
    loops: readonly LoopSpec[],
    rank: number,
    positions: readonly Index[],
    axis: number | undefined,
  ): Index[] => {
    const index = indexOf(rank, loops, positions);
    if (axis !== undefined) index[axis] = variableIndex(chunkVariable);
    return index;
  };

  return buildKernel(context, group, chunks, (builder, emitter) => {
    if (fill !== undefined) {
      // What one chunk fills is contiguous when the shared axis is the first; else it is walked axis by axis.
      const loops =
        chunkAxis === 0 || chunkAxis === undefined ? flat(node.shape, chunkAxis) : pinned(node.shape, chunkAxis);
      walk(builder, lanes, loops, true, (positions, mode) => {
        const at = positionOf(place(loops, node.shape.length, positions, chunkAxis), strides);
        const value: KernelExpr = {
          kind: 'number',
          value: fill,
          type: { lane: laneTypeOf(node.dtype), vector: mode.vector },
        };
        builder.store(destination, at, mode.count, value);
      });
    }
    for (const part of parts) {
      const rank = part.shape.length;
      const axis = chunkAxis;
      const loops = planFor(
        context,
        group,
        loopsOf(part.shape),
        rank,
        (dry, index) => {
          part.value(dry, index, scalar);
          dry.builder.store(destination, positionOf(part.target(dry, index), strides), 1, zero(node));
        },
        (outer, inner) => outer.parts[0]!.axis !== axis && inner.parts[0]!.axis !== axis,
      );
      const inner = loops.filter((loop) => loop.parts[0]!.axis !== axis);
      const moves = inner.length > 0 && movesByOne(context, group, part, inner, strides);
      walk(builder, lanes, inner, moves, (positions, mode) => {
        const index = place(inner, rank, positions, axis);
        const value = part.value(emitter, index, mode);
        const at = positionOf(part.target(emitter, index), strides);
        if (!part.adds) return builder.store(destination, at, mode.count, value);
        // Read and written in turn, so the value is not shared with another place of the kernel.
        const type = { lane: laneTypeOf(node.dtype), vector: mode.vector };
        const affine = {
          offset: at.offset,
          terms: [...at.terms].map(([variable, coefficient]) => ({ variable, coefficient })),
        };
        const old = builder.mutable(
          { kind: 'load', buffer: destination, at: affine, stride: mode.vector ? 1 : 0, count: mode.count, type },
          'old',
        );
        builder.store(destination, at, mode.count, binaryExpr('add', old, value));
      });
    }
  });
}

function zero(node: GraphNode): KernelExpr {
  return { kind: 'number', value: 0, type: { lane: laneTypeOf(node.dtype), vector: false } };
}

/** The whole of what a chunk covers as one loop. */
function flat(shape: Shape, chunkAxis: number | undefined): LoopSpec[] {
  const last = shape.length - 1;
  const size = chunkAxis === undefined ? sizeOf(shape) : sizeOf(shape.slice(1));
  if (last < 0 || (chunkAxis === 0 && last === 0)) return [];
  return [{ extent: size, nominal: size, parts: [{ axis: last, stride: 1 }] }];
}

/** Walks loops, the innermost in vectors when that may be. */
function walk(
  builder: KernelBuilder,
  lanes: number,
  loops: readonly LoopSpec[],
  vectors: boolean,
  body: (positions: Index[], mode: Mode) => void,
): void {
  if (!vectors || loops.length === 0) {
    nestedLoops(builder, loops, (positions) => body(positions, { vector: false, count: 1 }));
    return;
  }
  nestedLoops(builder, loops.slice(0, -1), (positions) =>
    vectorLoop(builder, lanes, loops.at(-1)!, (position, count) =>
      body([...positions, position], { vector: true, count }),
    ),
  );
}

/** Whether the innermost loop moves the target by one element a step. */
function movesByOne(
  context: LowerContext,
  group: Group,
  part: Part,
  loops: readonly LoopSpec[],
  strides: readonly number[],
): boolean {
  let moves = false;
  buildKernel(context, group, 1, (builder, emitter) => {
    loops.forEach((loop, i) => builder.declare(`#${i}`, loop.nominal));
    const positions = loops.map((_, i) => variableIndex(`#${i}`));
    const target = positionOf(part.target(emitter, indexOf(part.shape.length, loops, positions)), strides);
    moves = target.terms.get(`#${loops.length - 1}`) === 1;
  });
  return moves;
}

/** An axis along which every element of every input stays at its place, long enough to share the work out. */
function sharedAxis(node: ScatterNode): number | undefined {
  if (sizeOf(node.shape) < smallWork) return undefined;
  const stays = (axis: number): boolean => {
    switch (node.op) {
      case 'pad': {
        const { low, high, interior } = node.attributes.axes[axis]!;
        return low === 0 && high === 0 && interior === 0;
      }
      case 'concat':
        return axis !== node.attributes.axis;
      case 'fold':
        return axis < node.attributes.axes[0]!.axis;
      case 'scatterAdd':
        return false;
    }
  };
  // Vectors run along the last axis that is longer than 1.
  const last = node.shape.findLastIndex((size) => size > 1);
  const axes = node.shape.flatMap((size, axis) => (stays(axis) && size > 1 && axis < last ? [axis] : []));
  return axes.find((axis) => node.shape[axis]! >= 8) ?? axes[0];
}

function describe(node: ScatterNode): { parts: Part[]; fill: number | undefined } {
  switch (node.op) {
    case 'pad': {
      const [x] = node.inputs as [GraphNode];
      const { axes, value } = node.attributes;
      const target = (_: Emitter, index: readonly Index[]): Index[] =>
        index.map((part, axis) => shiftIndex(scaleIndex(part, axes[axis]!.interior + 1), axes[axis]!.low));
      const inputs = sizeOf(x.shape) === 0 ? [] : [inputPart(x, target)];
      if (axes.some(({ interior }) => interior > 0)) return { fill: value, parts: inputs };
      return { fill: undefined, parts: [...inputs, ...edgesOf(node)] };
    }
    case 'concat': {
      let start = 0;
      const parts = node.inputs.map((input) => {
        const offset = start;
        start += input.shape[node.attributes.axis]!;
        return inputPart(input, (_, index) =>
          index.map((part, axis) => (axis === node.attributes.axis ? shiftIndex(part, offset) : part)),
        );
      });
      return { fill: undefined, parts };
    }
    case 'fold': {
      const [windows] = node.inputs as [GraphNode];
      const { axes } = node.attributes;
      const after = axes.at(-1)!.axis + 1;
      const target = (_: Emitter, index: readonly Index[]): Index[] => {
        const result = [...index.slice(0, after), ...index.slice(after + axes.length)];
        axes.forEach(({ axis, stride, dilation }, i) => {
          result[axis] = addIndex(scaleIndex(index[axis]!, stride), scaleIndex(index[after + i]!, dilation));
        });
        return result;
      };
      const apart = axes.every(({ size, stride, dilation }) => dilation === 1 && size <= stride);
      const covered = axes.every(
        ({ axis, size, stride }) =>
          size === stride && windowShape(node.shape, axes)[axis]! * stride === node.shape[axis],
      );
      // Windows that overlap are added one after the other.
      return { fill: apart && covered ? undefined : 0, parts: [{ ...inputPart(windows, target), adds: !apart }] };
    }
    case 'scatterAdd': {
      const [indices, updates] = node.inputs as [GraphNode, GraphNode];
      const rank = indices.shape.length;
      const target = (emitter: Emitter, index: readonly Index[]): Index[] => [
        emitter.rowIndex(indices, index.slice(0, rank), node.shape[0]!),
        ...index.slice(rank),
      ];
      return { fill: 0, parts: sizeOf(updates.shape) === 0 ? [] : [{ ...inputPart(updates, target), adds: true }] };
    }
  }
}

/** What lies around the input: axis by axis the elements before and after it, those of later axes at full length. */
function edgesOf(node: GraphNode<'pad'>): Part[] {
  const { axes, value: fill } = node.attributes;
  const [x] = node.inputs as [GraphNode];
  const type = (vector: boolean): KernelExpr['type'] => ({ lane: laneTypeOf(node.dtype), vector });
  const strip = (axis: number, start: number, size: number): Part => {
    const begins = axes.map(({ low }, other) => (other < axis ? low : other === axis ? start : 0));
    return {
      shape: node.shape.map((full, other) => (other < axis ? x.shape[other]! : other === axis ? size : full)),
      value: (_emitter, _index, { vector }) => ({ kind: 'number', value: fill, type: type(vector) }),
      target: (_, index) => index.map((position, other) => shiftIndex(position, begins[other]!)),
      adds: false,
    };
  };
  return axes
    .flatMap(({ low, high }, axis) => [strip(axis, 0, low), strip(axis, low + x.shape[axis]!, high)])
    .filter(({ shape }) => sizeOf(shape) > 0);
}

function inputPart(input: GraphNode, target: Part['target']): Part {
  return {
    shape: input.shape,
    value: (emitter, index, mode) => emitter.value(input, index, mode).expr,
    target,
    adds: false,
  };
}
