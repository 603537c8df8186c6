// Finds the regularizer that a layer's option stands for.
import { ValueError } from '../base/errors.js';
import { hasMethod, show } from './check.js';
import { lookUp, type Spelling } from './lookup.js';
import { l1, l1l2, l2, type Regularizer } from './regularizers.js';

export type RegularizerName = 'l1' | 'l2' | 'l1l2';

/** What a regularizer option takes: a name (Keras's default factors), a regularizer, or null for none. */
export type RegularizerOption = Spelling<RegularizerName> | Regularizer | null;

const table: { readonly [Name in RegularizerName]: () => Regularizer } = { l1, l2, l1l2 };

/** What a regularizer option means. @throws ValueError for what is none */
export function resolveRegularizer(option: RegularizerOption | undefined, what: string): Regularizer | undefined {
  if (option == null) return undefined;
  if (typeof option === 'string') return lookUp('regularizer', option, table).value();
  if (!hasMethod(option, 'penalty'))
    throw new ValueError(
      `${what}: expected the name of a regularizer or one made by regularizers.l2(...), received ${show(option)}.`,
    );
  return option;
}
