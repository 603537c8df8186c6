// A model as the named arrays and texts that named-arrays.ts reads. Apart from it, since a page that only loads models
// writes none.
import { InternalError } from '../../../base/errors.js';
import type { NDArray } from '../../../base/ndarray.js';
import { version } from '../../../base/version.js';
import type { ModelContents } from '../format.js';
import { format, formatVersion, type ArraysAndTexts } from './named-arrays.js';

/** What a file of this model holds. */
export function arraysOfModel({ config, weights, optimizer, random, texts, extra }: ModelContents): ArraysAndTexts {
  const metadata = new Map<string, string>(texts);
  const put = (key: string, value: unknown): unknown => metadata.set(key, JSON.stringify(value));
  metadata.set('format', format);
  metadata.set('format_version', formatVersion);
  metadata.set('nacre_version', version);
  if (config) put('model_config', config);
  put('weights', [...weights.keys()]);
  put('random', random);
  const tensors = new Map(weights);
  const add = (name: string, array: NDArray): void => {
    if (tensors.has(name)) throw new InternalError(`Two arrays go by the name '${name}' in a file.`);
    tensors.set(name, array);
  };
  if (optimizer) {
    put('optimizer', { class_name: optimizer.className, variables: optimizer.names });
    optimizer.names!.forEach((name, index) => add(name, optimizer.values[index]!));
  }
  for (const [name, array] of extra) add(`extra/${name}`, array);
  return { arrays: tensors, texts: metadata };
}
