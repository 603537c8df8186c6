// What Nacre keeps of its own in an ONNX file: the model's configuration, how its weights lie in the graph, and a
// fingerprint of the graph, since another program may have changed it and left these texts as they were.
import { crc32c } from '../../../formats/crc32c.js';
import type { OnnxGraph } from '../../../formats/onnx/model.js';

export const metadataKeys = {
  config: 'nacre.model_config',
  weights: 'nacre.weights',
  graph: 'nacre.graph',
} as const;

/** Equal for graphs of the same nodes between the same inputs and outputs, whatever their weights. */
export function fingerprintOf({ nodes, inputs, outputs }: OnnxGraph): string {
  const plain = nodes.map(({ attributes, ...node }) => [
    node.op,
    node.domain,
    node.inputs,
    node.outputs,
    [...attributes].map(([name, { type, value }]) => [name, type, type === 'tensor' ? 'an array' : value]),
  ]);
  const text = JSON.stringify([plain, inputs.map(({ name }) => name), outputs.map(({ name }) => name)]);
  return crc32c(new TextEncoder().encode(text)).toString(16).padStart(8, '0');
}
