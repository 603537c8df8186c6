// The namespace `layers`: what makes layers, and the options that each takes.
export { activation, type ActivationLayerOptions } from './activation.js';
export { conv2d, type Conv2dOptions } from './conv2d.js';
export { dense, type DenseOptions } from './dense.js';
export { dropout, type DropoutOptions } from './dropout.js';
export { flatten, type FlattenOptions } from './flatten.js';
export { input, input as inputLayer, type InputOptions } from './input.js';
export { Layer, type CallContext, type LayerOptions, type PartialShape } from './layer.js';
export { averagePooling2d, maxPooling2d, type Pooling2dOptions } from './pooling2d.js';
export { reshape, type ReshapeOptions } from './reshape.js';
