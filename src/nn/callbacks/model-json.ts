// A model as Keras describes it in JSON, for readers that draw it: which layers there are, and in which order.
import type { Layer } from '../layers/layer.js';

/** What is described of a model. */
interface DescribedModel {
  readonly name: string;
  readonly layers: readonly Layer[];
}

/** Keras's JSON of a sequential model of these layers. */
export function modelJson({ name, layers }: DescribedModel): string {
  const first = layers[0];
  // What stands for the inputs is no layer of the model, but has a place of its own in the graph.
  const input = {
    module: 'keras.layers',
    class_name: 'InputLayer',
    config: { name: 'input_layer', batch_shape: first?.built ? first.inputShape : null, dtype: 'float32' },
    registered_name: null,
  };
  const described = layers.map((layer) => ({
    module: 'keras.layers',
    class_name: layer.className,
    config: layer.getConfig(),
    registered_name: null,
    build_config: layer.built ? { input_shape: layer.inputShape } : null,
  }));
  return JSON.stringify({
    module: 'keras',
    class_name: 'Sequential',
    config: { name, layers: [input, ...described] },
    registered_name: null,
  });
}
