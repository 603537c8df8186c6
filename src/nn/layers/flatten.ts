// Flatten: all axes of a sample become one.
import { ShapeError } from '../../base/errors.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Layer, layerOptionNames, type LayerOptions, type PartialShape } from './layer.js';
import { checkDataFormat, type DataFormatOption } from './spatial.js';

export interface FlattenOptions extends LayerOptions {
  /** Only `channelsLast`, the default. */
  readonly dataFormat?: DataFormatOption;
}

export class Flatten extends Layer {
  readonly className = 'Flatten';

  constructor(options: FlattenOptions = {}) {
    rejectUnknownOptions('layers.flatten', options, [...layerOptionNames, 'dataFormat']);
    super('Flatten', options);
    checkDataFormat(options.dataFormat, 'layers.flatten');
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    if (inputShape.length === 0)
      throw new ShapeError(`Flatten "${this.name}": expected inputs with a batch axis, received a scalar.`);
    const sample = inputShape.slice(1);
    const known = sample.filter((size) => size !== null);
    return [inputShape[0]!, known.length === sample.length ? known.reduce((product, size) => product * size, 1) : null];
  }

  override call(x: Tensor): Tensor {
    return x.reshape(this.computeOutputShape(x.shape) as number[]);
  }

  protected override ownConfig(): Record<string, unknown> {
    return { data_format: 'channels_last' };
  }
}

/** All axes of a sample become one: [B, ...] -> [B, n]. */
export function flatten(options: FlattenOptions = {}): Flatten {
  return new Flatten(options);
}
