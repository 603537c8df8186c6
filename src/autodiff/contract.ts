// The gradient of a contraction is a contraction: the axes of the operand become the output loops, and of the loops
// that indexed them one per axis is solved for. So convolution's two gradients, and theirs, are contractions again.
// Where an output loop walks the axis in strides, the axis is split by phase: position mod stride is a loop of its own.
import { InternalError } from '../base/errors.js';
import { constant, contract, pad, reshape, slice } from '../ir/build.js';
import type { AxisIndex, GraphNode, NodeOf } from '../ir/graph.js';
import { phasesOf, type Phases } from './phases.js';

/** C = sum A B: the gradients with respect to A and B. */
export function contractGradients(g: GraphNode, node: NodeOf<'contract'>): readonly GraphNode[] {
  const [a, b] = node.inputs as [GraphNode, GraphNode];
  const { loops, outputRank } = node.attributes;
  return [
    gradientOf(g, a.shape, node.attributes.a, b, node.attributes.b, loops, outputRank),
    gradientOf(g, b.shape, node.attributes.b, a, node.attributes.a, loops, outputRank),
  ];
}

/** Terms by loop: `coefficients[loop]`, beside a constant. */
interface Linear {
  readonly offset: number;
  readonly coefficients: ReadonlyMap<number, number>;
}

function linearOf(index: AxisIndex): Linear {
  return {
    offset: index.offset,
    coefficients: new Map(index.terms.map(({ loop, coefficient }) => [loop, coefficient])),
  };
}

/** `index` with loop `loop` replaced by `replacement`. */
function substitute(index: Linear, loop: number, replacement: Linear): Linear {
  const factor = index.coefficients.get(loop);
  if (factor === undefined) return index;
  const coefficients = new Map(index.coefficients);
  coefficients.delete(loop);
  for (const [other, coefficient] of replacement.coefficients)
    coefficients.set(other, (coefficients.get(other) ?? 0) + factor * coefficient);
  return { offset: index.offset + factor * replacement.offset, coefficients };
}

