// The input layer: says what a model takes, and computes nothing.
import { dtypes, type DType } from '../../base/dtype.js';
import { ShapeError, ValueError } from '../../base/errors.js';
import { formatShape } from '../../base/shape.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkWhole } from '../check.js';
import { checkPartialShape, Layer, type PartialShape } from './layer.js';

export interface InputOptions {
  /** The shape of one sample; null for an axis of any size. */
  readonly shape?: PartialShape;
  /** The same as `shape`. */
  readonly inputShape?: PartialShape;
  /** The size of every batch, where it is fixed. */
  readonly batchSize?: number | null;
  /** The shape with the batch axis, in place of `shape` and `batchSize`. */
  readonly batchShape?: PartialShape;
  /** The same as `batchShape`. */
  readonly batchInputShape?: PartialShape;
  /** Casts what comes in; by default it stays as it is. */
  readonly dtype?: DType;
  readonly name?: string;
}

const optionNames = ['shape', 'inputShape', 'batchSize', 'batchShape', 'batchInputShape', 'dtype', 'name'] as const;

function shapeOf(options: InputOptions): PartialShape {
  const sample = options.shape ?? options.inputShape;
  const whole = options.batchShape ?? options.batchInputShape;
  if ((sample === undefined) === (whole === undefined))
    throw new ValueError(
      `layers.input: expected either shape (of one sample) or batchShape, received ${sample ? 'both' : 'neither'}. For images: layers.input({ shape: [28, 28, 1] }).`,
    );
  if (whole !== undefined) {
    if (options.batchSize != null)
      throw new ValueError('layers.input: expected either batchSize or batchShape, received both.');
    return checkPartialShape(whole, 'layers.input: batchShape');
  }
  const batchSize = options.batchSize == null ? null : checkWhole(options.batchSize, 'layers.input: batchSize');
  return [batchSize, ...checkPartialShape(sample, 'layers.input: shape')];
}

export class InputLayer extends Layer {
  readonly className = 'InputLayer';
  readonly #dtype: DType | undefined;

  constructor(options: InputOptions) {
    rejectUnknownOptions('layers.input', options, optionNames);
    const name = options.name === undefined ? {} : { name: options.name };
    super('InputLayer', { ...name, batchInputShape: shapeOf(options) });
    if (options.dtype !== undefined && !dtypes.includes(options.dtype))
      throw new ValueError(`layers.input: expected a dtype of ${dtypes.join(', ')}, received '${options.dtype}'.`);
    this.#dtype = options.dtype;
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    const expected = this.batchInputShape!;
    const fits =
      inputShape.length === expected.length &&
      expected.every((size, axis) => size === null || inputShape[axis] == null || inputShape[axis] === size);
    if (!fits)
      throw new ShapeError(
        `InputLayer "${this.name}": expected inputs of shape ${formatShape(expected)}, received ${formatShape(inputShape)}.`,
      );
    return inputShape;
  }

  override call(x: Tensor): Tensor {
    return this.#dtype ? x.cast(this.#dtype) : x;
  }

  override getConfig(): Record<string, unknown> {
    return { batch_shape: this.batchInputShape, dtype: this.#dtype ?? 'float32', sparse: false, name: this.name };
  }
}

/** Says what a model takes: `layers.input({ shape: [28, 28, 1] })`. [B, ...shape] -> the same. */
export function input(options: InputOptions): InputLayer {
  return new InputLayer(options);
}
