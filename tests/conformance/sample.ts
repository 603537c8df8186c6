// Samples: what is computed, from inputs of which shapes and values, and how near backends must come to the reference.
import type { DType } from '../../src/base/dtype.js';
import type { NDArray } from '../../src/base/ndarray.js';
import { RandomStream } from '../../src/base/random.js';
import { sizeOf, type Shape } from '../../src/base/shape.js';
import { permute, reduce, unary } from '../../src/ir/build.js';
import type { GraphNode } from '../../src/ir/graph.js';
import type { Draw } from '../support/gradient-check.js';
import { arrayOf, randomArray } from '../support/graph-values.js';
import { ProgramBuilder, type PreparedProgram } from '../support/program-builder.js';
import type { Tolerance } from '../support/tolerance.js';
import { layouts, type Layout } from './layouts.js';

export interface InputSpec {
  readonly shape: Shape;
  /** float32 by default. */
  readonly dtype?: DType;
  /** By default normal floats, integers in -9..9, bytes or booleans. */
  readonly draw?: Draw;
}

export interface Sample {
  readonly name: string;
  readonly inputs: readonly InputSpec[];
  readonly build: (...inputs: GraphNode[]) => GraphNode | readonly GraphNode[];
  /** None: the bits of the reference. */
  readonly tolerance?: Tolerance;
}

/** How the inputs lie in memory, and whether something follows the sample in its program. */
export interface Variant {
  readonly name: string;
  /** For input number i. */
  readonly layoutOf: (input: number) => Layout;
  readonly consumed: boolean;
}

/** Every layout for every input, in other pairs each time. The first is the plainest. */
export const variants: readonly Variant[] = layouts.map(({ name }, position) => ({
  name: `${name}${position % 2 === 1 ? ', consumed' : ''}`,
  layoutOf: (input) => layouts[(position + 2 * input) % layouts.length]!,
  consumed: position % 2 === 1,
}));

function drawValues({ shape, dtype = 'float32', draw }: InputSpec, random: RandomStream, input: number): NDArray {
  return draw ? arrayOf(dtype, shape, draw(random, sizeOf(shape), input)) : randomArray(random, dtype, shape);
}

/** The value itself and readers of it at other indices, none of which rounds. */
function withConsumers(value: GraphNode): GraphNode[] {
  const axes = value.shape.map((_, axis) => axis);
  const consumers = [value, unary(value.dtype === 'bool' ? 'not' : 'neg', value), permute(value, [...axes].reverse())];
  return sizeOf(value.shape) === 0 ? consumers : [...consumers, reduce('max', value, axes)];
}

/** The sample as a program whose values follow from `seed`. */
export function prepare(sample: Sample, variant: Variant, seed: number): PreparedProgram {
  const random = new RandomStream(seed);
  const builder = new ProgramBuilder();
  const inputs = sample.inputs.map((spec, i) =>
    variant.layoutOf(i).lay((shape) => drawValues({ ...spec, shape }, random, i), spec.shape, builder.add),
  );
  const built = [sample.build(...inputs)].flat();
  return builder.finish(variant.consumed ? built.flatMap(withConsumers) : built);
}
