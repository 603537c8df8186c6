// Reverse-mode differentiation, graph to graph: gradients are more nodes, so they can be differentiated again.
import { isFloat } from '../base/dtype.js';
import { DTypeError, ShapeError } from '../base/errors.js';
import { formatShape, sameShape } from '../base/shape.js';
import { binary, constant, describe } from '../ir/build.js';
import { topologicalOrder, type GraphNode, type OpName } from '../ir/graph.js';
import { gradientRules, type GradientRule } from './rules.js';

/**
 * The gradient of `output` with respect to each of `inputs`, in their shapes; zeros for an input it does not depend on.
 * `seed`: the gradient of what is really asked for with respect to `output`; 1 by default, and then `output` is a scalar.
 * @throws ShapeError if `output` is not a scalar and no seed is given, or the seed's shape differs
 * @throws DTypeError if `output` or an input is not of a float dtype
 */
export function gradients(output: GraphNode, inputs: readonly GraphNode[], seed?: GraphNode): GraphNode[] {
  for (const node of [output, ...inputs])
    if (!isFloat(node.dtype)) throw new DTypeError(`grad: expected float values, received ${describe(node)}.`);
  if (!seed && output.shape.length > 0)
    throw new ShapeError(
      `grad: expected a scalar to differentiate, received ${describe(output)}. Reduce it with sum or mean.`,
    );
  if (seed && !sameShape(seed.shape, output.shape))
    throw new ShapeError(`grad: expected a seed of shape ${formatShape(output.shape)}, received ${describe(seed)}.`);

  const order = topologicalOrder([output]);
  const wanted = new Set<GraphNode>(inputs);
  const leads = new Set<GraphNode>();
  for (const node of order)
    if (isFloat(node.dtype) && (wanted.has(node) || node.inputs.some((input) => leads.has(input)))) leads.add(node);

  const gradientOf = new Map<GraphNode, GraphNode>();
  gradientOf.set(output, seed ?? constant(1, [], output.dtype));
  for (const node of order.reverse()) {
    const gradient = gradientOf.get(node);
    if (!gradient || !leads.has(node) || !node.inputs.some((input) => leads.has(input))) continue;
    const rule = gradientRules[node.op] as GradientRule<OpName>;
    const parts = rule(gradient, node);
    node.inputs.forEach((input, position) => {
      const part = parts[position];
      if (!part || !leads.has(input)) return;
      const sum = gradientOf.get(input);
      gradientOf.set(input, sum ? binary('add', sum, part) : part);
    });
  }
  return inputs.map((input) => gradientOf.get(input) ?? constant(0, input.shape, input.dtype));
}
