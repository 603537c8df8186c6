// What each layer becomes in an ONNX graph: one function a class of layers. Names of layers are names of nodes; what a
// layer needs besides (an activation, a change of layout) is named after it.
import type { NDArray } from '../../../base/ndarray.js';
import { sizeOf } from '../../../base/shape.js';
import type { Json } from '../../../formats/json.js';
import type { PartialShape } from '../../layers/layer.js';
import type { Attributes, GraphBuilder } from './graph-builder.js';
import { onnxType } from './graph-builder.js';
import { channelsFirst, kernelToOnnx, withRowsPermuted } from './layouts.js';
import { samePads, windowsAlong, type Window } from './windows.js';

/** How a weight lies in the file, where it is not as Nacre has it. */
export type WeightLayout = 'kernel' | readonly number[];

export interface ExportedWeight {
  readonly path: string;
  /** `kernel` of a convolution: [out, in, H, W]; [H, W, C]: rows for samples flattened as [C, H, W]. */
  readonly layout?: WeightLayout;
}

/** A layer to be exported. */
export interface ExportedLayer {
  /** Unique; that of a layer within a model within the model has the outer names before it. */
  readonly name: string;
  readonly className: string;
  readonly config: Readonly<Record<string, Json>>;
  /** By their names within the layer. */
  readonly weights: ReadonlyMap<string, { readonly path: string; readonly array: NDArray }>;
}

/** Where a layer is exported to. */
export interface ExportTarget {
  readonly graph: GraphBuilder;
  /** The layers after this one. */
  readonly following: readonly ExportedLayer[];
  /** Notes how a weight lies in the file. */
  readonly wrote: (weight: ExportedWeight) => void;
}

type Exporter = (layer: ExportedLayer, target: ExportTarget) => void;

type ActivationExporter = (graph: GraphBuilder, name: string) => void;

const plainActivation =
  (op: string): ActivationExporter =>
  (graph, name) =>
    graph.add(op, name);

/** By the names that configurations have for them. */
const activations: Readonly<Record<string, ActivationExporter>> = {
  linear: () => undefined,
  relu: plainActivation('Relu'),
  sigmoid: plainActivation('Sigmoid'),
  tanh: plainActivation('Tanh'),
  softmax: (graph, name) => graph.add('Softmax', name, [], { axis: graph.isChannelsFirst ? 1 : -1 }),
};

/** Why a layer cannot be exported; undefined if it can. */
export function obstacleOf({ className, config }: ExportedLayer): string | undefined {
  if (!Object.hasOwn(exporters, className)) return `ONNX has no counterpart of the class ${className}`;
  const activation = config.activation ?? 'linear';
  if (typeof activation === 'string' && Object.hasOwn(activations, activation)) return undefined;
  const name = typeof activation === 'string' ? activation : (activation as { config?: Json }).config;
  return `ONNX has no counterpart of the activation ${JSON.stringify(name)}`;
}

/** Exports a layer that has no obstacle. */
export function exportLayer(layer: ExportedLayer, target: ExportTarget): void {
  exporters[layer.className]!(layer, target);
}

function activate({ name, config }: ExportedLayer, graph: GraphBuilder, own = false): void {
  const activation = (config.activation ?? 'linear') as string;
  activations[activation]!(graph, own ? name : `${name}/${activation}`);
}

function dense(layer: ExportedLayer, { graph, wrote }: ExportTarget): void {
  const { name, weights } = layer;
  const kernel = weights.get('kernel')!;
  const bias = weights.get('bias');
  graph.toChannelsLast(name);
  graph.castTo(onnxType[kernel.array.dtype], name);
  const sample = graph.flattened;
  const rows = sample ? withRowsPermuted(kernel.array, sample, channelsFirst) : kernel.array;
  graph.flattened = undefined;
  wrote({ path: kernel.path, ...(sample ? { layout: sample } : {}) });
  const kernelName = graph.constant(kernel.path, rows);
  const biasNames = bias ? [graph.constant(bias.path, bias.array)] : [];
  if (bias) wrote({ path: bias.path });
  if (graph.shape.length === 2) graph.add('Gemm', name, [kernelName, ...biasNames]);
  else {
    graph.add('MatMul', name, [kernelName]);
    if (bias) graph.add('Add', `${name}/bias_add`, biasNames);
  }
  graph.shape = [...graph.shape.slice(0, -1), kernel.array.shape[1]!];
  activate(layer, graph);
}

interface Windows {
  readonly along: readonly [Window, Window];
  readonly attributes: Attributes;
  readonly padding: string;
}

function windowsOf(config: ExportedLayer['config'], sizeKey: 'kernel_size' | 'pool_size'): Windows {
  const pair = (value: Json | undefined): [number, number] => (value ?? [1, 1]) as [number, number];
  const sizes = pair(config[sizeKey]);
  const strides = pair(config.strides);
  const dilations = pair(config.dilation_rate);
  const window = (axis: 0 | 1): Window => ({ size: sizes[axis], stride: strides[axis], dilation: dilations[axis] });
  return {
    along: [window(0), window(1)],
    attributes: { kernel_shape: sizes, strides, ...(sizeKey === 'kernel_size' ? { dilations } : {}) },
    padding: config.padding as string,
  };
}

