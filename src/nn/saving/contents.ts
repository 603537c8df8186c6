// A model as the plain data that formats write: its configuration, its layers, and all its numbers as of one moment.
import { StateError } from '../../base/errors.js';
import type { Variable } from '../../tensor/variable.js';
import type { Layer } from '../layers/layer.js';
import { flattenLayers, weightsByPath } from '../layers/within.js';
import { globalSeed } from '../naming.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { ModelConfig, ModelContents, NamedArrays } from './format.js';
import { outlineOf } from './outline.js';
import { namedOptimizerState, readVariables } from './state.js';

/** The model as files see it. */
export interface SavableModel {
  readonly name: string;
  readonly built: boolean;
  readonly layers: readonly Layer[];
  readonly weights: readonly Variable[];
  /** What makes an equal model again. */
  describe(): object;
  /** The optimizer, once it has a state. */
  readonly trainedOptimizer: Optimizer | undefined;
}

/** What a file contains beside the weights. */
export interface FileContents {
  readonly withConfig: boolean;
  readonly texts?: ReadonlyMap<string, string>;
  readonly extra?: NamedArrays;
}

/** @throws StateError before the model is built */
export async function contentsOf(
  model: SavableModel,
  what: string,
  { withConfig, texts = new Map(), extra = new Map() }: FileContents,
): Promise<ModelContents> {
  if (!model.built)
    throw new StateError(
      `${what}: model "${model.name}" is not built yet, so it has no weights. Give its first layer an inputShape, or call build([null, ...]).`,
    );
  const optimizer = model.trainedOptimizer;
  const state = optimizer ? namedOptimizerState(optimizer) : new Map<string, Variable>();
  const random = { seed: globalSeed(), streams: flattenLayers(model.layers).map(({ stream }) => stream) };
  // As a file has it: without what is undefined.
  const config = withConfig ? (JSON.parse(JSON.stringify(model.describe())) as ModelConfig) : undefined;
  const layers = outlineOf(model);
  const [weights, slots] = await readVariables(weightsByPath(model.layers), state);
  return {
    name: model.name,
    config,
    layers,
    weights: weights!,
    optimizer: optimizer && { className: optimizer.className, names: [...state.keys()], values: [...slots!.values()] },
    random,
    texts,
    extra,
  };
}
