// Gives a model the weights of a file of its own kind or of another program's. Apart from restore.ts, since loadModel
// needs none of it.
import { DataError } from '../../../base/errors.js';
import type { Shape } from '../../../base/shape.js';
import { activeConsole } from '../../console.js';
import { weightsByPath } from '../../layers/within.js';
import type { SavableModel } from '../contents.js';
import { flattenedShapes } from './flattened.js';
import { matchForeign, type ForeignOptions } from './foreign-weights.js';
import type { MatchOptions, ModelFile, NamedArrays } from '../format.js';
import { outlineOf } from '../outline.js';
import { assignVariables } from '../assign-variables.js';
import { fittingLayers } from '../skip-mismatch.js';

/** How the weights of a file are found. */
export interface LoadWeightsOptions extends ForeignOptions, MatchOptions {
  /**
   * The shapes [..., C] that were flattened into the inputs of dense layers, by the layers' names, where they do not
   * follow from the model: `{ dense: [7, 7, 64] }`. PyTorch flattens channels first, so that its weights lie otherwise.
   * null for weights that lie as they are.
   */
  readonly flattened?: Readonly<Record<string, Shape | null>> | undefined;
}

/**
 * The weights of the file, whichever program wrote it. Whether they all were taken.
 * @throws DataError, with nothing changed, unless names or order, and all shapes, fit
 */
export function restoreOwnOrForeign(
  model: Pick<SavableModel, 'layers'>,
  file: ModelFile,
  options: LoadWeightsOptions = {},
): boolean {
  const { names, layout, flattened, skipMismatch = false, byName } = options;
  const match = { byName: byName === true, skipMismatch };
  const outline = outlineOf(model);
  let weights = file.weightsFor(outline, match);
  const isAsked = names !== undefined || layout !== undefined || flattened !== undefined;
  // Nothing that goes by the names of the model: a file of another program.
  const isForeign =
    weights.found.size === 0 && weights.leftOver.size > 0 && file.config === undefined && file.random === undefined;
  if (isAsked || (isForeign && !match.byName)) {
    const all = everythingIn(file);
    weights = matchForeign(
      outline,
      all,
      { names, layout, skipMismatch },
      flattenedShapes(model.layers, flattened),
      file.place,
    );
  }
  const variables = weightsByPath(model.layers);
  if (!skipMismatch) {
    assignVariables(variables, weights, file.place, match.byName);
    return true;
  }
  const { weights: fitting, skipped } = fittingLayers(outline, weights, file.place, match.byName);
  assignVariables(variables, fitting, file.place, true);
  if (skipped !== undefined) activeConsole().warn(`loadWeights: ${skipped}`);
  return skipped === undefined;
}

/** All arrays by the names that the file has. @throws DataError for formats that have layers rather than names */
function everythingIn(file: ModelFile): NamedArrays {
  try {
    return file.weightsFor([], {}).leftOver;
  } catch (error) {
    throw new DataError(
      `${file.place}: names, layout and flattened are for files of named arrays, such as .safetensors and .npz; this one has layers. Load its weights without them.`,
      { cause: error },
    );
  }
}
