// Tensors whose values are at hand: what a program can take as they are.
import type { NDArray } from '../base/ndarray.js';
import { engine } from '../engine/engine.js';
import { pendingData } from '../ir/build.js';
import type { DataSource, GraphNode } from '../ir/graph.js';
import { Tensor } from './tensor.js';

/** `x` with its values at hand: computed unless they are there already, under this shape or another. */
export async function withValues(x: Tensor): Promise<Tensor> {
  if (x.node.op === 'data') return x;
  const view = viewOfValues(x.node);
  if (view) return new Tensor(view);
  await x.realize();
  return x;
}

/** For a reshape of values: the same values under the new shape, not copied. */
export function viewOfValues(node: GraphNode): GraphNode | undefined {
  if (node.op !== 'reshape') return undefined;
  const source = engine().valueOf(node.inputs[0]!);
  if (!source) return undefined;
  const { shape } = node;
  const view = (array: NDArray): NDArray => ({ ...array, shape });
  const array: DataSource['array'] = source.array instanceof Promise ? source.array.then(view) : view(source.array);
  return pendingData({ array }, shape, node.dtype);
}
