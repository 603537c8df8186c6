// A program: what one call (one training step, one evaluation) computes from its operands, and the state it carries on.
import { InternalError } from '../base/errors.js';
import { sameShape } from '../base/shape.js';
import { describe } from './build.js';
import { topologicalOrder, type GraphNode } from './graph.js';

/** After every step, parameter number `parameter` takes the value of `value`. */
export interface StateUpdate {
  readonly parameter: number;
  readonly value: GraphNode;
}

/** All updates of a step see the state as it was before that step. */
export interface Program {
  /** Parameter i has index i. */
  readonly parameters: readonly GraphNode<'parameter'>[];
  readonly outputs: readonly GraphNode[];
  readonly updates: readonly StateUpdate[];
}

/** Everything a program has to compute. */
export function rootsOf(program: Program): GraphNode[] {
  return [...program.outputs, ...program.updates.map((update) => update.value)];
}

/** @throws InternalError if the program refers to what it does not have. */
export function verifyProgram(program: Program): void {
  program.parameters.forEach((parameter, index) => {
    if (parameter.attributes.index !== index)
      throw new InternalError(`program: parameter ${index} says it is number ${parameter.attributes.index}.`);
  });
  const known: ReadonlySet<GraphNode> = new Set<GraphNode>(program.parameters);
  for (const node of topologicalOrder(rootsOf(program))) {
    if (node.op === 'data') throw new InternalError('program: values must be parameters of a program.');
    if (node.op === 'parameter' && !known.has(node))
      throw new InternalError(`program: node ${node.id} is a parameter of another program.`);
  }
  const updated = new Set<number>();
  for (const { parameter, value } of program.updates) {
    const state = program.parameters[parameter];
    if (!state || updated.has(parameter))
      throw new InternalError(`program: state ${parameter} is unknown or updated twice.`);
    if (state.dtype !== value.dtype || !sameShape(state.shape, value.shape))
      throw new InternalError(`program: state ${parameter} is ${describe(state)}, its update ${describe(value)}.`);
    updated.add(parameter);
  }
}
