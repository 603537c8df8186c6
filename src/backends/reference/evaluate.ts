// Evaluates graphs node by node, as they were traced. Preparing finds each node's loop and an array for its value once;
// arrays are used again for later nodes of the same kind and length when nobody reads them any more.
import { allocate, type TypedArray } from '../../base/dtype.js';
import { InternalError } from '../../base/errors.js';
import type { NDArray } from '../../base/ndarray.js';
import { sizeOf } from '../../base/shape.js';
import { describe } from '../../ir/build.js';
import { topologicalOrder, type GraphNode } from '../../ir/graph.js';
import type { Compute } from './rule.js';
import { ruleOf } from './rules.js';

/** Where a node's value is: an operand, or an array of the graph's own. */
type Slot = { readonly parameter: number } | { readonly own: number };

interface Task {
  readonly compute: Compute;
  readonly inputs: readonly Slot[];
  readonly result: number;
}

/** A graph ready to be evaluated any number of times. */
export interface PreparedGraph {
  /**
   * Computes all nodes, pausing after each; returns the value of every root. They are the graph's own arrays, or those
   * of `parameters`, and hold until it is evaluated again.
   */
  evaluate(parameters: readonly TypedArray[]): Generator<undefined, TypedArray[], undefined>;
}

/** Arrays that can be used again, by dtype and length. */
class ArrayPlan {
  readonly arrays: TypedArray[] = [];
  readonly #free = new Map<string, number[]>();

  static #key(node: GraphNode): string {
    return `${node.dtype} ${sizeOf(node.shape)}`;
  }

  take(node: GraphNode): number {
    const free = this.#free.get(ArrayPlan.#key(node))?.pop();
    return free ?? this.arrays.push(allocate(node.dtype, sizeOf(node.shape))) - 1;
  }

  giveBack(node: GraphNode, array: number): void {
    const key = ArrayPlan.#key(node);
    const free = this.#free.get(key);
    if (free) free.push(array);
    else this.#free.set(key, [array]);
  }
}

/** @throws InternalError if a node is not what its builder would have made of it. */
export function prepare(roots: readonly GraphNode[]): PreparedGraph {
  const order = topologicalOrder(roots);
  const lastReader = new Map<GraphNode, GraphNode>();
  for (const node of order) for (const input of node.inputs) lastReader.set(input, node);
  const kept = new Set(roots);

  const plan = new ArrayPlan();
  const slots = new Map<GraphNode, Slot>();
  const slotOf = (node: GraphNode): Slot => slots.get(node)!;
  const tasks: Task[] = [];
  for (const node of order) {
    if (node.op === 'parameter') {
      slots.set(node, { parameter: node.attributes.index });
      continue;
    }
    // Taken before the inputs are given back: no loop may overwrite what it reads.
    const own = plan.take(node);
    slots.set(node, { own });
    tasks.push({ compute: ruleOf(node), inputs: node.inputs.map(slotOf), result: own });
    for (const input of new Set(node.inputs)) {
      const slot = slotOf(input);
      if ('own' in slot && lastReader.get(input) === node && !kept.has(input)) plan.giveBack(input, slot.own);
    }
  }
  const rootSlots = roots.map(slotOf);
  const { arrays } = plan;

  return {
    *evaluate(parameters) {
      const read = (slot: Slot): TypedArray => ('own' in slot ? arrays[slot.own]! : parameters[slot.parameter]!);
      for (const { compute, inputs, result } of tasks) {
        compute(inputs.map(read), arrays[result]!);
        yield;
      }
      return rootSlots.map(read);
    },
  };
}

/**
 * The values of `outputs` at once, for tests and tools; `parameters[i]` is the value of the parameter of index i.
 * @throws InternalError if a parameter is missing or of another shape or dtype.
 */
export function evaluate(outputs: readonly GraphNode[], parameters: readonly NDArray[] = []): NDArray[] {
  for (const node of topologicalOrder(outputs)) {
    if (node.op !== 'parameter') continue;
    const value = parameters[node.attributes.index];
    if (value?.dtype !== node.dtype || value.shape.join() !== node.shape.join())
      throw new InternalError(
        `evaluate: expected ${describe(node)} as parameter ${node.attributes.index}, received ${value ? `${value.dtype} [${value.shape.join(', ')}]` : 'nothing'}.`,
      );
  }
  const evaluation = prepare(outputs).evaluate(parameters.map(({ data }) => data));
  let step = evaluation.next();
  while (!step.done) step = evaluation.next();
  return outputs.map((node, i) => ({ dtype: node.dtype, shape: node.shape, data: step.value[i]!.slice() }));
}
