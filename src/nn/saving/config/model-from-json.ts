// Models from their configuration alone, with new weights: what `toJSON` or `getConfig` of a model gave, or Keras's
// `to_json`.
import { DataError, ValueError } from '../../../base/errors.js';
import { rejectUnknownOptions } from '../../../base/suggest.js';
import { isRecord, parseJson, type Json } from '../../../formats/json.js';
import { show } from '../../check.js';
import type { Sequential } from '../../model/sequential.js';
import { ConfigReader, type CustomObjects, type MapLayer } from './from-config.js';
import { sequentialFrom } from './sequential-config.js';

export interface ModelFromJSONOptions {
  /** The user's own classes and functions, by name, as for `loadModel`. */
  readonly customObjects?: CustomObjects;
  /** A layer for one of the description's that Nacre does not have, as for `loadModel`. */
  readonly mapLayer?: MapLayer;
}

const what = 'modelFromJSON';

/**
 * A model with the layers that a configuration describes, and new weights: what `model.toJSON()` gave, as an object or as
 * the text of it, or Keras's `model.to_json()` of any version. It is not compiled.
 * @throws DataError for what is no such configuration; for layers that do not exist here, all of them at once
 * @example
 * const text = JSON.stringify(model);
 * const same = await modelFromJSON(text);
 */
export async function modelFromJSON(json: string | object, options: ModelFromJSONOptions = {}): Promise<Sequential> {
  rejectUnknownOptions(what, options, ['customObjects', 'mapLayer']);
  const given: unknown = json;
  if (typeof given !== 'string' && (typeof given !== 'object' || given === null))
    throw new ValueError(`${what}: expected a configuration or the text of one, received ${show(given)}.`);
  const config = parseJson(typeof given === 'string' ? given : JSON.stringify(given), what);
  if (!isRecord(config))
    throw new DataError(`${what}: expected the configuration of a model, received ${show(config)}.`);
  // What compiles is loaded here: a page that only loads models carries none of it.
  const [{ sequentialConfig }, { enableCompiling }] = await Promise.all([
    import('../keras/config.js'),
    import('../../model/enable-compiling.js'),
  ]);
  enableCompiling();
  const { customObjects = {}, mapLayer } = options;
  const reader = new ConfigReader(customObjects, { mapLayer });
  const described = sequentialConfig(config, reader, what);
  const layers: readonly Json[] = described.config.layers;
  const missing = reader.missingIn(layers);
  if (missing.length > 0)
    throw new DataError(
      `${what}: the model uses ${missing.join(', ')}, which Nacre does not have. Give what is your own in ${what}(json, { customObjects: { Name: TheClass } }).`,
    );
  reader.makeLayers(layers, what);
  return sequentialFrom(described, (value, where) => reader.read(value, where), what);
}

/** `Sequential.fromConfig`: a model from what `getConfig` of one gave. As `modelFromJSON`. */
export function fromConfig(config: object, options: ModelFromJSONOptions = {}): Promise<Sequential> {
  return modelFromJSON({ module: 'keras', class_name: 'Sequential', config, registered_name: null }, options);
}
