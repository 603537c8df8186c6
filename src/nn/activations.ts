// Activation functions, by name or as functions of a tensor; and the memory of which logits a probability came from.
import { ValueError } from '../base/errors.js';
import { Tensor } from '../tensor/tensor.js';
import { show } from './check.js';
import { lookUp, type Spelling } from './lookup.js';
import { serializeFunction } from './serialization.js';

/** A function of a tensor of any shape to one of the same shape. */
export type Activation = (x: Tensor) => Tensor;

export type ActivationName = 'linear' | 'relu' | 'sigmoid' | 'softmax' | 'tanh';

/** What an `activation` option takes: a name, a function, or null for none. */
export type ActivationOption = Spelling<ActivationName> | Activation | null;

/** The functions whose input a loss can use in place of their output. */
export type InvertibleActivation = 'sigmoid' | 'softmax';

// A loss computed from logits is exact where the probability has rounded to 0 or 1. Keras reaches back in the same way.
const origins = new WeakMap<Tensor, { readonly activation: InvertibleActivation; readonly logits: Tensor }>();

/** The tensor that `output` is the softmax or sigmoid of, if an activation function made it. */
export function logitsOf(output: Tensor, activation: InvertibleActivation): Tensor | undefined {
  const origin = origins.get(output);
  return origin?.activation === activation ? origin.logits : undefined;
}

/** x itself. */
export function linear(x: Tensor): Tensor {
  return x;
}

/** max(x, 0). */
export function relu(x: Tensor): Tensor {
  return x.relu();
}

/** 1 / (1 + exp(-x)). */
export function sigmoid(x: Tensor): Tensor {
  const output = x.sigmoid();
  origins.set(output, { activation: 'sigmoid', logits: x });
  return output;
}

/** exp(x) / sum(exp(x)) over `axis`: positive and of sum 1. */
export function softmax(x: Tensor, axis = -1): Tensor {
  const output = x.softmax(axis);
  if (axis === -1 || axis === x.rank - 1) origins.set(output, { activation: 'softmax', logits: x });
  return output;
}

/** The hyperbolic tangent. */
export function tanh(x: Tensor): Tensor {
  return x.tanh();
}

const table: { readonly [Name in ActivationName]: Activation } = { linear, relu, sigmoid, softmax, tanh };

/** An activation ready to use, and how a configuration names it. */
export interface ResolvedActivation {
  readonly apply: Activation;
  readonly config: unknown;
}

/** What an `activation` option means; nothing means linear. @throws ValueError for a name that is not known */
export function resolveActivation(option: ActivationOption | undefined, what: string): ResolvedActivation {
  if (option == null) return { apply: linear, config: 'linear' };
  if (typeof option === 'string') {
    const { key, value } = lookUp('activation', option, table);
    // One argument: a layer's activation has no options.
    return { apply: (x) => value(x), config: key };
  }
  if (typeof option !== 'function')
    throw new ValueError(
      `${what}: expected activation to be a name or a function of a tensor, received ${show(option)}.`,
    );
  const name = Object.entries(table).find(([, known]) => known === option)?.[0];
  const apply: Activation = (x) => {
    const output: unknown = option(x);
    if (!(output instanceof Tensor))
      throw new ValueError(`${what}: expected the activation function to return a tensor, received ${String(output)}.`);
    return output;
  };
  return { apply, config: name ?? serializeFunction(option.name || 'activation') };
}
