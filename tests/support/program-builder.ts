// Makes programs from arrays and what is computed of them.
import type { NDArray } from '../../src/base/ndarray.js';
import { lift } from '../../src/engine/lift.js';
import type { GraphNode } from '../../src/ir/graph.js';
import type { Program } from '../../src/ir/program.js';
import { placeholder } from '../../src/tensor/trace.js';

/** A program, and the arrays its parameters begin with. */
export interface PreparedProgram {
  readonly program: Program;
  readonly parameters: readonly NDArray[];
}

/** Parameters made one by one, with the arrays they begin with. */
export class ProgramBuilder {
  readonly #declared: GraphNode[] = [];
  readonly #arrays: NDArray[] = [];

  readonly add = (array: NDArray): GraphNode => {
    const node = placeholder(array.shape, array.dtype);
    this.#declared.push(node);
    this.#arrays.push(array);
    return node;
  };

  /** `updates` are pairs of a parameter and its new value. */
  finish(
    outputs: readonly GraphNode[],
    updates: readonly (readonly [parameter: GraphNode, value: GraphNode])[] = [],
  ): PreparedProgram {
    const { program, captured } = lift(
      outputs,
      updates.map(([node, value]) => ({ parameter: this.#declared.indexOf(node), value })),
      this.#declared,
    );
    // Samples hold their values at hand.
    return { program, parameters: [...this.#arrays, ...captured.map(({ source }) => source.array as NDArray)] };
  }
}
