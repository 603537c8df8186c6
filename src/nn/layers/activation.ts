// An activation function as a layer of its own.
import { ValueError } from '../../base/errors.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import type { Tensor } from '../../tensor/tensor.js';
import { resolveActivation, type ActivationOption, type ResolvedActivation } from '../activation-option.js';
import { Layer, layerOptionNames, type LayerOptions, type PartialShape } from './layer.js';

export interface ActivationLayerOptions extends LayerOptions {
  /** A name such as `relu`, or a function of a tensor. */
  readonly activation: ActivationOption;
}

export class ActivationLayer extends Layer {
  readonly className = 'Activation';
  readonly #activation: ResolvedActivation;

  constructor(options: ActivationLayerOptions) {
    rejectUnknownOptions('layers.activation', options, [...layerOptionNames, 'activation']);
    super('Activation', options);
    if ((options as Partial<ActivationLayerOptions>).activation === undefined)
      throw new ValueError("layers.activation: expected an activation, for example { activation: 'relu' }.");
    this.#activation = resolveActivation(options.activation, 'layers.activation');
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return inputShape;
  }

  override call(x: Tensor): Tensor {
    return this.#activation.apply(x);
  }

  protected override ownConfig(): Record<string, unknown> {
    return { activation: this.#activation.config };
  }
}

/** Applies an activation function to every element: `layers.activation({ activation: 'relu' })`. The shape stays. */
export function activation(options: ActivationLayerOptions): ActivationLayer {
  return new ActivationLayer(options);
}
