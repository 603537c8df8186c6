// How a value of an ONNX graph lies in Nacre's model: images are channels last there, whatever they are in the graph.
import { sizeOf } from '../../../base/shape.js';
import type { OnnxGraph } from '../../../formats/onnx/model.js';
import type { PartialShape } from '../../layers/layer.js';
import { attributesOf, isOrder } from './constants.js';
import { inverse } from './layouts.js';

/** A value of the graph. */
export interface Arrangement {
  /** In the graph, the batch axis (null) first. */
  readonly shape: PartialShape;
  /** Nacre's axis i is the graph's axis `order[i]`. */
  readonly order: readonly number[];
  /** Of samples flattened in the graph's order while Nacre flattened them in its own: both, without the batch axis. */
  readonly flattened?: { readonly shape: readonly number[]; readonly order: readonly number[] };
}

/** Images [B, C, H, W] as Nacre has them. */
export const imageOrder: readonly number[] = [0, 2, 3, 1];

export const naturalOrder = (rank: number): number[] => Array.from({ length: rank }, (_, axis) => axis);

/** The sample's shape as Nacre has it. */
export function ownSample({ shape, order }: Arrangement): PartialShape {
  return order.slice(1).map((axis) => shape[axis]!);
}

export function isImage({ order }: Arrangement): boolean {
  return order.join() === imageOrder.join();
}

/** Whether elements lie in another order in Nacre: axes of size 1 may stand anywhere. */
export function movesElements({ shape, order }: Arrangement): boolean {
  const axes = order.filter((axis) => axis === 0 || shape[axis] !== 1);
  return axes.some((axis, index) => index > 0 && axis < axes[index - 1]!);
}

/** What `Transpose` makes of a value: the graph's view changes, Nacre's does not. */
export function transposed({ shape, order }: Arrangement, perm: readonly number[]): Arrangement {
  const place = inverse(perm);
  return { shape: perm.map((axis) => shape[axis]!), order: order.map((axis) => place[axis]!) };
}

/** The value with its sample's axes as one; undefined unless all sizes are known. */
export function flattenedOf(value: Arrangement): Arrangement | undefined {
  const sample = value.shape.slice(1);
  if (!sample.every((size) => size !== null)) return undefined;
  const shape = [null, sizeOf(sample)];
  if (!movesElements(value)) return { shape, order: [0, 1] };
  return { shape, order: [0, 1], flattened: { shape: sample, order: value.order.slice(1).map((axis) => axis - 1) } };
}

/** Nodes after which a value lies as before. */
const unmoving = new Set(
  'Identity Dropout Cast Add Sub Mul Div Relu Sigmoid Tanh LeakyRelu Elu Clip Softmax PRelu HardSigmoid'.split(' '),
);
const imageNodes = new Set(
  'Conv MaxPool AveragePool GlobalAveragePool GlobalMaxPool BatchNormalization InstanceNormalization'.split(' '),
);

/** Who takes each value, by the value's name. */
export type Consumers = ReadonlyMap<string, readonly OnnxGraph['nodes'][number][]>;

export function consumersOf(graph: OnnxGraph): Consumers {
  const consumers = new Map<string, OnnxGraph['nodes'][number][]>();
  for (const node of graph.nodes)
    for (const input of new Set(node.inputs)) {
      const list = consumers.get(input);
      if (list) list.push(node);
      else consumers.set(input, [node]);
    }
  return consumers;
}

/**
 * How a value of four axes should lie in Nacre, from the first node on its way that takes images: those are channels
 * first, unless the graph turned them before. As it is, where no such node comes.
 */
export function orderWanted(value: string, rank: number, consumers: Consumers): readonly number[] {
  let perm = naturalOrder(rank);
  let name = value;
  // Nodes stand after those that they take values from, so that this ends.
  while (rank === 4) {
    const node = consumers.get(name)?.find(({ op }) => op !== 'Shape');
    const output = node?.outputs[0];
    if (!node || output === undefined || output === name) break;
    const attributes = attributesOf(node);
    const meansOverImage = node.op === 'ReduceMean' && attributes.numbers('axes')?.join() === '2,3';
    if (imageNodes.has(node.op) || meansOverImage) return imageOrder.map((axis) => perm[axis]!);
    if (node.op === 'Transpose') {
      const next = attributes.numbers('perm') ?? [3, 2, 1, 0];
      if (!isOrder(next, 4)) break;
      perm = next.map((axis) => perm[axis]!);
    } else if (!unmoving.has(node.op) && node.op !== 'Pad') break;
    name = output;
  }
  return naturalOrder(rank);
}