function gradientOf(
  g: GraphNode,
  shape: readonly number[],
  index: readonly AxisIndex[],
  other: GraphNode,
  otherIndex: readonly AxisIndex[],
  loops: readonly number[],
  outputRank: number,
): GraphNode {
  if (shape.includes(0)) return constant(0, shape, g.dtype);
  // Loops are numbered after the old ones: for each axis of the operand one that walks it (by strides where it is split by
  // phase), one for the phase, and one for what is left of the window's loop.
  const axisLoop = (axis: number): number => loops.length + axis;
  const phaseLoop = (axis: number): number => loops.length + shape.length + axis;
  const windowLoop = (axis: number): number => loops.length + 2 * shape.length + axis;
  let gradient = g;
  let gradientIndex: Linear[] = Array.from({ length: outputRank }, (_, loop) => ({
    offset: 0,
    coefficients: new Map([[loop, 1]]),
  }));
  let otherLinear = otherIndex.map(linearOf);
  const solved = new Set<number>();
  const replace = (loop: number, replacement: Linear): void => {
    gradientIndex = gradientIndex.map((linear) => substitute(linear, loop, replacement));
    otherLinear = otherLinear.map((linear) => substitute(linear, loop, replacement));
    solved.add(loop);
  };
  const phases = new Map<number, Phases>();

  index.forEach((axisIndex, axis) => {
    const loop = loopToSolveFor(axisIndex, outputRank, loops, solved);
    if (loop !== undefined && loop >= outputRank) checkCovered(loop, axisIndex, shape[axis]!, otherIndex, loops);
    if (loop === undefined) {
      // The axis is read at one fixed position: only there does gradient arrive.
      if (axisIndex.terms.length === 0 && shape[axis] === 1 && axisIndex.offset === 0) return;
      throw new InternalError(`contract: axis ${axis} has no loop of its own to solve for.`);
    }
    const place = { axis, index, size: shape[axis]!, otherIndex, otherShape: other.shape, loops, outputRank };
    const split = phasesOf(place, loop, solved);
    if (split) {
      // position = offset + stride loop + dilation window, window = stride w + phase, dilation = turns stride + 1
      // => position - offset = stride (loop + dilation w + turns phase) + phase
      const { stride, dilation, window, first } = split;
      phases.set(axis, split);
      const turns = (dilation - 1) / stride;
      const left = windowLoop(axis);
      replace(loop, {
        offset: first,
        coefficients: new Map([
          [axisLoop(axis), 1],
          [left, -dilation],
          [phaseLoop(axis), -turns],
        ]),
      });
      replace(window, {
        offset: 0,
        coefficients: new Map([
          [left, stride],
          [phaseLoop(axis), 1],
        ]),
      });
      return;
    }
    let coefficient = axisIndex.terms.find((term) => term.loop === loop)!.coefficient;
    if (Math.abs(coefficient) !== 1) {
      // Stretch the gradient along the loop's axis, zeros between, so that the loop walks it in steps of 1.
      const stretch = Math.abs(coefficient);
      gradient = pad(
        gradient,
        gradient.shape.map((_, position) => ({ low: 0, high: 0, interior: position === loop ? stretch - 1 : 0 })),
      );
      coefficient = Math.sign(coefficient);
    }
    // position = offset + coefficient loop + rest  =>  loop = coefficient (position - offset - rest)
    const solution = new Map([[axisLoop(axis), coefficient]]);
    for (const term of axisIndex.terms)
      if (term.loop !== loop) solution.set(term.loop, -coefficient * term.coefficient);
    replace(loop, { offset: -coefficient * axisIndex.offset, coefficients: solution });
  });

  // The new loops in their order: those of the result, axis by axis, then those that are summed over.
  const output = shape.flatMap((size, axis) => {
    const split = phases.get(axis);
    if (!split) return [{ loop: axisLoop(axis), extent: size }];
    return [
      { loop: axisLoop(axis), extent: split.steps },
      { loop: phaseLoop(axis), extent: split.stride },
    ];
  });
  const summed = [
    ...loops.flatMap((extent, loop) => (solved.has(loop) ? [] : [{ loop, extent }])),
    ...[...phases].map(([axis, { windows }]) => ({ loop: windowLoop(axis), extent: windows })),
  ];
  const numbering = new Map([...output, ...summed].map(({ loop }, position) => [loop, position]));
  const renumber = (linear: Linear): AxisIndex => ({
    offset: linear.offset,
    terms: [...linear.coefficients]
      .filter(([, coefficient]) => coefficient !== 0)
      .map(([loop, coefficient]) => ({ loop: numbering.get(loop)!, coefficient })),
  });
  const result = contract(gradient, other, {
    loops: [...output, ...summed].map(({ extent }) => extent),
    outputRank: output.length,
    a: gradientIndex.map(renumber),
    b: otherLinear.map(renumber),
  });
  if (phases.size === 0) return result;
  const joined = reshape(
    result,
    shape.map((size, axis) => {
      const split = phases.get(axis);
      return split ? split.steps * split.stride : size;
    }),
  );
  return slice(
    joined,
    shape.map((size, axis) => ({ start: phases.get(axis)?.lead ?? 0, size, step: 1 })),
  );
}

/**
 * A summed loop may be solved for when it walks the axis in single steps, and either covers it exactly or is walked by
 * the other operand, which reads 0 outside: so that positions that the loop does not reach get nothing.
 */
function checkCovered(
  loop: number,
  index: AxisIndex,
  size: number,
  otherIndex: readonly AxisIndex[],
  loops: readonly number[],
): void {
  const steps = index.terms.filter((term) => term.loop === loop);
  const isSingle = steps.length === 1 && Math.abs(steps[0]!.coefficient) === 1;
  const covers = index.terms.length === 1 && loops[loop] === size;
  const isWalked = otherIndex.some(({ terms }) => terms.some((term) => term.loop === loop));
  if (!isSingle || !(covers || isWalked))
    throw new InternalError(`contract: no gradient rule for an axis indexed by summed loop ${loop} in this way.`);
}

/**
 * The loop an axis is solved for: an output loop when there is one, since the gradient reads 0 outside its shape; else
 * a summed loop that alone indexes the axis, since it then covers the axis exactly.
 */
function loopToSolveFor(
  index: AxisIndex,
  outputRank: number,
  loops: readonly number[],
  solved: ReadonlySet<number>,
): number | undefined {
  const free = index.terms.filter(({ loop }) => !solved.has(loop));
  const output = free
    .filter(({ loop }) => loop < outputRank)
    .sort((a, b) => Math.abs(a.coefficient) - Math.abs(b.coefficient) || loops[b.loop]! - loops[a.loop]!);
  return (output[0] ?? free[0])?.loop;
}
