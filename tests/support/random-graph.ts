// Random graphs as lists of instructions, which fast-check can shorten when one of them shows a fault.
import * as fc from 'fast-check';
import { gradients } from '../../src/autodiff/gradients.js';
import { RandomStream } from '../../src/base/random.js';
import { sizeOf, type Shape } from '../../src/base/shape.js';
import { binary, cast, constant, unary } from '../../src/ir/build.js';
import { fitted, type Instruction } from './graph-choices.js';
import { GraphMaker, type Bounded } from './graph-maker.js';
import { randomArray } from './graph-values.js';
import { ProgramBuilder, type PreparedProgram } from './program-builder.js';

export interface GraphKind {
  /** Functions without jumps of numbers around 1, instead of whole numbers. */
  readonly smooth: boolean;
  /** Values of up to about 10,000 elements instead of some hundreds. */
  readonly large: boolean;
}

export interface GraphPlan extends GraphKind {
  readonly seed: number;
  readonly parameters: readonly { readonly shape: Shape; readonly dtype: number }[];
  readonly instructions: readonly Instruction[];
  /** Positions from the last value backwards. */
  readonly outputs: readonly number[];
  /** For parameters, from the first: which value replaces it, or undefined. */
  readonly updates: readonly (number | undefined)[];
}

const number = fc.nat({ max: 2 ** 30 });

/** Plans of up to so many instructions. */
export const graphPlans = ({ smooth, large }: GraphKind, instructions: number): fc.Arbitrary<GraphPlan> =>
  fc.record({
    seed: fc.nat({ max: 2 ** 31 - 1 }),
    smooth: fc.constant(smooth),
    large: fc.constant(large),
    parameters: fc.array(
      fc.record({
        shape: fc.array(
          fc.oneof(
            fc.integer({ min: 1, max: 9 }),
            large ? fc.integer({ min: 30, max: 90 }) : fc.constantFrom(0, 1, 33),
          ),
          {
            maxLength: 4,
          },
        ),
        dtype: fc.nat({ max: 7 }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    instructions: fc.array(fc.record({ kind: number, first: number, second: number, detail: number }), {
      minLength: 1,
      maxLength: instructions,
      size: 'max',
    }),
    outputs: fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 3 }),
    updates: fc.array(fc.option(fc.nat({ max: 12 }), { nil: undefined }), { maxLength: 4 }),
  });

/** The program that a plan stands for, and the arrays its parameters begin with. */
export function graphOf(plan: GraphPlan): PreparedProgram {
  const stream = new RandomStream(plan.seed);
  const builder = new ProgramBuilder();
  const maker = new GraphMaker({ smooth: plan.smooth, mostElements: plan.large ? 10_000 : 2600 });
  const parameters = plan.parameters.flatMap(({ shape, dtype }) => {
    const kept = sizeOf(shape) <= (plan.large ? 9000 : 400) ? shape : [];
    const type = plan.smooth ? 'float32' : (['float32', 'int32', 'uint8', 'bool'] as const)[Math.max(0, dtype - 4)]!;
    const array = randomArray(stream, type, kept);
    if (type === 'float32' && !plan.smooth) array.data.forEach((value, i, data) => (data[i] = Math.round(4 * value)));
    const node = builder.add(array);
    maker.push(node, type === 'uint8' ? 255 : 32);
    return [node];
  });
  for (const instruction of plan.instructions) maker.add(instruction);
  const { values } = maker;
  const fromEnd = (position: number): Bounded => values[values.length - 1 - (position % values.length)]!;
  const updates = parameters.flatMap((node, i) => {
    const position = plan.updates[i];
    if (position === undefined) return [];
    const { node: value } = fromEnd(position);
    const bounded = plan.smooth ? unary('tanh', value) : binary('mod', cast(value, 'int32'), constant(9, [], 'int32'));
    return [[node, fitted(cast(bounded, node.dtype), node.shape)] as const];
  });
  const outputs = plan.outputs.map((position) => fromEnd(position).node);
  // Smooth graphs bring the gradients of an output with them.
  const derived = plan.smooth ? gradients(outputs[0]!, parameters, constant(1, outputs[0]!.shape, 'float32')) : [];
  return builder.finish([...outputs, ...derived], updates);
}
