// Which dense layers take flattened images: PyTorch flattens their channels first, so that its weights lie otherwise.
import { ValueError } from '../../../base/errors.js';
import { formatShape, sizeOf, type Shape } from '../../../base/shape.js';
import { show } from '../../check.js';
import type { Layer } from '../../layers/layer.js';

/** Layers that leave the order of the numbers as it is. */
const keepOrder: ReadonlySet<string> = new Set([
  'Activation',
  'Dropout',
  'ELU',
  'GaussianDropout',
  'GaussianNoise',
  'LeakyReLU',
  'ReLU',
  'Softmax',
]);

/**
 * The shapes [..., C] that were flattened into the inputs of dense layers, by the layers' names: of layers that follow
 * each other, and as `given`.
 * @throws ValueError for a name or a shape that does not fit
 */
export function flattenedShapes(
  layers: readonly Layer[],
  given: Readonly<Record<string, Shape | null>> = {},
): ReadonlyMap<string, Shape> {
  const found = new Map<string, Shape>();
  let last: Shape | undefined;
  for (const layer of layers) {
    if (layer.className === 'Flatten') {
      const shape = layer.built ? layer.inputShape.slice(1) : [];
      last = shape.length > 1 && !shape.includes(null) ? (shape as Shape) : undefined;
    } else if (!keepOrder.has(layer.className)) {
      if (layer.className === 'Dense' && last) found.set(layer.name, last);
      last = undefined;
    }
  }
  for (const [name, shape] of Object.entries(given)) {
    const layer = layers.find((each) => each.name === name);
    if (layer?.className !== 'Dense')
      throw new ValueError(`loadWeights: flattened has '${name}', which is no dense layer of the model.`);
    const inputs = layer.inputShape.at(-1);
    if (shape === null) found.delete(name);
    else if (Array.isArray(shape) && shape.length > 1 && sizeOf(shape as Shape) === inputs) found.set(name, shape);
    else
      throw new ValueError(
        `loadWeights: expected flattened['${name}'] to be the sizes [..., channels] of ${inputs} inputs, received ${Array.isArray(shape) ? formatShape(shape as Shape) : show(shape)}.`,
      );
  }
  return found;
}
