// Makes random graphs: every instruction picks a kind of op and operands among what is there, fits their shapes, and adds
// its result. Values are whole numbers small enough for float32 to compute exactly, or, in smooth graphs, numbers around
// 1 under functions without jumps.
import { isFloat, type DType } from '../../src/base/dtype.js';
import { sizeOf, type Shape } from '../../src/base/shape.js';
import {
  argMax,
  binary,
  broadcastTo,
  cast,
  concat,
  constant,
  contract,
  fold,
  gather,
  iota,
  loopAxis,
  pad,
  permute,
  random,
  reduce,
  reshape,
  scatterAdd,
  slice,
  unary,
  where,
  window,
} from '../../src/ir/build.js';
import type { GraphNode } from '../../src/ir/graph.js';
import { allAxes, Choices, fitted, type Instruction } from './graph-choices.js';

/** Whole numbers up to here are exact in float32, with room for a sum of two. */
const exactBound = 2 ** 22;

/** A value and the largest magnitude its elements can have. */
export interface Bounded {
  readonly node: GraphNode;
  readonly bound: number;
}

export interface GraphMakerOptions {
  /** Functions without jumps of numbers around 1, instead of whole numbers. */
  readonly smooth: boolean;
  /** Elements of the largest value. */
  readonly mostElements: number;
}

export class GraphMaker {
  readonly #values: Bounded[] = [];
  readonly #smooth: boolean;
  readonly #mostElements: number;

  constructor({ smooth, mostElements }: GraphMakerOptions) {
    this.#smooth = smooth;
    this.#mostElements = mostElements;
  }

  get values(): readonly Bounded[] {
    return this.#values;
  }

  push(node: GraphNode, bound: number): void {
    if (sizeOf(node.shape) > this.#mostElements || node.shape.length > 6) return;
    this.#values.push(this.#smooth ? { node, bound: 1 } : this.#limited({ node, bound }));
  }

  /** A smooth value of at most about 1. */
  #squashed(node: GraphNode): GraphNode {
    return this.#smooth ? unary('tanh', node) : node;
  }

