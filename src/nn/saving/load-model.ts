// loadModel: a model from the file that `save` wrote, as it was when it was saved.
import { DataError, ValueError } from '../../base/errors.js';
import { formatShape, sizeOf } from '../../base/shape.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import type { Json } from '../../formats/json.js';
import { full } from '../../tensor/creation.js';
import { checkBoolean, show } from '../check.js';
import { withWeightSource, type WeightSource } from '../layers/weight-source.js';
import type { Sequential } from '../model/sequential.js';
import { adoptSeed } from '../naming.js';
import type { ModelConfig, ModelFile } from './format.js';
import { ConfigReader, type CustomObjects, type MapLayer } from './config/from-config.js';
import { readModelFile } from './model-file.js';
import { adoptPrograms } from './programs/programs-file.js';
import { isOurConfig } from './config/our-config.js';
import type { FetchOptions, ModelSource } from './places/place.js';
import { restoreStreams, restoreWeights } from './restore.js';
import { sequentialFrom } from './config/sequential-config.js';

export interface LoadModelOptions extends FetchOptions {
  /**
   * The classes and functions of the user's own that the model uses, by name: layers as classes (or factories that take
   * options), losses, metrics and activations as functions.
   */
  readonly customObjects?: CustomObjects;
  /**
   * Asked for every layer that the file describes: the layer of this program that stands for it, or undefined for what
   * Nacre makes of it. It gets the weights that the file has for the layer, in their order.
   */
  readonly mapLayer?: MapLayer;
  /**
   * Where the programs are that `model.savePrograms` compiled for the model's predictions: what they compute is not
   * compiled again, and a page that only predicts loads no compiler. They are code: give none that came from a stranger.
   */
  readonly programs?: ModelSource;
  /** Whether the model is compiled as it was, where it was; true unless given. */
  readonly compile?: boolean;
}

/**
 * A model as `model.save` (a path) or `model.toBytes` (bytes) kept it: its layers and weights, compiled as it was, with
 * the state of its optimizer, and with the random numbers going on as they would have, unless a seed was set.
 *
 * It may come from a path; from a URL with http or https; from a `File` or `Blob`, or a list of them where a model is
 * several files; in a page from the browser's database, `indexeddb://name`; or from bytes.
 *
 * What a file cannot hold, a loss or a metric that is a function, has to be given in `customObjects`; without it the
 * model is loaded but not compiled, and a line says what is missing.
 * @throws DataError for a missing or damaged file; for layers that do not exist here, all of them at once
 * @throws ValueError for a name whose ending is no format that exists, or what is no place
 * @throws StoppedError if `signal` asked to stop
 * @example
 * await model.save('digits.safetensors');
 * const same = await loadModel('digits.safetensors');
 */
export async function loadModel(source: ModelSource, options: LoadModelOptions = {}): Promise<Sequential> {
  rejectUnknownOptions('loadModel', options, [
    'customObjects',
    'mapLayer',
    'compile',
    'programs',
    'maxBytes',
    'onProgress',
    'signal',
  ]);
  const withCompile = checkBoolean(options.compile ?? true, 'loadModel: compile');
  const [file] = await Promise.all([
    readModelFile(source, 'loadModel', options),
    options.programs === undefined ? undefined : loadPrograms(options.programs, options),
  ]);
  const mapLayer = checkMapLayer(options.mapLayer);
  const reader = new ConfigReader(options.customObjects ?? {}, { mapLayer });
  const described = await describedIn(file, reader, mapLayer !== undefined);
  const model = modelOf(described, file, reader);
  restoreWeights(model, file, { classesInFile: reader.classesInFile });
  restoreStreams(model.layers, file);
  if (file.random) adoptSeed(file.random.seed);
  if (withCompile) {
    // Loaded only here: a page that only predicts carries no optimizers, losses and metrics.
    const { compileAgain } = await import('./compile-again.js');
    compileAgain(model, file, options.customObjects ?? {});
  }
  return model;
}

async function loadPrograms(source: ModelSource, options: FetchOptions): Promise<void> {
  await adoptPrograms(source, 'loadModel: programs', options);
}

function checkMapLayer(mapLayer: unknown): MapLayer | undefined {
  if (mapLayer === undefined || typeof mapLayer === 'function') return mapLayer as MapLayer | undefined;
  throw new ValueError(`loadModel: expected mapLayer to be a function, received ${show(mapLayer)}.`);
}

/** A sequential model as Nacre describes it, whichever way the file does. */
async function describedIn(file: ModelFile, reader: ConfigReader, isMapped: boolean): Promise<ModelConfig> {
  const { config, place } = file;
  if (!config)
    throw new DataError(
      `loadModel: ${place} has weights but no model. Build the model and call model.loadWeights, or save it with model.save.`,
    );
  if (!isMapped && isOurConfig(file, config, reader)) return config;
  // Loaded when it is used: a page with models of its own has nothing to bring into another form.
  const { sequentialConfig } = await import('./keras/config.js');
  return sequentialConfig(config, reader, place);
}

function modelOf(described: ModelConfig, { weightElements, place }: ModelFile, reader: ConfigReader): Sequential {
  const layers = (described.config as { readonly layers: readonly Json[] }).layers;
  const missing = reader.missingIn(layers);
  if (missing.length > 0)
    throw new DataError(
      `${place}: the model uses ${missing.join(', ')}, which Nacre does not have. Give what is your own in loadModel(path, { customObjects: { Name: TheClass } }).`,
    );
  return withWeightSource(weightsWithin(weightElements), () => {
    reader.makeLayers(layers, place);
    const model = sequentialFrom({ ...described }, (value, where) => reader.read(value, where), place);
    if (!model.built)
      throw new DataError(`${place}: expected the model's config to have its build_input_shape, received none.`);
    return model;
  });
}

/** Weights without values of their own, as many elements as the file has and no more: a file decides what is allocated. */
function weightsWithin(available: number): WeightSource {
  let used = 0;
  return (shape) => {
    used += sizeOf(shape);
    if (!(used <= available))
      throw new DataError(
        `the layers need at least ${used} weights up to one of shape ${formatShape(shape)}, and the file has ${available}.`,
      );
    return full(shape, 0);
  };
}
