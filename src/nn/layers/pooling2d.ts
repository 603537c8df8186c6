// Pooling layers: each window of an image becomes its largest element or its mean.
import { rejectUnknownOptions } from '../../base/suggest.js';
import { averagePool2d, maxPool2d } from '../../tensor/convolution.js';
import { pairOf, type Padding, type Pair } from '../../tensor/ops/convolution.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Layer, layerOptionNames, type LayerOptions, type PartialShape } from './layer.js';
import {
  checkDataFormat,
  checkImages,
  paddingOf,
  windowsAlong,
  type DataFormatOption,
  type PaddingOption,
} from './spatial.js';

export interface Pooling2dOptions extends LayerOptions {
  /** The height and width of the window; one number for both. 2 by default. */
  readonly poolSize?: number | Pair;
  /** How far the window moves; by default its own size. */
  readonly strides?: number | Pair | null;
  /** `valid`, the default: only windows inside the image; `same`: as many windows as the image has pixels / stride. */
  readonly padding?: PaddingOption;
  /** Only `channelsLast`, the default. */
  readonly dataFormat?: DataFormatOption;
}

abstract class Pooling2D extends Layer {
  readonly poolSize: Pair;
  readonly strides: Pair;
  readonly padding: Padding;

  constructor(className: string, what: string, options: Pooling2dOptions) {
    rejectUnknownOptions(what, options, [...layerOptionNames, 'poolSize', 'strides', 'padding', 'dataFormat']);
    super(className, options);
    this.poolSize = pairOf(options.poolSize ?? 2, `${what}: poolSize`);
    this.strides = pairOf(options.strides ?? this.poolSize, `${what}: strides`);
    this.padding = paddingOf(options.padding, what);
    checkDataFormat(options.dataFormat, what);
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    const layer = `${this.className} "${this.name}"`;
    checkImages(inputShape, layer);
    const [height, width] = ([0, 1] as const).map((i) =>
      windowsAlong(
        inputShape[i + 1]!,
        { size: this.poolSize[i], stride: this.strides[i], dilation: 1, padding: this.padding },
        layer,
      ),
    );
    return [inputShape[0]!, height!, width!, inputShape[3]!];
  }

  protected override ownConfig(): Record<string, unknown> {
    return {
      pool_size: this.poolSize,
      padding: this.padding,
      strides: this.strides,
      data_format: 'channels_last',
    };
  }
}

export class MaxPooling2D extends Pooling2D {
  readonly className = 'MaxPooling2D';

  constructor(options: Pooling2dOptions = {}) {
    super('MaxPooling2D', 'layers.maxPooling2d', options);
  }

  override call(x: Tensor): Tensor {
    this.computeOutputShape(x.shape);
    return maxPool2d(x, { poolSize: this.poolSize, strides: this.strides, padding: this.padding });
  }
}

export class AveragePooling2D extends Pooling2D {
  readonly className = 'AveragePooling2D';

  constructor(options: Pooling2dOptions = {}) {
    super('AveragePooling2D', 'layers.averagePooling2d', options);
  }

  override call(x: Tensor): Tensor {
    this.computeOutputShape(x.shape);
    return averagePool2d(x, { poolSize: this.poolSize, strides: this.strides, padding: this.padding });
  }
}

/** The largest element of each window; padding never wins. [B, H, W, C] -> [B, H', W', C]. */
export function maxPooling2d(options: Pooling2dOptions = {}): MaxPooling2D {
  return new MaxPooling2D(options);
}

/** The mean of each window, padding not counted. [B, H, W, C] -> [B, H', W', C]. */
export function averagePooling2d(options: Pooling2dOptions = {}): AveragePooling2D {
  return new AveragePooling2D(options);
}
