// A model as an ONNX model: the graph of its inference, and in the metadata what Nacre needs to make the same model
// again. Opset 17: the oldest in wide use whose Softmax, Reshape and Gemm mean what the layers mean (Softmax over one
// axis since 13) and which runtimes of the last years all take; nothing newer is needed.
import { ValueError } from '../../../base/errors.js';
import { version } from '../../../base/version.js';
import { isRecord, type Json } from '../../../formats/json.js';
import type { OnnxModel } from '../../../formats/onnx/model.js';
import type { PartialShape } from '../../layers/layer.js';
import type { LayerOutline, ModelConfig, ModelContents, NamedArrays } from '../format.js';
import { exportLayer, obstacleOf, type ExportedLayer, type ExportedWeight } from './export-layers.js';
import { GraphBuilder, onnxType } from './graph-builder.js';
import { fingerprintOf, metadataKeys } from './own-metadata.js';

const opset = 17;
/** That of the release which brought this opset. */
const irVersion = 8;

/** @throws ValueError that lists all layers which ONNX has no counterpart for */
export function exportModel({ name, config, layers, weights }: ModelContents): OnnxModel {
  if (!config)
    throw new ValueError(
      `ONNX: a file holds a whole model, not weights alone. Use model.save, or another format for the weights.`,
    );
  const { input, described } = layersOf(config);
  const exported = flatLayers(described, layers, weights, '');
  const obstacles = exported.flatMap((layer) => {
    const obstacle = obstacleOf(layer);
    return obstacle ? [`'${layer.name}': ${obstacle}`] : [];
  });
  if (obstacles.length > 0)
    throw new ValueError(
      `ONNX: the model "${name}" cannot be written. ${obstacles.join('; ')}. Keep it as 'model.safetensors'.`,
    );
  const inputType = onnxType[(input.dtype ?? 'float32') as keyof typeof onnxType];
  const inputName = typeof input.name === 'string' ? input.name : 'input_layer';
  const inputShape: PartialShape = [null, ...(input.batch_shape as PartialShape).slice(1)];
  const graph = new GraphBuilder(inputName, inputType, inputShape);
  const written: ExportedWeight[] = [];
  exported.forEach((layer, index) => {
    const following = exported.slice(index + 1);
    exportLayer(layer, { graph, following, wrote: (weight) => written.push(weight) });
  });
  const outputName = exported.at(-1)!.name;
  graph.toChannelsLast(outputName);
  const output = graph.finish(outputName);
  const whole = {
    name,
    nodes: graph.nodes,
    inputs: [{ name: inputName, type: inputType, shape: named(inputShape, inputName) }],
    outputs: [{ name: output, type: graph.type, shape: named(graph.shape, output) }],
    initializers: graph.initializers,
  };
  return {
    irVersion,
    opsets: new Map([['', opset]]),
    producer: 'nacre',
    producerVersion: version,
    metadata: new Map([
      [metadataKeys.config, JSON.stringify(config)],
      [metadataKeys.weights, JSON.stringify(written)],
      [metadataKeys.graph, fingerprintOf(whole)],
    ]),
    graph: whole,
  };
}

/** Sizes that are not fixed get names: the batch's is `batch`. */
function named(shape: PartialShape, value: string): (number | string)[] {
  return shape.map((size, axis) => size ?? (axis === 0 ? 'batch' : `${value}_${axis}`));
}

function layersOf(config: ModelConfig): { input: Record<string, Json>; described: readonly Json[] } {
  const own = isRecord(config.config) ? config.config : {};
  const [first, ...described] = own.layers as readonly Record<string, Json>[];
  return { input: first!.config as Record<string, Json>, described };
}

/** The layers in order, those of models within the model in their place. */
function flatLayers(
  described: readonly Json[],
  outlines: readonly LayerOutline[],
  weights: NamedArrays,
  prefix: string,
): ExportedLayer[] {
  const own = described.filter((layer) => isRecord(layer) && layer.class_name !== 'InputLayer');
  return outlines.flatMap((outline, index) => {
    const config = (own[index] as Record<string, Json>).config as Record<string, Json>;
    const name = prefix + outline.name;
    if (outline.className === 'Sequential')
      return flatLayers(config.layers as readonly Json[], outline.layers, weights, `${name}/`);
    const arrays = outline.weights.map(
      (weight) => [weight.name, { path: weight.path, array: weights.get(weight.path)! }] as const,
    );
    return [{ name, className: outline.className, config, weights: new Map(arrays) }];
  });
}
