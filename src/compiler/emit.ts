// Emits the value of a graph node at an index: loads where the node is stored, otherwise the computation itself, fused.
import type { DType } from '../base/dtype.js';
import { InternalError } from '../base/errors.js';
import { stridesOf } from '../base/shape.js';
import type { GraphNode } from '../ir/graph.js';
import type { KernelExpr, LaneType, Target, ValueType } from '../ir/kernel.js';
import {
  constantIndex,
  indexKey,
  NotAffine,
  positionOf,
  SplitNeeded,
  toAffine,
  type Index,
  variableIndex,
} from './affine.js';
import { emitElementwise } from './emit-elementwise.js';
import { isView, viewIndex } from './index-maps.js';
import type { KernelBuilder, Value } from './kernel-builder.js';
import { floatNumber, intNumber, selectExpr, threefry, unaryExpr, uniformOfBits, binaryExpr } from './math.js';

/** The register type that holds a dtype. */
export function laneTypeOf(dtype: DType): LaneType {
  switch (dtype) {
    case 'float32':
      return 'f32';
    case 'int32':
    case 'uint8':
      return 'i32';
    case 'bool':
      return 'mask';
    case 'float64':
      throw new InternalError('compiler: float64 has no kernels.');
  }
}

/** Where values are stored: the number of a node's buffer in the program, if it has one. */
export interface Storage {
  bufferOf(node: GraphNode): number | undefined;
}

/** How values are computed at the present place of the kernel. */
export interface Mode {
  /** Vectors, or single elements. */
  readonly vector: boolean;
  /** Lanes that stand for elements; the others hold anything. */
  readonly count: number;
}

/** A node whose value cannot be computed where it is read: it has to be stored, and compiling starts again. */
export class MustStore extends Error {
  readonly node: GraphNode;

  constructor(node: GraphNode) {
    super(`${node.op} must be stored`);
    this.node = node;
  }
}

export class Emitter {
  readonly builder: KernelBuilder;
  readonly target: Target;
  readonly #storage: Storage;
  /** Whether a loop may be split for an index to stay affine; else what would need it is stored. */
  maySplit = true;
  readonly #bindings = new Map<GraphNode, (index: readonly Index[]) => Value>();

  constructor(builder: KernelBuilder, target: Target, storage: Storage) {
    this.builder = builder;
    this.target = target;
    this.#storage = storage;
  }

  /** From now on `node` is what `value` says: an accumulator, for example. */
  bind(node: GraphNode, value: (index: readonly Index[]) => Value): void {
    this.#bindings.set(node, value);
  }

  /** The value of `node` at `index`, one index per axis. */
  value(node: GraphNode, index: readonly Index[], mode: Mode): Value {
    const bound = this.#bindings.get(node);
    if (bound) return bound(index);
    // A reshape leaves every element at its position, even where its axes cut across those of its input.
    const buffer =
      this.#storage.bufferOf(node) ?? (node.op === 'reshape' ? this.#storage.bufferOf(node.inputs[0]!) : undefined);
    if (buffer !== undefined) return this.load(buffer, node.dtype, positionOf(index, stridesOf(node.shape)), mode);
    if (isView(node)) return this.value(node.inputs[0]!, this.#readBy(node, index), mode);
    const key = `${node.id}@${index.map(indexKey).join()}${mode.vector ? `x${mode.count}` : ''}`;
    return this.builder.remembered(key) ?? this.builder.remember(key, this.#compute(node, index, mode));
  }

  #readBy(view: GraphNode, index: readonly Index[]): Index[] {
    try {
      return viewIndex(view, index, this.builder.extents);
    } catch (error) {
      if (error instanceof NotAffine || (error instanceof SplitNeeded && !this.maySplit))
        throw new MustStore(view.inputs[0]!);
      throw error;
    }
  }

  #type(node: GraphNode, mode: Mode): ValueType {
    return { lane: laneTypeOf(node.dtype), vector: mode.vector };
  }

