// What the operators of an import are given and give, and what they share.
import type { NDArray } from '../../../base/ndarray.js';
import { formatShape } from '../../../base/shape.js';
import type { OnnxNode } from '../../../formats/onnx/model.js';
import { imageOrder, isImage, ownSample, type Arrangement } from './arrangement.js';
import type { Budget } from './constants.js';
import type { Pads } from './import-windows.js';
import { Uncovered, type LayerChain } from './layer-chain.js';

/** Where a node stands: what it takes, and the layers that it adds to. */
export interface NodeContext {
  readonly node: OnnxNode;
  /** A name for a layer made of it. */
  readonly name: string;
  readonly chain: LayerChain;
  readonly budget: Budget;
  /** Of ONNX's own operators. */
  readonly opset: number;
  /** How its input lies. */
  readonly input: NodeResult;
  /** Which of its inputs that is. */
  readonly inputIndex: number;
  /** The size that the graph fixes for batches, if it does. */
  readonly fixedBatch: number | undefined;
  /** A constant among its inputs; undefined where it is left out. */
  readonly constant: (index: number) => NDArray | undefined;
  /** How a value of this shape should lie, from what is done to the node's output. */
  readonly orderWanted: (rank: number) => readonly number[];
}

/** How a node's output lies, and what it leaves for the next. */
export interface NodeResult extends Arrangement {
  /** What a `Pad` added to the height and width of images, and whether with zeros or with what no maximum notices. */
  readonly padded?: { readonly pads: readonly Pads[]; readonly isZero: boolean };
  /** Axes of the sample that were merged with the batch's, for a matrix along the last. */
  readonly merged?: readonly number[];
}

/** What an operator of ONNX becomes. @throws Uncovered for what Nacre's layers do not cover */
export type Operator = (context: NodeContext) => NodeResult;

/** @throws Uncovered where the constant is missing, or computed in a way that is not covered */
export function constantAt({ constant }: NodeContext, index: number, what: string): NDArray {
  const array = constant(index);
  if (!array) throw new Uncovered(`its ${what} is no constant`);
  return array;
}

/** In Nacre, the batch axis first. */
export const ownShape = (value: Arrangement): (number | null)[] => [null, ...ownSample(value)];

/** As float32, the type of Nacre's weights. */
export function single(array: NDArray): NDArray {
  return { dtype: 'float32', shape: array.shape, data: Float32Array.from(array.data) };
}

/** @throws Uncovered unless the value is an image [B, C, H, W] in the graph */
export function imageSizes({ shape, order }: Arrangement): readonly (number | null)[] {
  if (shape.length !== 4 || !isImage({ shape, order }))
    throw new Uncovered(
      `its input ${formatShape(shape)} is no image [B, C, H, W], or its axes were turned before (${imageOrder.join(', ')} expected, ${order.join(', ')} found)`,
    );
  return [shape[2]!, shape[3]!];
}
