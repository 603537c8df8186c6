// Ops that make values of nothing: constants, positions and random numbers; and values that are at hand.
import { InternalError } from '../../base/errors.js';
import { threefry2x32, uniformOfBits } from '../../base/random.js';
import { stridesOf } from '../../base/shape.js';
import type { RulesFor } from './rule.js';

export const sourceRules: RulesFor<'data' | 'constant' | 'iota' | 'random'> = {
  data: (node) => {
    const { array } = node.attributes.source;
    if (array instanceof Promise)
      throw new InternalError(`data: the values of node ${node.id} have not arrived; wait for them before evaluating.`);
    return (_, output) => output.set(array.data);
  },

  constant: (node) => (_, output) => output.fill(node.attributes.value),

  iota: (node) => {
    const { axis } = node.attributes;
    const size = node.shape[axis]!;
    const stride = stridesOf(node.shape)[axis]!;
    return (_, output) => {
      for (let i = 0; i < output.length; i++) output[i] = Math.floor(i / stride) % size;
    };
  },

  random: (node) => {
    const { stream } = node.attributes;
    const words = new Int32Array(2);
    return ([seed, counter], output) => {
      for (let i = 0; i < output.length; i++) {
        threefry2x32(seed![0]!, stream, i, counter![0]!, words);
        output[i] = uniformOfBits(words[0]!);
      }
    };
  },
};
