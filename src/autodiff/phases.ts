// Splits an axis that windows step over in strides by phase, position mod stride: an element meets only every stride-th
// step of a window, always the same ones for elements of one phase. The gradient of a strided convolution to its image is
// then a convolution of stride 1 a phase. Stretching the gradient with zeros instead takes stride times the work.
import type { AxisIndex } from '../ir/graph.js';

/** Where an axis is read: by operand `index`, beside another operand. */
export interface Place {
  readonly axis: number;
  readonly index: readonly AxisIndex[];
  /** Elements along the axis. */
  readonly size: number;
  readonly otherIndex: readonly AxisIndex[];
  readonly otherShape: readonly number[];
  readonly loops: readonly number[];
  readonly outputRank: number;
}

/** An axis split by phase: its element `position` is step `s` of phase `p` where `lead + position = stride s + p`. */
export interface Phases {
  readonly stride: number;
  /** Between the elements of a window. */
  readonly dilation: number;
  /** The summed loop that walks the window, and how many of its steps a phase meets at most. */
  readonly window: number;
  readonly windows: number;
  /** Steps of a phase. */
  readonly steps: number;
  /** The step of the strided loop that meets the first of them, at the window's beginning. */
  readonly first: number;
  readonly lead: number;
}

/**
 * How to split an axis at `offset + stride loop + dilation window`.
 * @param solved loops that other axes have been solved for
 * @returns undefined where the index is another, where `window` is not the loop of one whole axis of the other operand,
 * beyond which that reads 0, or where its steps meet the phases in another order than their own
 */
export function phasesOf(place: Place, loop: number, solved: ReadonlySet<number>): Phases | undefined {
  const { axis, index, size, otherIndex, otherShape, loops, outputRank } = place;
  const { offset, terms } = index[axis]!;
  const strided = terms.find((term) => term.loop === loop)!;
  const [beside, ...more] = terms.filter((term) => term !== strided);
  const { coefficient: stride } = strided;
  if (loop >= outputRank || stride < 2 || !beside || more.length > 0) return undefined;
  const { loop: window, coefficient: dilation } = beside;
  if (window < outputRank || solved.has(window) || dilation < 1 || dilation % stride !== 1) return undefined;
  const axesOf = (axes: readonly AxisIndex[]): number[] =>
    [...axes.keys()].filter((position) => axes[position]!.terms.some((term) => term.loop === window));
  const [walked, ...others] = axesOf(otherIndex);
  if (axesOf(index).length > 1 || walked === undefined || others.length > 0) return undefined;
  const isWhole =
    otherIndex[walked]!.offset === 0 &&
    otherIndex[walked]!.terms.length === 1 &&
    otherIndex[walked]!.terms[0]!.coefficient === 1 &&
    otherShape[walked] === loops[window];
  if (!isWhole) return undefined;
  const first = Math.floor(-offset / stride);
  const lead = -offset - stride * first;
  const steps = Math.ceil((lead + size) / stride);
  return { stride, dilation, window, windows: Math.ceil(loops[window]! / stride), steps, first, lead };
}
