// Counts the inputs and outputs that a weight joins, by which its first values are scaled.
import { sizeOf, type Shape } from '../base/shape.js';

/** How many inputs and outputs a weight joins: a dense kernel [in, out], or a convolution's [..., in, out]. */
export function computeFans(shape: Shape): { fanIn: number; fanOut: number } {
  if (shape.length === 0) return { fanIn: 1, fanOut: 1 };
  if (shape.length === 1) return { fanIn: shape[0]!, fanOut: shape[0]! };
  const receptiveField = sizeOf(shape.slice(0, -2));
  return { fanIn: shape.at(-2)! * receptiveField, fanOut: shape.at(-1)! * receptiveField };
}
