// A model as others draw it: as Keras describes it in JSON, and as the nodes of a graph.
import type { GraphNode } from '../../formats/tensorboard/graph-def.js';
import type { Layer } from '../layers/layer.js';

/** What is drawn of a model. */
export interface DrawnModel {
  readonly name: string;
  readonly layers: readonly Layer[];
}

/** What stands for the inputs is no layer of the model, but has a place of its own in a graph. */
const inputName = 'input_layer';

/** Keras's JSON of a sequential model of these layers. */
export function modelJson({ name, layers }: DrawnModel): string {
  const input = {
    module: 'keras.layers',
    class_name: 'InputLayer',
    config: { name: inputName, batch_shape: shapeOf(layers[0], 'inputShape'), dtype: 'float32' },
    registered_name: null,
  };
  const described = layers.map((layer) => ({
    module: 'keras.layers',
    class_name: layer.className,
    config: layer.getConfig(),
    registered_name: null,
    build_config: { input_shape: shapeOf(layer, 'inputShape') },
  }));
  return JSON.stringify({
    module: 'keras',
    class_name: 'Sequential',
    config: { name, layers: [input, ...described] },
    registered_name: null,
  });
}

/** The layers as nodes, in a group of the model's name. */
export function modelNodes({ name, layers }: DrawnModel): GraphNode[] {
  const nodes: GraphNode[] = [
    { name: `${name}/${inputName}`, op: 'InputLayer', inputs: [], shape: shapeOf(layers[0], 'inputShape') },
  ];
  for (const layer of layers)
    nodes.push({
      name: `${name}/${layer.name}`,
      op: layer.className,
      inputs: [nodes.at(-1)!.name],
      shape: shapeOf(layer, 'outputShape'),
    });
  return nodes;
}

/** Undefined, which JSON leaves out, before it is known. */
function shapeOf(layer: Layer | undefined, which: 'inputShape' | 'outputShape'): Layer['inputShape'] | undefined {
  return layer?.built ? layer[which] : undefined;
}
