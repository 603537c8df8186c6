// The two-dimensional convolution layer.
import { ShapeError, ValueError } from '../../base/errors.js';
import { formatShape } from '../../base/shape.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import { conv2d as convolve } from '../../tensor/convolution.js';
import { pairOf, type Padding, type Pair } from '../../tensor/ops/convolution.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Variable } from '../../tensor/variable.js';
import { resolveActivation, type ActivationOption, type ResolvedActivation } from '../activation-option.js';
import { checkBoolean, checkWhole } from '../check.js';
import { KernelConfig, kernelOptionNames, type KernelOptions } from './kernel.js';
import { Layer, layerOptionNames, type LayerOptions, type PartialShape } from './layer.js';
import {
  checkDataFormat,
  checkImages,
  paddingOf,
  windowsAlong,
  type DataFormatOption,
  type PaddingOption,
} from './spatial.js';

export interface Conv2dOptions extends LayerOptions, KernelOptions {
  /** The number of output channels. */
  readonly filters: number;
  /** The height and width of the kernel; one number for both. */
  readonly kernelSize: number | Pair;
  /** How far the window moves; 1 by default. */
  readonly strides?: number | Pair;
  /** `valid`, the default: only windows inside the image; `same`: as many windows as the image has pixels / stride. */
  readonly padding?: PaddingOption;
  /** Only `channelsLast`, the default. */
  readonly dataFormat?: DataFormatOption;
  /** How far apart a window's elements lie; 1 by default. */
  readonly dilationRate?: number | Pair;
  /** Input and output channels are split into so many groups that do not see each other; 1 by default. */
  readonly groups?: number;
  /** Applied to the sums; none by default. */
  readonly activation?: ActivationOption;
  /** Whether a bias is added, true by default. */
  readonly useBias?: boolean;
}

const optionNames = [
  ...layerOptionNames,
  'filters',
  'kernelSize',
  'strides',
  'padding',
  'dataFormat',
  'dilationRate',
  'groups',
  'activation',
  'useBias',
  ...kernelOptionNames,
] as const;

export class Conv2D extends Layer {
  readonly className = 'Conv2D';
  readonly filters: number;
  readonly kernelSize: Pair;
  readonly strides: Pair;
  readonly padding: Padding;
  readonly dilationRate: Pair;
  readonly groups: number;
  readonly useBias: boolean;
  readonly #activation: ResolvedActivation;
  readonly #kernelConfig: KernelConfig;
  #kernel: Variable | undefined;
  #bias: Variable | undefined;

  constructor(options: Conv2dOptions) {
    const what = 'layers.conv2d';
    rejectUnknownOptions(what, options, optionNames);
    super('Conv2D', options);
    this.filters = checkWhole(options.filters, `${what}: filters`);
    this.kernelSize = pairOf(options.kernelSize, `${what}: kernelSize`);
    this.strides = pairOf(options.strides ?? 1, `${what}: strides`);
    this.padding = paddingOf(options.padding, what);
    checkDataFormat(options.dataFormat, what);
    this.dilationRate = pairOf(options.dilationRate ?? 1, `${what}: dilationRate`);
    this.groups = checkWhole(options.groups ?? 1, `${what}: groups`);
    this.useBias = checkBoolean(options.useBias ?? true, `${what}: useBias`);
    this.#activation = resolveActivation(options.activation, what);
    this.#kernelConfig = new KernelConfig(options, what);
    if (this.filters % this.groups !== 0)
      throw new ValueError(
        `${what}: expected filters to be a multiple of groups, received ${this.filters} and ${this.groups}.`,
      );
    if (Math.max(...this.strides) > 1 && Math.max(...this.dilationRate) > 1)
      throw new ValueError(
        `${what}: expected strides or dilationRate to be 1, received ${JSON.stringify(this.strides)} and ${JSON.stringify(this.dilationRate)}.`,
      );
  }

  /** [height, width, channels / groups, filters] */
  get kernel(): Variable | undefined {
    return this.#kernel;
  }

  /** [filters] */
  get bias(): Variable | undefined {
    return this.#bias;
  }

  protected override build(inputShape: PartialShape): void {
    const { kernelInitializer, kernelRegularizer, biasInitializer, biasRegularizer } = this.#kernelConfig;
    const shape = [...this.kernelSize, inputShape[3]! / this.groups, this.filters];
    this.#kernel = this.addWeight('kernel', shape, kernelInitializer, { regularizer: kernelRegularizer });
    if (this.useBias)
      this.#bias = this.addWeight('bias', [this.filters], biasInitializer, { regularizer: biasRegularizer });
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    const layer = `Conv2D "${this.name}"`;
    checkImages(inputShape, layer);
    const channels = inputShape[3]!;
    if (channels % this.groups !== 0)
      throw new ShapeError(
        `${layer}: expected a number of channels that ${this.groups} groups divide, received shape ${formatShape(inputShape)}.`,
      );
    const expected = this.#kernel && this.#kernel.shape[2]! * this.groups;
    if (expected !== undefined && channels !== expected)
      throw new ShapeError(`${layer}: expected ${expected} channels, received shape ${formatShape(inputShape)}.`);
    const [height, width] = ([0, 1] as const).map((i) =>
      windowsAlong(
        inputShape[i + 1]!,
        { size: this.kernelSize[i], stride: this.strides[i], dilation: this.dilationRate[i], padding: this.padding },
        layer,
      ),
    );
    return [inputShape[0]!, height!, width!, this.filters];
  }

  override call(x: Tensor): Tensor {
    this.computeOutputShape(x.shape);
    const { strides, padding, dilationRate, groups } = this;
    let output = convolve(x.cast(this.dtype), this.made(this.#kernel), { strides, padding, dilationRate, groups });
    if (this.#bias) output = output.add(this.#bias.value);
    return this.#activation.apply(output);
  }

  protected override ownConfig(): Record<string, unknown> {
    return {
      filters: this.filters,
      kernel_size: this.kernelSize,
      strides: this.strides,
      padding: this.padding,
      data_format: 'channels_last',
      dilation_rate: this.dilationRate,
      groups: this.groups,
      activation: this.#activation.config,
      use_bias: this.useBias,
      ...this.#kernelConfig.getConfig(),
      activity_regularizer: null,
      kernel_constraint: null,
      bias_constraint: null,
    };
  }
}

/**
 * Slides `filters` kernels over images: activation(x * kernel + bias). [B, H, W, C] -> [B, H', W', filters]; the kernel
 * is [height, width, C / groups, filters].
 */
export function conv2d(options: Conv2dOptions): Conv2D {
  return new Conv2D(options);
}
