// The layers and weights of a model as files see them, without values.
import type { Layer } from '../layers/layer.js';
import { weightsByPath } from '../layers/within.js';
import type { LayerOutline } from './format.js';

/**
 * The layers of a model with their weights, for those who look for values for them. Layers in `classes` go by the class
 * that is given there, the one that they are of in the file.
 */
export function outlineOf(
  { layers }: { readonly layers: readonly Layer[] },
  classes: ReadonlyMap<Layer, string> = new Map(),
): LayerOutline[] {
  const paths = new Map([...weightsByPath(layers)].map(([path, variable]) => [variable, path]));
  const outline = (layer: Layer): LayerOutline => ({
    name: layer.name,
    className: classes.get(layer) ?? layer.className,
    weights: layer.ownWeights.map((variable) => {
      const { name, shape, dtype, trainable } = variable;
      return { name: name.slice(name.lastIndexOf('/') + 1), path: paths.get(variable)!, shape, dtype, trainable };
    }),
    layers: layer.innerLayers.map(outline),
  });
  return layers.map(outline);
}
