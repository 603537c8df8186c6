// The operators of ONNX that Nacre's layers cover, each with what it becomes.
import type { Operator } from './node-context.js';
import { convolution, globalPooling, pooling, spatialMean } from './operators-images.js';
import { axesOf, cast, dropout, flatten, pad, reshape, squeeze, transpose, unsqueeze } from './operators-shapes.js';
import {
  activation,
  add,
  batchNormalization,
  divide,
  gemm,
  matMul,
  multiply,
  softmax,
  subtract,
} from './operators-values.js';

/** Every operator that is covered; the domain is ONNX's own. */
export const operators: Readonly<Record<string, Operator>> = {
  Add: add,
  AveragePool: pooling('AveragePooling2D'),
  BatchNormalization: batchNormalization,
  Cast: cast,
  Conv: convolution,
  Div: divide,
  Dropout: dropout,
  Flatten: flatten,
  Gemm: gemm,
  GlobalAveragePool: globalPooling('AveragePooling2D'),
  GlobalMaxPool: globalPooling('MaxPooling2D'),
  Identity: ({ input }) => input,
  MatMul: matMul,
  MaxPool: pooling('MaxPooling2D'),
  Mul: multiply,
  Pad: pad,
  ReduceMean: (context) => spatialMean(context, axesOf(context)),
  Relu: activation('relu'),
  Reshape: reshape,
  Sigmoid: activation('sigmoid'),
  Softmax: softmax,
  Squeeze: squeeze,
  Sub: subtract,
  Tanh: activation('tanh'),
  Transpose: transpose,
  Unsqueeze: unsqueeze,
};