/** Adds a node of windows over images; the shape after it has `channels`, or those that it had. */
function addWindows(
  op: string,
  layer: ExportedLayer,
  { along, attributes, padding }: Windows,
  graph: GraphBuilder,
  constants: readonly string[],
  channels: number | null,
): void {
  const isSame = padding === 'same';
  const sizes: PartialShape = graph.shape.slice(1, 3);
  const pads = ([0, 1] as const).map((axis) =>
    isSame ? samePads(sizes[axis] ?? null, along[axis]) : ([0, 0] as const),
  );
  const [rows, columns] = pads;
  // Explicit padding is read by every runtime; without a length, it has to be left to the runtime.
  const padded: Attributes =
    rows && columns ? { pads: [rows[0], columns[0], rows[1], columns[1]] } : { auto_pad: 'SAME_UPPER' };
  graph.add(op, layer.name, constants, { ...attributes, ...padded });
  const counts = ([0, 1] as const).map((axis) => {
    const [length = null, window] = [sizes[axis], along[axis]];
    if (isSame) return length === null ? null : Math.ceil(length / window.stride);
    return windowsAlong(length, window, 0);
  });
  graph.shape = [null, counts[0]!, counts[1]!, channels];
}

function conv2d(layer: ExportedLayer, { graph, wrote }: ExportTarget): void {
  const kernel = layer.weights.get('kernel')!;
  const bias = layer.weights.get('bias');
  graph.castTo(onnxType[kernel.array.dtype], layer.name);
  graph.toChannelsFirst(layer.name);
  wrote({ path: kernel.path, layout: 'kernel' });
  const constants = [graph.constant(kernel.path, kernelToOnnx(kernel.array))];
  if (bias) {
    wrote({ path: bias.path });
    constants.push(graph.constant(bias.path, bias.array));
  }
  const windows = windowsOf(layer.config, 'kernel_size');
  const attributes = { ...windows.attributes, group: layer.config.groups as number };
  addWindows('Conv', layer, { ...windows, attributes }, graph, constants, kernel.array.shape[3]!);
  activate(layer, graph);
}

const pooling =
  (op: 'MaxPool' | 'AveragePool'): Exporter =>
  (layer, { graph }) => {
    graph.castToFloat(layer.name);
    graph.toChannelsFirst(layer.name);
    addWindows(op, layer, windowsOf(layer.config, 'pool_size'), graph, [], graph.shape[3]!);
  };

/** Whether what follows takes the elements of a sample in any order until a matrix has taken them. */
function matrixFollows(following: readonly ExportedLayer[]): boolean {
  const next = following.find(({ className }) => className !== 'Dropout' && className !== 'Activation');
  return next?.className === 'Dense';
}

function flatten({ name }: ExportedLayer, { graph, following }: ExportTarget): void {
  const sample = graph.shape.slice(1);
  const size = sample.every((length) => length !== null) ? sizeOf(sample) : null;
  // A single channel, or a single pixel, lies the same either way.
  const isSame = sample[2] === 1 || (sample[0] === 1 && sample[1] === 1);
  if (graph.isChannelsFirst && !isSame) {
    if (size !== null && matrixFollows(following)) graph.flattened = sample as [number, number, number];
    else graph.toChannelsLast(name);
  }
  graph.isChannelsFirst = false;
  graph.add('Flatten', name, [], { axis: 1 });
  graph.shape = [null, size];
}

function reshape({ name, config }: ExportedLayer, { graph }: ExportTarget): void {
  const target = config.target_shape as readonly number[];
  graph.toChannelsLast(name);
  // 0 takes the size that is there, the batch's; what is open is counted here, since a batch may be empty.
  const shape = reshaped(graph.shape, target);
  const sizes = shape.slice(1).map((size) => size ?? -1);
  graph.add('Reshape', name, [graph.sizes(`${name}/shape`, [0, ...sizes])]);
  graph.shape = shape;
}

function reshaped(shape: PartialShape, target: readonly number[]): PartialShape {
  const sample = shape.slice(1);
  if (!sample.every((length) => length !== null)) return [null, ...target.map((size) => (size === -1 ? null : size))];
  const size = sizeOf(sample);
  const fixed = sizeOf(target.filter((length) => length !== -1));
  return [null, ...target.map((length) => (length === -1 ? size / fixed : length))];
}

const exporters: Readonly<Record<string, Exporter>> = {
  Dense: dense,
  Conv2D: conv2d,
  MaxPooling2D: pooling('MaxPool'),
  AveragePooling2D: pooling('AveragePool'),
  Flatten: flatten,
  Reshape: reshape,
  Activation: (layer, { graph }) => {
    if (layer.config.activation !== 'linear') graph.castToFloat(layer.name);
    activate(layer, graph, true);
  },
  // At inference it changes nothing.
  Dropout: () => undefined,
};
