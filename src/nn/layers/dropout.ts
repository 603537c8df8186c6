// Dropout: in training, some elements are set to 0 at random and the others scaled up to keep the sum's expectation.
import { ShapeError, ValueError } from '../../base/errors.js';
import { broadcastShapes, formatShape, sameShape } from '../../base/shape.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import { where, zerosLike } from '../../tensor/creation.js';
import { uniform } from '../../tensor/random.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkNumber, checkWhole } from '../check.js';
import { Layer, layerOptionNames, type CallContext, type LayerOptions, type PartialShape } from './layer.js';

export interface DropoutOptions extends LayerOptions {
  /** The fraction of elements that are dropped, from 0 to 1. */
  readonly rate: number;
  /** In place of the global seed. */
  readonly seed?: number | null;
  /** The shape of the mask with the batch axis, null for the input's own size: a 1 shares one decision along an axis. */
  readonly noiseShape?: PartialShape | null;
}

export class Dropout extends Layer {
  readonly className = 'Dropout';
  readonly rate: number;
  readonly seed: number | null;
  readonly noiseShape: PartialShape | null;

  constructor(options: DropoutOptions) {
    rejectUnknownOptions('layers.dropout', options, [...layerOptionNames, 'rate', 'seed', 'noiseShape']);
    super('Dropout', options);
    this.rate = checkNumber(options.rate, 'layers.dropout: rate', 0, 1);
    this.seed = options.seed == null ? null : checkWhole(options.seed, 'layers.dropout: seed', 0);
    const noiseShape: unknown = options.noiseShape ?? null;
    if (noiseShape !== null && !Array.isArray(noiseShape))
      throw new ValueError(`layers.dropout: expected noiseShape as a list of sizes, received ${typeof noiseShape}.`);
    for (const size of options.noiseShape ?? []) if (size !== null) checkWhole(size, 'layers.dropout: noiseShape');
    this.noiseShape = options.noiseShape ?? null;
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return inputShape;
  }

  override call(x: Tensor, context: CallContext): Tensor {
    if (!context.training || this.rate === 0) return x;
    const values = x.cast(this.dtype);
    if (this.rate === 1) return zerosLike(values);
    const random = uniform(this.#maskShape(x), 0, 1, {
      seed: this.seed ?? context.seed,
      stream: this.stream,
      counter: context.step,
    });
    return where(random.greaterEqual(this.rate), values.mul(1 / (1 - this.rate)), 0);
  }

  #maskShape(x: Tensor): readonly number[] {
    if (!this.noiseShape) return x.shape;
    const shape = this.noiseShape.map((size, axis) => size ?? x.shape[axis] ?? 1);
    const fits =
      shape.length === x.rank && sameShape(broadcastShapes(shape, x.shape, `Dropout "${this.name}"`), x.shape);
    if (!fits)
      throw new ShapeError(
        `Dropout "${this.name}": expected inputs that noiseShape ${formatShape(this.noiseShape)} broadcasts to, received ${formatShape(x.shape)}.`,
      );
    return shape;
  }

  protected override ownConfig(): Record<string, unknown> {
    return { rate: this.rate, seed: this.seed, noise_shape: this.noiseShape };
  }
}

/**
 * In training sets a fraction `rate` of the elements to 0 and multiplies the others by 1 / (1 - rate) (Srivastava et
 * al., 2014); otherwise changes nothing. The shape stays.
 */
export function dropout(options: DropoutOptions): Dropout {
  return new Dropout(options);
}
