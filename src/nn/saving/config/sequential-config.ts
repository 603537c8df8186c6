// Makes a Sequential from its description in a file: that of a whole model, or of one that is a layer of another.
import { DataError, messageOf } from '../../../base/errors.js';
import { isRecord, type Json } from '../../../formats/json.js';
import { show } from '../../check.js';
import { checkPartialShape, Layer } from '../../layers/layer.js';
import { Sequential } from '../../model/sequential.js';

/** More than any model has; a longer list is a damaged file. */
const mostLayers = 10_000;

/** `read` makes a layer from its description; `place` names the file, and where in it. */
export function sequentialFrom(
  described: Readonly<Record<string, Json>>,
  read: (value: Json, place: string) => unknown,
  place: string,
): Sequential {
  const { config, build_config: built } = described;
  if (!isRecord(config) || !Array.isArray(config.layers) || typeof config.name !== 'string')
    throw new DataError(`${place}: expected the model's config to have a name and a list of layers.`);
  const { name, trainable = true } = config;
  if (typeof trainable !== 'boolean')
    throw new DataError(`${place}: expected trainable to be true or false, received ${show(trainable)}.`);
  const list = config.layers as readonly Json[];
  if (list.length > mostLayers)
    throw new DataError(`${place}: expected at most ${mostLayers} layers, received ${list.length}.`);
  const layers = list.map((value, index) => {
    const layer = read(value, `${place}, layer ${index}`);
    if (layer instanceof Layer) return layer;
    throw new DataError(`${place}, layer ${index}: expected the description of a layer, received ${show(layer)}.`);
  });
  const shape = config.build_input_shape ?? (isRecord(built) ? built.input_shape : undefined);
  try {
    const model = new Sequential({ name, layers, trainable });
    if (!model.built && shape !== undefined) model.build(checkPartialShape(shape, 'build_input_shape'));
    return model;
  } catch (error) {
    throw new DataError(`${place}: ${messageOf(error)}`, { cause: error });
  }
}
