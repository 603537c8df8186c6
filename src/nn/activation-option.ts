// Finds the function that a layer's `activation` option stands for.
import { ValueError } from '../base/errors.js';
import { Tensor } from '../tensor/tensor.js';
import { linear, relu, sigmoid, softmax, tanh, type Activation } from './activations.js';
import { show } from './check.js';
import { keyOf, lookUp, type Spelling } from './lookup.js';
import { serializeFunction } from './serialization.js';

export type ActivationName = 'linear' | 'relu' | 'sigmoid' | 'softmax' | 'tanh';

/** What an `activation` option takes: a name, a function, or null for none. */
export type ActivationOption = Spelling<ActivationName> | Activation | null;

const table: { readonly [Name in ActivationName]: Activation } = { linear, relu, sigmoid, softmax, tanh };

/** The activation that a name means, in any of the spellings; undefined for none. */
export function activationName(name: string): string | undefined {
  return keyOf(name, table);
}

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
