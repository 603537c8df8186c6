// What hints read from a model's layers: which activations it ends in, and whether it takes its inputs as they are.
import type { Layer } from '../layers/layer.js';
import { leafLayers } from '../layers/within.js';

/** How a model ends. */
export interface Ending {
  /** The function that gives the output: 'softmax', 'linear' for none; undefined where it cannot be told. */
  readonly activation: string | undefined;
  /** The function right before it, without weights in between; undefined where there is none. */
  readonly before: string | undefined;
}

/** Layers that hand values on, whatever they do to their order. */
const handsOn: readonly string[] = ['Flatten', 'Reshape', 'Permute', 'Dropout', 'InputLayer'];

/** Layers that scale their inputs themselves, or take numbers for names. */
const scales: readonly string[] = [
  'Rescaling',
  'Normalization',
  'BatchNormalization',
  'LayerNormalization',
  'Embedding',
];

/** Keras's name of a layer's activation; undefined where it is none of the named ones. */
export function activationOf(layer: Layer): string | undefined {
  if (layer.className === 'Softmax') return 'softmax';
  if (layer.className === 'ReLU') return 'relu';
  const { activation } = layer.getConfig();
  return typeof activation === 'string' ? activation : undefined;
}

/** The activations at the end, read from the layers' configurations: nothing is traced. */
export function endOf(layers: readonly Layer[]): Ending {
  const found: string[] = [];
  for (const layer of leafLayers(layers).reverse()) {
    if (handsOn.includes(layer.className)) continue;
    const activation = activationOf(layer);
    if (activation === undefined) break;
    const hasWeights = layer.weights.length > 0;
    // A layer with weights and no activation ends the model only where nothing comes after it.
    if (activation !== 'linear' || (hasWeights && found.length === 0)) found.push(activation);
    if (hasWeights) break;
  }
  return { activation: found[0], before: found[1] };
}

/** Whether the first layer that does more than hand values on takes them as they are. */
export function feedsValuesDirectly(layers: readonly Layer[]): boolean {
  const first = leafLayers(layers).find((layer) => !handsOn.includes(layer.className));
  return first !== undefined && !scales.includes(first.className);
}
