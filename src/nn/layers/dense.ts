// The dense layer: every output is a weighted sum of all inputs.
import { ShapeError } from '../../base/errors.js';
import { formatShape } from '../../base/shape.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Variable } from '../../tensor/variable.js';
import { resolveActivation, type ActivationOption, type ResolvedActivation } from '../activation-option.js';
import { checkBoolean, checkWhole } from '../check.js';
import { KernelConfig, kernelOptionNames, type KernelOptions } from './kernel.js';
import { Layer, layerOptionNames, type LayerOptions, type PartialShape } from './layer.js';

export interface DenseOptions extends LayerOptions, KernelOptions {
  /** The number of outputs. */
  readonly units: number;
  /** Applied to the sums; none by default. */
  readonly activation?: ActivationOption;
  /** Whether a bias is added, true by default. */
  readonly useBias?: boolean;
}

const optionNames = [...layerOptionNames, 'units', 'activation', 'useBias', ...kernelOptionNames] as const;

export class Dense extends Layer {
  readonly className = 'Dense';
  readonly units: number;
  readonly useBias: boolean;
  readonly #activation: ResolvedActivation;
  readonly #kernelConfig: KernelConfig;
  #kernel: Variable | undefined;
  #bias: Variable | undefined;

  constructor(options: DenseOptions) {
    rejectUnknownOptions('layers.dense', options, optionNames);
    super('Dense', options);
    this.units = checkWhole(options.units, 'layers.dense: units');
    this.useBias = checkBoolean(options.useBias ?? true, 'layers.dense: useBias');
    this.#activation = resolveActivation(options.activation, 'layers.dense');
    this.#kernelConfig = new KernelConfig(options, 'layers.dense');
  }

  /** [in, units] */
  get kernel(): Variable | undefined {
    return this.#kernel;
  }

  /** [units] */
  get bias(): Variable | undefined {
    return this.#bias;
  }

  protected override build(inputShape: PartialShape): void {
    const { kernelInitializer, kernelRegularizer, biasInitializer, biasRegularizer } = this.#kernelConfig;
    this.#kernel = this.addWeight('kernel', [inputShape.at(-1)!, this.units], kernelInitializer, {
      regularizer: kernelRegularizer,
    });
    if (this.useBias)
      this.#bias = this.addWeight('bias', [this.units], biasInitializer, { regularizer: biasRegularizer });
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    const width = inputShape.at(-1);
    if (inputShape.length < 2 || width == null)
      throw new ShapeError(
        `Dense "${this.name}": expected inputs [B, ..., features] with a known number of features, received ${formatShape(inputShape)}.`,
      );
    const expected = this.#kernel?.shape[0];
    if (expected !== undefined && width !== expected)
      throw new ShapeError(
        `Dense "${this.name}": expected the last axis to be ${expected}, received shape ${formatShape(inputShape)}.`,
      );
    return [...inputShape.slice(0, -1), this.units];
  }

  override call(x: Tensor): Tensor {
    this.computeOutputShape(x.shape);
    let output = x.cast(this.dtype).matMul(this.made(this.#kernel));
    if (this.#bias) output = output.add(this.#bias.value);
    return this.#activation.apply(output);
  }

  protected override ownConfig(): Record<string, unknown> {
    return {
      units: this.units,
      activation: this.#activation.config,
      use_bias: this.useBias,
      ...this.#kernelConfig.getConfig(),
      kernel_constraint: null,
      bias_constraint: null,
    };
  }
}

/** Weighted sums of all inputs: activation(x kernel + bias). [B, ..., in] -> [B, ..., units]. */
export function dense(options: DenseOptions): Dense {
  return new Dense(options);
}
