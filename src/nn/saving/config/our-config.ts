// Whether a file describes a model as Nacre itself does, so that its layers can be made as they stand.
import { isRecord, type Json } from '../../../formats/json.js';
import type { ModelConfig, ModelFile } from '../format.js';
import type { ConfigReader } from './from-config.js';

/**
 * Whether the layers of a model follow one another, each of a class of Nacre's own in Nacre's own words. All else, such
 * as what Keras wrote, has to be brought into this form first, or has an error coming that says what is wrong with it.
 */
export function isOurConfig({ isOurs }: ModelFile, { class_name, config }: ModelConfig, reader: ConfigReader): boolean {
  return (
    isOurs === true &&
    class_name === 'Sequential' &&
    isRecord(config) &&
    typeof config.name === 'string' &&
    Array.isArray(config.layers) &&
    (config.layers as readonly Json[]).every(isOurLayer) &&
    reader.missingIn(config.layers as readonly Json[]).length === 0
  );
}

function isOurLayer(layer: Json): boolean {
  return (
    isRecord(layer) &&
    layer.module === 'keras.layers' &&
    layer.registered_name === null &&
    isRecord(layer.config) &&
    !('inbound_nodes' in layer)
  );
}