  #compute(node: GraphNode, index: readonly Index[], mode: Mode): Value {
    switch (node.op) {
      case 'constant':
        return { expr: { kind: 'number', value: node.attributes.value, type: this.#type(node, mode) }, level: 0 };
      case 'iota': {
        const position = this.position(index[node.attributes.axis]!, mode);
        if (node.dtype !== 'float32') return position;
        return this.builder.let(unaryExpr('toFloat', position.expr), position.level);
      }
      case 'random': {
        const position = this.position(positionOf(index, stridesOf(node.shape)), mode);
        const [seed, counter] = node.inputs.map((input) => this.value(input, [], mode)) as [Value, Value];
        const level = Math.max(position.level, counter.level, seed.level);
        const { stream } = node.attributes;
        const bits = threefry(seed.expr, stream, position.expr, counter.expr, this.#keeper(level));
        return this.builder.let(uniformOfBits(bits), level);
      }
      case 'gather':
        return this.#gather(node, index, mode);
      default:
        break;
    }
    const operands = node.inputs.map((input) => this.value(input, index, mode));
    const level = operands.reduce((deepest, operand) => Math.max(deepest, operand.level), 0);
    const expr = emitElementwise(
      node,
      operands.map((operand) => operand.expr),
      this.#keeper(level),
    );
    if (!expr) throw new MustStore(node);
    return this.builder.let(expr, level);
  }

  #keeper(level: number): { keep: (value: KernelExpr) => KernelExpr } {
    return { keep: (value) => this.builder.let(value, level).expr };
  }

  /** An element position as an i32 value. */
  position(index: Index, mode: Mode): Value {
    this.builder.accesses.push({ at: index });
    const level = this.builder.levelOf(index);
    const scalar: KernelExpr = {
      kind: 'position',
      at: toAffine({ ...index, lane: 0 }),
      type: { lane: 'i32', vector: false },
    };
    if (!mode.vector) return this.builder.let(scalar, level);
    const type: ValueType = { lane: 'i32', vector: true };
    const splat: KernelExpr = { kind: 'splat', value: scalar, type };
    if (index.lane === 0) return this.builder.let(splat, level);
    return this.builder.let(binaryExpr('add', splat, { kind: 'laneNumbers', step: index.lane, type }), level);
  }

  /** Reads a buffer; a position that is the same in all lanes is read once. */
  load(buffer: number, dtype: DType, position: Index, mode: Mode): Value {
    const key = `b${buffer}@${indexKey(position)}${mode.vector ? `x${mode.count}` : ''}`;
    const known = this.builder.remembered(key);
    if (known) return known;
    this.builder.accesses.push({ at: position });
    const level = this.builder.levelOf(position);
    const lane = laneTypeOf(dtype);
    const at = toAffine({ ...position, lane: 0 });
    const type: ValueType = { lane, vector: mode.vector };
    let expr: KernelExpr;
    if (!mode.vector || position.lane === 0) {
      const scalar: KernelExpr = { kind: 'load', buffer, at, stride: 0, count: 1, type: { lane, vector: false } };
      expr = mode.vector ? { kind: 'splat', value: scalar, type } : scalar;
    } else expr = { kind: 'load', buffer, at, stride: position.lane, count: mode.count, type };
    return this.builder.remember(key, this.builder.let(expr, level));
  }

  #gather(node: GraphNode<'gather'>, index: readonly Index[], mode: Mode): Value {
    const [table, indices] = node.inputs as [GraphNode, GraphNode];
    const rank = indices.shape.length;
    const indexOfRow = index.slice(0, rank);
    const rest = index.slice(rank);
    const last = table.shape[0]! - 1;
    if (indexOfRow.every((axis) => axis.lane === 0)) {
      // One row for all lanes: its number becomes part of the address.
      return this.value(table, [this.rowIndex(indices, indexOfRow, last + 1), ...rest], mode);
    }
    const buffer = this.#storage.bufferOf(table);
    if (buffer === undefined) throw new MustStore(table);
    const row = this.#clamp(this.value(indices, indexOfRow, mode), last);
    const strides = stridesOf(table.shape);
    const position = positionOf(rest, strides.slice(1));
    if (position.lane !== 0) throw new InternalError('compiler: gather along lanes has two indices that move.');
    this.builder.accesses.push({ at: position });
    const expr: KernelExpr = {
      kind: 'gather',
      buffer,
      at: toAffine(position),
      index: row.expr,
      scale: strides[0]!,
      count: mode.count,
      type: this.#type(node, mode),
    };
    return this.builder.let(expr, Math.max(row.level, this.builder.levelOf(position)));
  }

  /** The row that an element of `indices` names, the same for all lanes, clamped to 0..rows-1. */
  rowIndex(indices: GraphNode, index: readonly Index[], rows: number): Index {
    const key = `row ${rows} of ${indices.id}@${index.map(indexKey).join()}`;
    const clamp = (): Value => this.#clamp(this.value(indices, index, { vector: false, count: 1 }), rows - 1);
    const { expr } = this.builder.remembered(key) ?? this.builder.remember(key, clamp());
    return expr.kind === 'number' ? constantIndex(expr.value) : variableIndex(registerName(expr));
  }

  #clamp(row: Value, last: number): Value {
    const { type } = row.expr;
    const low = binaryExpr('max', row.expr, intNumber(0, type));
    return this.builder.let(binaryExpr('min', low, intNumber(last, type)), row.level, 'row');
  }
}

function registerName(expr: KernelExpr): string {
  if (expr.kind !== 'register') throw new InternalError('compiler: expected a register.');
  return expr.name;
}

/** `value` in the first `count` lanes, `neutral` in the others. */
export function maskLanes(value: KernelExpr, count: number, lanes: number, neutral: number): KernelExpr {
  if (count === lanes || !value.type.vector) return value;
  const i32Vector: ValueType = { lane: 'i32', vector: true };
  const inside = binaryExpr('less', { kind: 'laneNumbers', step: 1, type: i32Vector }, intNumber(count, i32Vector));
  const other = value.type.lane === 'f32' ? floatNumber(neutral, value.type) : intNumber(neutral, value.type);
  return selectExpr(inside, value, other);
}
