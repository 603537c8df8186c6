// Rebuilds a program bottom-up through a function from node to node: the frame of every graph-to-graph pass.
import { makeNode, topologicalOrder, type GraphNode, type NodeOf, type OpName } from '../ir/graph.js';
import { rootsOf, type Program } from '../ir/program.js';

/** Every node with its inputs rewritten goes through `rule`, which returns it or what takes its place. */
export function rewrite(program: Program, rule: (node: GraphNode, original: GraphNode) => GraphNode): Program {
  const rewritten = new Map<GraphNode, GraphNode>();
  for (const node of topologicalOrder(rootsOf(program))) {
    if (node.op === 'parameter') {
      rewritten.set(node, node);
      continue;
    }
    const inputs = node.inputs.map((input) => rewritten.get(input)!);
    rewritten.set(node, rule(withInputs(node, inputs), node));
  }
  return {
    parameters: program.parameters,
    outputs: program.outputs.map((node) => rewritten.get(node) ?? node),
    updates: program.updates.map(({ parameter, value }) => ({ parameter, value: rewritten.get(value) ?? value })),
  };
}

/** `node` with other inputs; itself when they are the same. */
export function withInputs(node: GraphNode, inputs: readonly GraphNode[]): GraphNode {
  if (inputs.every((input, position) => input === node.inputs[position])) return node;
  const plain = node as unknown as NodeOf<OpName>;
  return makeNode(plain.op, inputs, plain.attributes, plain.shape, plain.dtype);
}