  #limited({ node, bound }: Bounded): Bounded {
    if (!isFloat(node.dtype) || bound <= exactBound) return { node, bound };
    throw new Error(`A value may reach ${bound}, which is not exact.`);
  }

  /** Brought down to below `bound` where it may be larger. */
  #small(value: Bounded, bound: number): Bounded {
    if (this.#smooth || value.bound <= bound) return value;
    return { node: binary('mod', value.node, constant(bound, [], value.node.dtype)), bound };
  }

  add(instruction: Instruction): void {
    const choose = new Choices(instruction);
    const a = this.#values[instruction.first % this.#values.length]!;
    const b = this.#values[instruction.second % this.#values.length]!;
    const kinds = [
      this.#unary,
      this.#unary,
      this.#binary,
      this.#binary,
      this.#binary,
      this.#choice,
      this.#cast,
      this.#reduce,
      this.#reduce,
      this.#argMax,
      this.#reshape,
      this.#permute,
      this.#slice,
      this.#pad,
      this.#concat,
      this.#broadcast,
      this.#window,
      this.#fold,
      this.#gather,
      this.#scatterAdd,
      this.#product,
      this.#product,
      this.#convolution,
      this.#leaf,
    ] as const;
    kinds[instruction.kind % kinds.length]!.call(this, a, b, choose);
  }

  #numeric({ node, bound }: Bounded): Bounded {
    if (this.#smooth || node.dtype === 'float32' || node.dtype === 'int32') return { node, bound };
    return { node: cast(node, 'int32'), bound };
  }

  #float({ node, bound }: Bounded): Bounded {
    // An int32 may hold anything.
    return node.dtype === 'int32'
      ? { node: cast(binary('mod', node, constant(32, [], 'int32')), 'float32'), bound: 32 }
      : { node: cast(node, 'float32'), bound };
  }

  #unary(a: Bounded, _: Bounded, choose: Choices): void {
    if (this.#smooth) {
      const op = choose.of(['tanh', 'sigmoid', 'sin', 'cos', 'neg', 'exp', 'stopGradient'] as const);
      return this.push(op === 'exp' ? this.#squashed(unary(op, a.node)) : unary(op, a.node), 1);
    }
    if (a.node.dtype === 'bool' && choose.chance(2)) return this.push(unary('not', a.node), 1);
    const { node, bound } = this.#numeric(a);
    const ops = [
      'neg',
      'abs',
      'sign',
      'floor',
      'ceil',
      'round',
      'stopGradient',
      'neg',
      'abs',
      'sqrt',
      'isNaN',
    ] as const;
    const op = choose.of(node.dtype === 'float32' ? ops : (['neg', 'abs', 'sign'] as const));
    // A square root is rounded the same way everywhere.
    this.push(op === 'sqrt' ? unary('floor', unary('sqrt', unary('abs', node))) : unary(op, node), bound);
  }

  #binary(a: Bounded, b: Bounded, choose: Choices): void {
    if (this.#smooth) {
      const op = choose.of(['add', 'sub', 'mul', 'max', 'min'] as const);
      const result = binary(op, a.node, fitted(b.node, a.node.shape));
      return this.push(op === 'add' || op === 'sub' ? this.#squashed(result) : result, 1);
    }
    if (a.node.dtype === 'bool' && b.node.dtype === 'bool' && choose.chance(2))
      return this.push(binary(choose.of(['and', 'or'] as const), a.node, fitted(b.node, a.node.shape)), 1);
    const op = choose.of([
      'add',
      'sub',
      'mul',
      'max',
      'min',
      'mod',
      'floorDiv',
      'equal',
      'notEqual',
      'less',
      'lessEqual',
      'greater',
      'greaterEqual',
      'add',
      'mul',
    ] as const);
    if (op === 'mod' || op === 'floorDiv') {
      const { node, bound } = this.#numeric(a);
      const divisor = choose.of([2, 3, -5, 7]);
      return this.push(binary(op, node, constant(divisor, [], node.dtype)), op === 'mod' ? 7 : bound + 1);
    }
    const [x, y] = [this.#small(this.#numeric(a), 1024), this.#small(this.#numeric(b), 1024)];
    const [left, right] = x.node.dtype === y.node.dtype ? [x, y] : [this.#float(x), this.#float(y)];
    const other = choose.chance(4)
      ? constant(choose.below(5) - 2, left.node.shape, left.node.dtype)
      : fitted(right.node, left.node.shape);
    const result = choose.chance(2) ? binary(op, left.node, other) : binary(op, other, left.node);
    const reach = Math.max(right.bound, 2);
    this.push(result, op === 'mul' ? left.bound * reach : left.bound + reach);
  }

  #choice(a: Bounded, b: Bounded, choose: Choices): void {
    const pick = this.#values[choose.below(this.#values.length)]!.node;
    const condition = this.#smooth
      ? binary('less', iota(a.node.shape.length === 0 ? [1] : a.node.shape, 0), constant(2, [], 'int32'))
      : cast(pick, 'bool');
    const mask = fitted(condition, a.node.shape);
    const same = a.node.dtype === b.node.dtype;
    const [x, y] = same ? [a, b] : [this.#float(a), this.#float(b)];
    this.push(where(mask, x.node, fitted(y.node, x.node.shape)), Math.max(x.bound, y.bound));
  }

  #cast(a: Bounded, _: Bounded, choose: Choices): void {
    if (this.#smooth) return;
    const to = choose.of(['float32', 'int32', 'uint8', 'bool'] as const);
    if (to === 'float32') {
      const { node, bound } = this.#float(a);
      return this.push(node, bound);
    }
    this.push(cast(a.node, to), to === 'int32' ? a.bound : to === 'uint8' ? 255 : 1);
  }

  #axes(x: GraphNode, choose: Choices): number[] {
    return allAxes(x).filter(() => choose.chance(2));
  }

  #reduce(a: Bounded, _: Bounded, choose: Choices): void {
    const axes = this.#axes(a.node, choose);
    const count = sizeOf(axes.map((axis) => a.node.shape[axis]!));
    if (axes.length === 0) return;
    const kind = choose.of(['sum', 'sum', 'max', 'min'] as const);
    if (count === 0 && kind !== 'sum') return;
    const { node, bound } = this.#small(a, Math.min(512, Math.floor(exactBound / Math.max(1, count))));
    const reduced = reduce(kind, node, axes);
    const kept = node.shape.filter((__, axis) => !axes.includes(axis));
    const scaled =
      this.#smooth && kind === 'sum'
        ? binary('mul', reduced, constant(1 / Math.max(1, count), [], 'float32'))
        : reduced;
    this.push(choose.chance(2) ? reshape(scaled, kept) : scaled, kind === 'sum' ? bound * count : bound);
  }

  #argMax(a: Bounded, _: Bounded, choose: Choices): void {
    const axes = this.#axes(a.node, choose);
    if (this.#smooth || axes.length === 0 || sizeOf(a.node.shape) === 0) return;
    this.push(argMax(a.node, axes), this.#mostElements);
  }

  #reshape(a: Bounded, _: Bounded, choose: Choices): void {
    let rest = sizeOf(a.node.shape);
    if (rest === 0) return;
    const shape: number[] = [];
    while (rest > 1 && shape.length < 3) {
      const divisors = Array.from({ length: rest }, (__, i) => i + 1).filter((divisor) => rest % divisor === 0);
      const size = choose.of(divisors);
      shape.push(size);
      rest /= size;
    }
    this.push(reshape(a.node, [...shape, rest]), a.bound);
  }

  #permute(a: Bounded, _: Bounded, choose: Choices): void {
    const axes = allAxes(a.node);
    for (let last = axes.length - 1; last > 0; last--) {
      const other = choose.below(last + 1);
      [axes[last], axes[other]] = [axes[other]!, axes[last]!];
    }
    this.push(permute(a.node, axes), a.bound);
  }

  #slice(a: Bounded, _: Bounded, choose: Choices): void {
    const axes = a.node.shape.map((length) => {
      if (length === 0 || choose.chance(2)) return { start: 0, size: length, step: 1 };
      const step = choose.of([1, 1, 2, -1, -2, 3]);
      const size = 1 + choose.below(Math.ceil(length / Math.abs(step)));
      const span = (size - 1) * Math.abs(step);
      const low = choose.below(length - span);
      return { start: step > 0 ? low : low + span, size: choose.chance(20) ? 0 : size, step };
    });
    this.push(slice(a.node, axes), a.bound);
  }

  #pad(a: Bounded, _: Bounded, choose: Choices): void {
    const axes = a.node.shape.map(() => ({
      low: choose.below(3),
      high: choose.below(3),
      interior: choose.chance(4) ? 1 : 0,
    }));
    const shape = a.node.shape.map((size, axis) => size * (axes[axis]!.interior + 1) + 4);
    if (sizeOf(shape) <= this.#mostElements) this.push(pad(a.node, axes, choose.below(2)), Math.max(a.bound, 1));
  }

  #concat(a: Bounded, b: Bounded, choose: Choices): void {
    if (a.node.shape.length === 0) return;
    const axis = choose.below(a.node.shape.length);
    const [x, y] = a.node.dtype === b.node.dtype ? [a, b] : [this.#float(a), this.#float(b)];
    const part = fitted(
      y.node,
      a.node.shape.map((size, i) => (i === axis ? 1 + choose.below(4) : size)),
    );
    this.push(concat(choose.chance(2) ? [x.node, part] : [part, x.node, part], axis), Math.max(x.bound, y.bound, 1));
  }

  #broadcast(a: Bounded, _: Bounded, choose: Choices): void {
    const axis = choose.below(a.node.shape.length + 1);
    const size = 1 + choose.below(5);
    const expanded = reshape(a.node, [...a.node.shape.slice(0, axis), 1, ...a.node.shape.slice(axis)]);
    if (sizeOf(a.node.shape) * size > this.#mostElements) return;
    this.push(broadcastTo(expanded, [...a.node.shape.slice(0, axis), size, ...a.node.shape.slice(axis)]), a.bound);
  }

  #windowAxis(a: Bounded, choose: Choices) {
    const axis = allAxes(a.node).find((candidate) => a.node.shape[candidate]! > 1);
    if (axis === undefined) return undefined;
    const length = a.node.shape[axis]!;
    const size = 1 + choose.below(Math.min(3, length));
    const dilation = size > 1 && (size - 1) * 2 < length && choose.chance(3) ? 2 : 1;
    return { axis, size, stride: 1 + choose.below(3), dilation };
  }

  #window(a: Bounded, _: Bounded, choose: Choices): void {
    const axis = this.#windowAxis(a, choose);
    if (axis && sizeOf(a.node.shape) * axis.size <= this.#mostElements) this.push(window(a.node, [axis]), a.bound);
  }

  #fold(a: Bounded, _: Bounded, choose: Choices): void {
    const axis = this.#windowAxis(a, choose);
    if (!axis || a.node.dtype === 'uint8' || a.node.dtype === 'bool') return;
    if (sizeOf(a.node.shape) * axis.size > this.#mostElements) return;
    const { node, bound } = this.#small(a, 1024);
    const windows = binary('mul', window(node, [axis]), constant(2, [], node.dtype));
    const folded = fold(windows, [axis], node.shape);
    this.push(this.#squashed(folded), bound * 2 * axis.size);
  }

  /** Whole numbers, some of them outside 0..rows-1. */
  #indices(b: Bounded, shape: Shape, rows: number): GraphNode {
    const source = this.#smooth ? iota(b.node.shape.length === 0 ? [1] : b.node.shape, 0) : cast(b.node, 'int32');
    const limited = binary('sub', binary('mod', source, constant(rows + 2, [], 'int32')), constant(1, [], 'int32'));
    return fitted(limited, shape);
  }

  #gather(a: Bounded, b: Bounded, choose: Choices): void {
    const [rows, ...rest] = a.node.shape;
    if (rows === undefined || rows === 0) return;
    const shape = choose.of([[], [3], [7], [2, 3], [1]]);
    if (sizeOf(shape) * sizeOf(rest) > this.#mostElements) return;
    this.push(gather(a.node, this.#indices(b, shape, rows)), a.bound);
  }

  #scatterAdd(a: Bounded, b: Bounded, choose: Choices): void {
    const [count] = a.node.shape;
    if (count === undefined || count === 0 || a.node.dtype === 'uint8' || a.node.dtype === 'bool') return;
    const { node, bound } = this.#small(a, Math.min(1024, Math.floor(exactBound / count)));
    const rows = 1 + choose.below(6);
    const result = scatterAdd(this.#indices(b, [count], rows), node, rows);
    this.push(this.#squashed(result), bound * count);
  }

  #operands(a: Bounded, b: Bounded): [Bounded, Bounded] {
    return [this.#small(this.#float(a), 64), this.#small(this.#float(b), 16)];
  }

  #summed(node: GraphNode, depth: number): GraphNode {
    return this.#smooth ? binary('mul', node, constant(1 / Math.max(1, depth), [], 'float32')) : node;
  }

  #product(a: Bounded, b: Bounded, choose: Choices): void {
    const size = sizeOf(a.node.shape);
    if (size === 0) return;
    const divisors = Array.from({ length: Math.min(size, 64) }, (_, i) => i + 1).filter((d) => size % d === 0);
    const K = choose.of(divisors);
    const [M, N] = [size / K, 1 + choose.below(11)];
    if (M * N > this.#mostElements) return;
    const [x, y] = this.#operands(a, b);
    const [aRows, bRows] = [choose.chance(2), choose.chance(2)];
    const left = reshape(x.node, aRows ? [M, K] : [K, M]);
    const right = fitted(y.node, bRows ? [K, N] : [N, K]);
    const result = contract(left, right, {
      loops: [M, N, K],
      outputRank: 2,
      a: aRows ? [loopAxis(0), loopAxis(2)] : [loopAxis(2), loopAxis(0)],
      b: bRows ? [loopAxis(2), loopAxis(1)] : [loopAxis(1), loopAxis(2)],
    });
    this.push(this.#summed(result, K), x.bound * Math.max(y.bound, 1) * K);
  }

  /** Along the last axis but one of [rows, length, channels]. */
  #convolution(a: Bounded, b: Bounded, choose: Choices): void {
    const size = sizeOf(a.node.shape);
    const channels = a.node.shape.at(-1) ?? 1;
    const length = a.node.shape.at(-2) ?? 1;
    if (size === 0) return;
    const rows = size / channels / length;
    const [taps, stride, padding, filters] = [
      1 + choose.below(3),
      1 + choose.below(2),
      choose.below(2),
      1 + choose.below(6),
    ];
    const outputs = Math.floor((length + 2 * padding - taps) / stride) + 1;
    if (outputs < 1 || rows * outputs * filters > this.#mostElements) return;
    const [x, y] = this.#operands(a, b);
    const result = contract(reshape(x.node, [rows, length, channels]), fitted(y.node, [taps, channels, filters]), {
      loops: [rows, outputs, filters, taps, channels],
      outputRank: 3,
      a: [
        loopAxis(0),
        {
          offset: -padding,
          terms: [
            { loop: 1, coefficient: stride },
            { loop: 3, coefficient: 1 },
          ],
        },
        loopAxis(4),
      ],
      b: [loopAxis(3), loopAxis(4), loopAxis(2)],
    });
    this.push(this.#summed(result, taps * channels), x.bound * Math.max(y.bound, 1) * taps * channels);
  }

  #leaf(a: Bounded, _: Bounded, choose: Choices): void {
    const { shape } = a.node;
    const dtype: DType = this.#smooth ? 'float32' : choose.of(['float32', 'int32'] as const);
    switch (choose.below(3)) {
      case 0: {
        if (shape.length === 0) return;
        const axis = choose.below(shape.length);
        const positions = iota(shape, axis, dtype);
        return this.push(this.#smooth ? this.#squashed(positions) : positions, shape[axis]!);
      }
      case 1: {
        const uniform = random(shape, choose.below(1000), choose.below(1000), constant(choose.below(9), [], 'int32'));
        return this.push(
          this.#smooth ? uniform : unary('floor', binary('mul', uniform, constant(8, [], 'float32'))),
          8,
        );
      }
      default:
        return this.push(constant(choose.below(7) - 3, shape, dtype), 3);
    }
  }
}
