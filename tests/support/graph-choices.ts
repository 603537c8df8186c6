// What makers of random graphs choose with: numbers drawn from an instruction, and values fitted to a shape.
import { RandomStream } from '../../src/base/random.js';
import { sizeOf, type Shape } from '../../src/base/shape.js';
import { broadcastTo, constant, pad, reshape, slice } from '../../src/ir/build.js';
import type { GraphNode } from '../../src/ir/graph.js';

/** What to add: the numbers are taken modulo whatever there is to choose from. */
export interface Instruction {
  readonly kind: number;
  readonly first: number;
  readonly second: number;
  readonly detail: number;
}

/** Draws numbers from one instruction. */
export class Choices {
  readonly #stream: RandomStream;

  constructor({ kind, detail }: Instruction) {
    this.#stream = new RandomStream(detail, kind);
  }

  below(count: number): number {
    return this.#stream.below(count);
  }

  of<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }

  chance(oneIn: number): boolean {
    return this.below(oneIn) === 0;
  }
}

export const allAxes = (x: GraphNode): number[] => x.shape.map((_, axis) => axis);

/** `x` made to have `shape`: as it is where it broadcasts, cut and padded where it does not. */
export function fitted(x: GraphNode, shape: Shape): GraphNode {
  if (sizeOf(shape) === 0) return broadcastTo(constant(0, [], x.dtype), shape);
  const aligned = x.shape.map((size, axis) => [size, shape[axis - x.shape.length + shape.length]] as const);
  if (x.shape.length <= shape.length && aligned.every(([size, wanted]) => size === wanted || size === 1))
    return broadcastTo(x, shape);
  const flat = reshape(x, [sizeOf(x.shape)]);
  const [have, want] = [sizeOf(x.shape), sizeOf(shape)];
  const cut =
    have > want
      ? slice(flat, [{ start: 0, size: want, step: 1 }])
      : pad(flat, [{ low: 0, high: want - have, interior: 0 }], 1);
  return reshape(cut, shape);
}
