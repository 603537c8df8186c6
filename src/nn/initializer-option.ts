// Finds the initializer that a layer's option stands for.
import { ValueError } from '../base/errors.js';
import { hasMethod, show } from './check.js';
import * as initializers from './initializers.js';
import type { Initializer } from './initializers.js';
import { lookUp, type Spelling } from './lookup.js';

const table = {
  zeros: initializers.zeros,
  ones: initializers.ones,
  constant: initializers.constant,
  randomNormal: initializers.randomNormal,
  randomUniform: initializers.randomUniform,
  truncatedNormal: initializers.truncatedNormal,
  varianceScaling: initializers.varianceScaling,
  glorotUniform: initializers.glorotUniform,
  glorotNormal: initializers.glorotNormal,
  heUniform: initializers.heUniform,
  heNormal: initializers.heNormal,
  lecunUniform: initializers.lecunUniform,
  lecunNormal: initializers.lecunNormal,
} as const;

export type InitializerName = keyof typeof table;

/** What an initializer option takes: a name (with its defaults) or an initializer. */
export type InitializerOption = Spelling<InitializerName> | Initializer;

const aliases = { zero: 'zeros', one: 'ones', normal: 'randomNormal', uniform: 'randomUniform' };

/** What an initializer option means. @throws ValueError for what is none */
export function resolveInitializer(option: InitializerOption, what: string): Initializer {
  if (typeof option === 'string') return lookUp<() => Initializer>('initializer', option, table, aliases).value();
  if (!hasMethod(option, 'create'))
    throw new ValueError(
      `${what}: expected the name of an initializer or one made by initializers.glorotUniform(...), received ${show(option)}.`,
    );
  return option;
}
