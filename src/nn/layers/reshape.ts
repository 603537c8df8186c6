// Reshape: the elements of a sample in another arrangement.
import { ShapeError, ValueError } from '../../base/errors.js';
import { formatShape, sizeOf } from '../../base/shape.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Layer, layerOptionNames, type LayerOptions, type PartialShape } from './layer.js';

export interface ReshapeOptions extends LayerOptions {
  /** The shape of one sample; one size may be -1, for what is left. */
  readonly targetShape: readonly number[];
}

export class Reshape extends Layer {
  readonly className = 'Reshape';
  readonly targetShape: readonly number[];

  constructor(options: ReshapeOptions) {
    rejectUnknownOptions('layers.reshape', options, [...layerOptionNames, 'targetShape']);
    super('Reshape', options);
    const target: unknown = options.targetShape;
    const isShape =
      Array.isArray(target) &&
      target.every((size) => Number.isSafeInteger(size) && ((size as number) >= 0 || size === -1));
    if (!isShape || target.filter((size) => size === -1).length > 1)
      throw new ValueError(
        `layers.reshape: expected targetShape as a list of whole numbers with at most one -1, received ${JSON.stringify(target)}.`,
      );
    this.targetShape = [...(target as number[])];
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    if (inputShape.length === 0)
      throw new ShapeError(`Reshape "${this.name}": expected inputs with a batch axis, received a scalar.`);
    const [batch, ...sample] = inputShape as [number | null, ...(number | null)[]];
    const isKnown = (size: number | null): size is number => size !== null;
    const isOpen = this.targetShape.includes(-1);
    if (!sample.every(isKnown)) return [batch, ...this.targetShape.map((size) => (size === -1 ? null : size))];
    const size = sizeOf(sample);
    const fixed = sizeOf(this.targetShape.filter((axis) => axis !== -1));
    if (isOpen ? fixed === 0 || size % fixed !== 0 : size !== fixed)
      throw new ShapeError(
        `Reshape "${this.name}": the ${size} elements of a sample ${formatShape(sample)} do not fill shape ${formatShape(this.targetShape)}.`,
      );
    return [batch, ...this.targetShape.map((axis) => (axis === -1 ? size / fixed : axis))];
  }

  override call(x: Tensor): Tensor {
    return x.reshape(this.computeOutputShape(x.shape) as number[]);
  }

  protected override ownConfig(): Record<string, unknown> {
    return { target_shape: this.targetShape };
  }
}

/** The elements of a sample in another arrangement: [B, ...] -> [B, ...targetShape]. */
export function reshape(options: ReshapeOptions): Reshape {
  return new Reshape(options);
}
