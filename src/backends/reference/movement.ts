// Movement: reshape, permute, broadcast, slice, pad and concat are each a copy between two walks.
import { stridesOf } from '../../base/shape.js';
import { prepareCopy, prepareRead } from './copy.js';
import type { RulesFor } from './rule.js';

type MovementOp = 'reshape' | 'permute' | 'broadcast' | 'slice' | 'pad' | 'concat';

export const movementRules: RulesFor<MovementOp> = {
  reshape: () => {
    return ([x], output) => output.set(x!);
  },

  permute: (node) => {
    const strides = stridesOf(node.inputs[0]!.shape);
    const read = prepareRead(
      node.shape,
      0,
      node.attributes.axes.map((axis) => strides[axis]!),
    );
    return ([x], output) => read(x!, output);
  },

  broadcast: (node) => {
    const { shape } = node.inputs[0]!;
    const strides = stridesOf(shape);
    const read = prepareRead(
      node.shape,
      0,
      shape.map((size, axis) => (size === 1 ? 0 : strides[axis]!)),
    );
    return ([x], output) => read(x!, output);
  },

  slice: (node) => {
    const strides = stridesOf(node.inputs[0]!.shape);
    const { axes } = node.attributes;
    const offset = axes.reduce((sum, { start }, axis) => sum + start * strides[axis]!, 0);
    const read = prepareRead(
      node.shape,
      offset,
      axes.map(({ step }, axis) => step * strides[axis]!),
    );
    return ([x], output) => read(x!, output);
  },

  pad: (node) => {
    const { axes, value } = node.attributes;
    const { shape } = node.inputs[0]!;
    const strides = stridesOf(node.shape);
    const copy = prepareCopy({
      sizes: shape,
      source: { offset: 0, strides: stridesOf(shape) },
      target: {
        offset: axes.reduce((sum, { low }, axis) => sum + low * strides[axis]!, 0),
        strides: axes.map(({ interior }, axis) => (interior + 1) * strides[axis]!),
      },
    });
    return ([x], output) => {
      output.fill(value);
      copy(x!, output);
    };
  },

  concat: (node) => {
    const { axis } = node.attributes;
    const strides = stridesOf(node.shape);
    let start = 0;
    const copies = node.inputs.map(({ shape }) => {
      const offset = start * strides[axis]!;
      start += shape[axis]!;
      return prepareCopy({
        sizes: shape,
        source: { offset: 0, strides: stridesOf(shape) },
        target: { offset, strides },
      });
    });
    return (inputs, output) => copies.forEach((copy, part) => copy(inputs[part]!, output));
  },
};
