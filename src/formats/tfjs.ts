// Layers models of TensorFlow.js: `model.json`, which has the layers in Keras 2's words and a list of the weights, and
// the files of the weights beside it. Knows the file, and nothing of what the layers mean.
import { DataError } from '../base/errors.js';
import { isRecord, parseJson, type Json } from './json.js';
import {
  readWeights,
  shardPaths,
  writeWeights,
  type NameShard,
  type ReadShard,
  type TfjsWeight,
} from './tfjs-weights.js';

/** A model.json and its weights. */
export interface TfjsModel {
  /** `{ class_name, config }`, or that within `model_config`, as Keras 2 describes models; null for weights alone. */
  readonly topology: Json;
  /** `{ loss, metrics, optimizer_config }`, where the model was saved with its optimizer. */
  readonly trainingConfig: Json | undefined;
  /** Whatever the user kept with the model. */
  readonly metadata: Readonly<Record<string, Json>>;
  readonly generatedBy: string | undefined;
  /** In the order of the file, those of an optimizer too. */
  readonly weights: readonly TfjsWeight[];
  /** The list of the weights as the file has it. */
  readonly manifest: Json;
}

const layersModel = 'layers-model';

/** The JSON of a model.json, without its weights. @throws DataError for what is none */
export function parseTfjs(bytes: Uint8Array, file: string): Readonly<Record<string, Json>> {
  const place = `'${file}'`;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new DataError(`${place}: expected the JSON of a TensorFlow.js model, and it is no UTF-8 text.`, {
      cause: error,
    });
  }
  const json = parseJson(text, place);
  if (!isRecord(json) || !('modelTopology' in json || 'weightsManifest' in json))
    throw new DataError(
      `${place}: expected a TensorFlow.js model with modelTopology and weightsManifest, as model.save of TensorFlow.js or tensorflowjs_converter write it.`,
    );
  const { format = null } = json;
  if (format === 'graph-model')
    throw new DataError(
      `${place}: it is a graph model, which has operations in place of layers. Convert the Keras model again with tensorflowjs_converter --output_format=tfjs_layers_model.`,
    );
  if (format !== null && format !== layersModel)
    throw new DataError(`${place}: expected format '${layersModel}', received ${JSON.stringify(format).slice(0, 80)}.`);
  return json;
}

/**
 * Reads a model.json, and by `read` the files of its weights. `file` names it in errors.
 * @throws DataError that names the file, the place in it and what is wrong; for a file of weights that is missing
 */
export async function readTfjs(bytes: Uint8Array, file: string, read: ReadShard): Promise<TfjsModel> {
  const place = `'${file}'`;
  const json = parseTfjs(bytes, file);
  const { modelTopology: topology = null, weightsManifest: manifest = [], trainingConfig = null } = json;
  const { userDefinedMetadata: metadata = null, generatedBy } = json;
  if (topology !== null && !isRecord(topology))
    throw new DataError(`${place}, modelTopology: expected an object that describes a model.`);
  if (trainingConfig !== null && !isRecord(trainingConfig))
    throw new DataError(`${place}, trainingConfig: expected an object.`);
  if (metadata !== null && !isRecord(metadata))
    throw new DataError(`${place}, userDefinedMetadata: expected an object.`);
  return {
    topology,
    trainingConfig: trainingConfig ?? undefined,
    metadata: metadata ?? {},
    generatedBy: typeof generatedBy === 'string' ? generatedBy : undefined,
    weights: await readWeights(manifest, `${place}, weightsManifest`, read),
    manifest,
  };
}

/** The bytes of a model.json for weights that were written. */
export function writeTfjs(model: Omit<TfjsModel, 'weights'>): Uint8Array<ArrayBuffer> {
  const { topology, trainingConfig, metadata, generatedBy, manifest } = model;
  return new TextEncoder().encode(
    JSON.stringify({
      modelTopology: topology,
      format: layersModel,
      generatedBy,
      convertedBy: null,
      ...(trainingConfig === undefined ? {} : { trainingConfig }),
      ...(Object.keys(metadata).length === 0 ? {} : { userDefinedMetadata: metadata }),
      weightsManifest: manifest,
    }),
  );
}

export { readWeights, shardPaths, writeWeights, type NameShard, type TfjsWeight };
