// Gives a model what a file keeps of one: weights, and the numbers that random draws follow from.
import { DataError } from '../../base/errors.js';
import type { Layer } from '../layers/layer.js';
import { flattenLayers, weightsByPath } from '../layers/within.js';
import { assignVariables } from './assign-variables.js';
import type { SavableModel } from './contents.js';
import type { MatchOptions, ModelFile } from './format.js';
import { outlineOf } from './outline.js';

/** The weights of the file. @throws DataError, with nothing changed, unless names or order, and all shapes, fit */
export function restoreWeights(
  model: Pick<SavableModel, 'layers'>,
  file: ModelFile,
  { classesInFile, ...options }: MatchOptions & { readonly classesInFile?: ReadonlyMap<Layer, string> } = {},
): void {
  const found = file.weightsFor(outlineOf(model, classesInFile), options);
  assignVariables(weightsByPath(model.layers), found, file.place, options.byName);
}

/** The streams of random numbers that the layers draw from. @throws DataError for another number of layers */
export function restoreStreams(modelLayers: readonly Layer[], file: ModelFile): void {
  const streams = file.random?.streams;
  if (!streams) return;
  const layers = flattenLayers(modelLayers);
  if (streams.length !== layers.length)
    throw new DataError(
      `${file.place}, metadata 'random': expected a stream for each of ${layers.length} layers, received ${streams.length}.`,
    );
  layers.forEach((layer, index) => (layer.stream = streams[index]!));
}
