// What ONNX's operators on elements become: matrix products, what scales and shifts, activations.
import type { NDArray } from '../../../base/ndarray.js';
import { formatShape } from '../../../base/shape.js';
import { attributesOf } from './constants.js';
import { Uncovered } from './layer-chain.js';
import { withRowsPermuted } from './layouts.js';
import { constantAt, ownShape, single, type NodeContext, type NodeResult, type Operator } from './node-context.js';

export const activation =
  (name: string): Operator =>
  (context) => {
    context.chain.activation(context.name, name, ownShape(context.input));
    return context.input;
  };

export function softmax(context: NodeContext): NodeResult {
  const { node, input, opset, chain, name } = context;
  const rank = input.shape.length;
  const given = attributesOf(node).number('axis', opset >= 13 ? -1 : 1);
  const axis = given < 0 ? given + rank : given;
  // Before opset 13 all axes from this one on were one.
  const isLast = axis === input.order.at(-1) && (opset >= 13 || axis === rank - 1);
  if (!isLast) throw new Uncovered("it goes over another axis than Nacre's last, which is that of the channels");
  chain.activation(name, 'softmax', ownShape(input));
  return input;
}

/** A matrix product with `matrix` [in, units]. */
function product(context: NodeContext, matrix: NDArray, bias: NDArray | undefined): NodeResult {
  const { input, chain, name, budget } = context;
  const [rows, units] = matrix.shape as [number, number];
  const rank = input.shape.length;
  if (matrix.data.length === 0) throw new Uncovered('its matrix is empty');
  if (input.order.at(-1) !== rank - 1)
    throw new Uncovered('it multiplies along an axis that is not the last in Nacre, where channels come last');
  if (input.shape.at(-1) !== rows)
    throw new Uncovered(`its matrix ${formatShape(matrix.shape)} does not fit its input ${formatShape(input.shape)}`);
  const { flattened } = input;
  budget.take(matrix.data.length);
  const kernel = flattened ? withRowsPermuted(matrix, flattened.shape, flattened.order) : matrix;
  chain.dense(name, single(kernel), bias && single(bias));
  const merged = input.merged ? { merged: input.merged } : {};
  return { shape: [...input.shape.slice(0, -1), units], order: input.order, ...merged };
}

export function gemm(context: NodeContext): NodeResult {
  const { node, budget, inputIndex } = context;
  const attributes = attributesOf(node);
  const given = constantAt(context, 1, 'matrix');
  if (inputIndex !== 0 || attributes.number('transA', 0) !== 0 || given.shape.length !== 2 || given.data.length === 0)
    throw new Uncovered('its first input is turned, or no value of the network, or its second is no matrix');
  budget.take(given.data.length);
  const [alpha, beta] = [attributes.number('alpha', 1), attributes.number('beta', 1)];
  const matrix = attributes.number('transB', 0) === 0 ? given : turned(given);
  const units = matrix.shape[1]!;
  const added = node.inputs[2] ? constantAt(context, 2, 'bias') : undefined;
  if (added && added.data.length !== 1 && (added.shape.at(-1) !== units || added.data.length !== units))
    throw new Uncovered(`its bias ${formatShape(added.shape)} is not one for each of ${units} outputs`);
  const bias = added && {
    ...added,
    shape: [units],
    data: Float32Array.from({ length: units }, (_, i) => beta * added.data[added.data.length === 1 ? 0 : i]!),
  };
  return product(context, alpha === 1 ? matrix : { ...matrix, data: matrix.data.map((v) => alpha * v) }, bias);
}

function turned({ dtype, shape, data }: NDArray): NDArray {
  const [rows, columns] = shape as [number, number];
  const result = data.slice();
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) result[column * rows + row] = data[row * columns + column]!;
  return { dtype, shape: [columns, rows], data: result };
}

export function matMul(context: NodeContext): NodeResult {
  if (context.inputIndex !== 0) throw new Uncovered('the matrix stands before the value that it multiplies');
  const matrix = constantAt(context, 1, 'matrix');
  if (matrix.shape.length !== 2) throw new Uncovered(`its matrix has the shape ${formatShape(matrix.shape)}`);
  return product(context, matrix, undefined);
}

/** Numbers for each element of Nacre's last axis, or one for all, from a constant that is broadcast. */
function alongLast({ input, budget }: NodeContext, constant: NDArray): number[] {
  const { shape, data } = constant;
  if (data.length === 1 && shape.length <= input.shape.length) return [data[0]!];
  const offset = input.shape.length - shape.length;
  const axes = shape.flatMap((size, axis) => (size === 1 ? [] : [axis + offset]));
  const last = input.order.at(-1)!;
  if (axes.length !== 1 || axes[0] !== last || input.shape[last] !== data.length)
    throw new Uncovered(
      `its constant ${formatShape(shape)} is neither a single number nor one a channel of ${formatShape(input.shape)}`,
    );
  budget.take(data.length);
  const { flattened } = input;
  const inOrder = flattened
    ? withRowsPermuted({ ...constant, shape: [data.length, 1] }, flattened.shape, flattened.order).data
    : data;
  return [...inOrder];
}

const scaling =
  (affine: (values: number[], isFirst: boolean) => { scale: number[]; shift: number[] }): Operator =>
  (context) => {
    const values = alongLast(context, constantAt(context, 1 - context.inputIndex, 'other input'));
    context.chain.scale(affine(values, context.inputIndex === 0));
    return context.input;
  };

const constantOf = (values: readonly number[], value: number): number[] => values.map(() => value);
const negative = (values: readonly number[]): number[] => values.map((value) => -value);

export const add = scaling((values) => ({ scale: constantOf(values, 1), shift: values }));
export const subtract = scaling((values, isFirst) =>
  isFirst
    ? { scale: constantOf(values, 1), shift: negative(values) }
    : { scale: constantOf(values, -1), shift: values },
);
export const multiply = scaling((values) => ({ scale: values, shift: constantOf(values, 0) }));
export const divide = scaling((values, isFirst) => {
  if (!isFirst) throw new Uncovered('it divides a constant by a value of the network');
  return { scale: values.map((value) => 1 / value), shift: constantOf(values, 0) };
});

/** Ioffe and Szegedy, 2015; at inference a scale and a shift for each channel. */
export function batchNormalization(context: NodeContext): NodeResult {
  const { node, input } = context;
  const attributes = attributesOf(node);
  if (attributes.number('training_mode', 0) !== 0)
    throw new Uncovered('it is in training mode. Export the model for inference (model.eval() in PyTorch)');
  const epsilon = attributes.number('epsilon', 1e-5);
  // Its channels are the second axis.
  const view = [...Array<number>(Math.max(input.shape.length - 2, 0)).fill(1)];
  const [scale, bias, mean, variance] = ['scale', 'bias', 'mean', 'variance'].map((what, index) => {
    const array = constantAt(context, index + 1, what);
    return alongLast(context, { ...array, shape: [array.data.length, ...view] });
  }) as [number[], number[], number[], number[]];
  const factors = scale.map((value, i) => value / Math.sqrt(variance[i]! + epsilon));
  context.chain.scale({ scale: factors, shift: bias.map((value, i) => value - mean[i]! * factors[i]!) });
  return input;
}
