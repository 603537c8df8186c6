// Layers that consist of others, such as models within a model: all of them in one list, and their weights by path.
import type { Variable } from '../../tensor/variable.js';
import type { Layer } from './layer.js';

/** Each layer, followed by those within it. */
export function flattenLayers(layers: readonly Layer[]): Layer[] {
  return layers.flatMap((layer) => [layer, ...flattenLayers(layer.innerLayers)]);
}

/** The layers that do the work: those that consist of others are replaced by these, in the order of computation. */
export function leafLayers(layers: readonly Layer[]): Layer[] {
  return flattenLayers(layers).filter(({ innerLayers }) => innerLayers.length === 0);
}

/**
 * The weights of `layers` by their path: the names of the layers around, and the weight's own, `base/conv2d/kernel`. Since
 * layers beside each other have different names, no two weights have the same. One that two layers share has the path of
 * the first.
 */
export function weightsByPath(layers: readonly Layer[]): Map<string, Variable> {
  const found = new Map<string, Variable>();
  const seen = new Set<Variable>();
  const visit = (layer: Layer, around: string): void => {
    for (const variable of layer.ownWeights) {
      if (seen.has(variable)) continue;
      seen.add(variable);
      let path = `${around}${variable.name}`;
      // Only a layer of the user's own can give two of its weights one name.
      for (let count = 1; found.has(path); count++) path = `${around}${variable.name}_${count}`;
      found.set(path, variable);
    }
    for (const inner of layer.innerLayers) visit(inner, `${around}${layer.name}/`);
  };
  for (const layer of layers) visit(layer, '');
  return found;
}
