// Turns traced values into a program: whatever already has values becomes a parameter.
import type { DType } from '../base/dtype.js';
import { parameter } from '../ir/build.js';
import { makeNode, type DataSource, type GraphNode, type NodeOf, type OpName } from '../ir/graph.js';
import type { Program, StateUpdate } from '../ir/program.js';

/** A program, and the values that were captured while it was traced, for the parameters after the declared ones. */
export interface LiftedProgram {
  readonly program: Program;
  readonly captured: readonly { readonly source: DataSource; readonly dtype: DType; readonly length: number }[];
}

/**
 * Rebuilds the graph behind `outputs` and `updates` with `declared` nodes as its first parameters, in that order, and
 * every data node as a further one. `valueOf` may say that a node has already been computed.
 */
export function lift(
  outputs: readonly GraphNode[],
  updates: readonly StateUpdate[],
  declared: readonly GraphNode[],
  valueOf: (node: GraphNode) => DataSource | undefined = () => undefined,
): LiftedProgram {
  const rebuilt = new Map<GraphNode, GraphNode>();
  const parameters: GraphNode<'parameter'>[] = [];
  const captured: { source: DataSource; dtype: DType; length: number }[] = [];
  const bySource = new Map<DataSource, GraphNode>();

  const addParameter = (node: GraphNode): GraphNode => {
    const made = parameter(parameters.length, node.shape, node.dtype) as GraphNode<'parameter'>;
    parameters.push(made);
    return made;
  };
  const capture = (node: GraphNode, source: DataSource): GraphNode => {
    const known = bySource.get(source);
    if (known) return known;
    const made = addParameter(node);
    bySource.set(source, made);
    captured.push({ source, dtype: node.dtype, length: node.shape.reduce((product, size) => product * size, 1) });
    return made;
  };
  for (const node of declared) rebuilt.set(node, addParameter(node));

  const roots = [...outputs, ...updates.map((update) => update.value)];
  for (const node of reachable(roots, rebuilt, valueOf)) {
    if (rebuilt.has(node)) continue;
    const source = node.op === 'data' ? node.attributes.source : valueOf(node);
    if (source) {
      rebuilt.set(node, capture(node, source));
      continue;
    }
    const inputs = node.inputs.map((input) => rebuilt.get(input)!);
    const same = inputs.every((input, position) => input === node.inputs[position]);
    rebuilt.set(node, same ? node : remake(node, inputs));
  }
  return {
    program: {
      parameters,
      outputs: outputs.map((node) => rebuilt.get(node)!),
      updates: updates.map(({ parameter: index, value }) => ({ parameter: index, value: rebuilt.get(value)! })),
    },
    captured,
  };
}

/** `node` with other inputs. */
export function remake(node: NodeOf<OpName>, inputs: readonly GraphNode[]): GraphNode {
  return makeNode(node.op, inputs, node.attributes, node.shape, node.dtype);
}

/** What is needed for `roots`, stopping at nodes that have values already. */
function reachable(
  roots: readonly GraphNode[],
  known: ReadonlyMap<GraphNode, GraphNode>,
  valueOf: (node: GraphNode) => DataSource | undefined,
): GraphNode[] {
  const seen = new Set<GraphNode>();
  const stack = [...roots];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (known.has(node) || valueOf(node)) continue;
    for (const input of node.inputs) stack.push(input);
  }
  return [...seen].sort((a, b) => a.id - b.id);
}
