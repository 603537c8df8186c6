// What ONNX's operators that move elements become, and those that change nothing at inference.
import { formatShape, sizeOf } from '../../../base/shape.js';
import { flattenedOf, movesElements, naturalOrder, ownSample, transposed, type Arrangement } from './arrangement.js';
import { attributesOf, isOrder, squeezed, unsqueezed } from './constants.js';
import type { Pads } from './import-windows.js';
import { Uncovered } from './layer-chain.js';
import { constantAt, ownShape, type NodeContext, type NodeResult } from './node-context.js';

export function transpose({ node, input }: NodeContext): NodeResult {
  const rank = input.shape.length;
  const perm = attributesOf(node).numbers('perm') ?? naturalOrder(rank).reverse();
  if (!isOrder(perm, rank) || perm[0] !== 0) throw new Uncovered('it moves the axis of the samples');
  if (input.flattened && rank !== 2) throw new Uncovered('it turns a value that was flattened');
  return input.flattened ? input : transposed(input, perm);
}

export function flatten(context: NodeContext): NodeResult {
  const { input, node } = context;
  const axis = attributesOf(node).number('axis', 1);
  if (axis !== 1 && axis !== 1 - input.shape.length)
    throw new Uncovered(`it flattens from axis ${axis}; Nacre keeps the axis of the samples alone`);
  return flattened(context);
}

function flattened({ input, chain, name }: NodeContext): NodeResult {
  if (input.shape.length === 2) return input;
  const result = flattenedOf(input);
  if (!result) throw new Uncovered(`the size of its input ${formatShape(input.shape)} is not known`);
  chain.reshape(name, ownShape(input), [result.shape[1]!]);
  return result;
}

/** The value as samples of another shape; the number of elements stays. */
function reshapedTo(context: NodeContext, sample: readonly number[]): NodeResult {
  const { input, chain, name } = context;
  const shape = [null, ...sample];
  if (sample.join() === input.shape.slice(1).join()) return input;
  if (sample.length === 1) return flattened(context);
  if (movesElements(input) || input.flattened)
    throw new Uncovered('it reshapes an image that is channels first; in Nacre its elements lie in another order');
  const result = { shape, order: context.orderWanted(shape.length) };
  if (movesElements(result))
    throw new Uncovered('it makes an image whose channels come first; in Nacre its elements lie in another order');
  const target = ownSample(result) as number[];
  if (target.join() !== ownSample(input).join()) chain.reshape(name, ownShape(input), target);
  return result;
}

function knownSample({ shape }: Arrangement): number[] {
  const sample = shape.slice(1);
  if (sample.every((size) => size !== null)) return sample;
  throw new Uncovered(`the size of its input ${formatShape(shape)} is not known`);
}

export function reshape(context: NodeContext): NodeResult {
  const { node, input, fixedBatch } = context;
  const sizes = [...constantAt(context, 1, 'shape').data];
  const keepsZero = attributesOf(node).number('allowzero', 0) !== 0;
  const [batch, ...rest] = sizes.map((size, axis) => (size === 0 && !keepsZero ? (input.shape[axis] ?? -1) : size));
  const size = sizeOf(knownSample(input));
  const known = sizeOf(rest.filter((each) => each !== -1));
  const sample = rest.map((each) => (each === -1 ? size / known : each));
  const isBatch = batch === -1 || batch === fixedBatch;
  if (input.merged) {
    const shape = [null, ...input.merged, input.shape[1]!];
    if (isBatch && rest.join() === shape.slice(1).join()) return { shape, order: naturalOrder(shape.length) };
    throw new Uncovered(`it makes the shape [${sizes.join(', ')}] of samples that were merged with other axes`);
  }
  const last = input.shape.at(-1)!;
  // A dense layer along the last axis, as some exporters write it: a matrix product between two reshapes.
  if (
    input.shape.length > 2 &&
    sizes.length === 2 &&
    batch === -1 &&
    rest[0] === last &&
    size !== last &&
    !movesElements(input)
  )
    return { shape: [null, last], order: [0, 1], merged: ownSample(input).slice(0, -1) as number[] };
  if (!isBatch || rest.filter((each) => each === -1).length > 1 || sizeOf(sample) !== size || sample.length > 31)
    throw new Uncovered(`it makes the shape [${sizes.join(', ')}] of ${formatShape(input.shape)}; samples must stay`);
  return reshapedTo(context, sample);
}

/** The axes of a node that are an input, or, in earlier opsets, an attribute. */
export function axesOf(context: NodeContext): readonly number[] | undefined {
  if (context.node.inputs[1]) return [...constantAt(context, 1, 'list of axes').data];
  return attributesOf(context.node).numbers('axes');
}

function newAxes(context: NodeContext, shape: readonly (number | null)[] | undefined): NodeResult {
  if (shape?.[0] !== null) throw new Uncovered('it changes the axis of the samples');
  knownSample(context.input);
  return reshapedTo(context, shape.slice(1) as number[]);
}

export function dropout(context: NodeContext): NodeResult {
  const { node } = context;
  if (node.inputs[2] && constantAt(context, 2, 'mode').data[0] !== 0)
    throw new Uncovered('it is in training mode. Export the model for inference (model.eval() in PyTorch)');
  return context.input;
}

export function cast({ node, input }: NodeContext): NodeResult {
  const to = attributesOf(node).number('to', 0);
  if (![1, 10, 11, 16].includes(to)) throw new Uncovered(`it casts to whole numbers (type ${to})`);
  return input;
}

export function pad(context: NodeContext): NodeResult {
  const { node, input } = context;
  const attributes = attributesOf(node);
  const pads = node.inputs[1] ? [...constantAt(context, 1, 'padding').data] : (attributes.numbers('pads') ?? []);
  const value = node.inputs[2] ? constantAt(context, 2, 'value').data[0]! : attributes.number('value', 0);
  const mode = attributes.text('mode', 'constant');
  const isZero = mode === 'constant' && value === 0;
  // The largest of a window is the same with these.
  const isUnnoticed = mode === 'edge' || (mode === 'constant' && value === -Infinity);
  if ((!isZero && !isUnnoticed) || node.inputs[3]) throw new Uncovered('it pads with something else than zeros');
  const rank = input.shape.length;
  const own = (offset: number): number[] => input.order.map((axis) => pads[axis + offset] ?? 0);
  const [before, after] = [own(0), own(rank)];
  const others = [0, 3].some((axis) => before[axis] !== 0 || after[axis] !== 0);
  if (rank !== 4 || input.padded || others || pads.some((count) => count < 0))
    throw new Uncovered('it pads something else than the height and width of an image');
  const shape = input.shape.map((size, axis) => size && size + (pads[axis] ?? 0) + (pads[axis + rank] ?? 0));
  const added = [1, 2].map((axis): Pads => [before[axis]!, after[axis]!]);
  return { ...input, shape, padded: { pads: added, isZero } };
}

export function squeeze(context: NodeContext): NodeResult {
  return newAxes(context, squeezed(context.input.shape, axesOf(context)));
}

export function unsqueeze(context: NodeContext): NodeResult {
  return newAxes(context, unsqueezed(context.input.shape, axesOf(context) ?? []));
}
