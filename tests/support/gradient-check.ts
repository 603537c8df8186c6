// Gradient checks: the derivative of a graph along a random direction, by central differences in float64 on the
// reference backend, against the one that autodiff derives.
import { expect } from 'vitest';
import { gradients } from '../../src/autodiff/gradients.js';
import { evaluate } from '../../src/backends/reference/evaluate.js';
import type { NDArray } from '../../src/base/ndarray.js';
import { RandomStream } from '../../src/base/random.js';
import { sizeOf, type Shape } from '../../src/base/shape.js';
import { binary, constant, data, parameter, reduce, reshape } from '../../src/ir/build.js';
import type { GraphNode } from '../../src/ir/graph.js';
import { arrayOf, randomArray } from './graph-values.js';

/** `count` values of input number `input`. */
export type Draw = (random: RandomStream, count: number, input: number) => number[];

const each = (value: (random: RandomStream) => number): Draw => {
  return (random, count) => Array.from({ length: count }, () => value(random));
};

export const normal = each((random) => random.normal());
export const positive = each((random) => 0.5 + 2 * random.uniform());
/** Away from 0, of both signs. */
export const nonzero = each((random) => (random.below(2) === 0 ? -1 : 1) * (0.5 + 2 * random.uniform()));
/** Between two whole numbers, away from both. */
export const betweenWhole = each((random) => random.below(7) - 3 + 0.2 + 0.6 * random.uniform());
/** At least 0.03 apart, within an input and from one input to the next. */
export const distinct: Draw = (random, count, input) =>
  Array.from(random.permutation(count), (position) => 0.1 * (position - count / 2) + 0.03 * input);

export interface GradientSample {
  readonly name: string;
  /** Shapes of the float64 inputs. */
  readonly shapes: readonly Shape[];
  readonly build: (inputs: readonly GraphNode[]) => GraphNode;
  /** One for all inputs or one for each; normal by default. */
  readonly draw?: Draw | readonly Draw[];
  /** The step of the differences, and how far they may be off, relative to 1 + the derivative. */
  readonly step?: number;
  readonly tolerance?: number;
}

function sumAll(x: GraphNode): GraphNode {
  return reshape(
    reduce(
      'sum',
      x,
      x.shape.map((_, axis) => axis),
    ),
    [],
  );
}

/** The sum of `x` times random weights: a scalar in which every element counts differently. */
function weigh(x: GraphNode, random: RandomStream): GraphNode {
  return sumAll(binary('mul', x, data(randomArray(random, 'float64', x.shape))));
}

/** Compares the derivative of a scalar along a random direction with central differences. */
function checkScalar(
  what: string,
  value: GraphNode,
  inputs: readonly GraphNode[],
  point: readonly NDArray[],
  random: RandomStream,
  { step = 1e-5, tolerance = 1e-7 }: GradientSample,
): void {
  const direction = point.map(({ shape }) => randomArray(random, 'float64', shape));
  const moved = (distance: number): NDArray[] =>
    point.map(({ shape, data: start }, i) =>
      arrayOf(
        'float64',
        shape,
        Array.from(start, (x, k) => x + distance * direction[i]!.data[k]!),
      ),
    );
  const valueAt = (distance: number): number => evaluate([value], moved(distance))[0]!.data[0]!;
  const measured = (valueAt(step) - valueAt(-step)) / (2 * step);

  const parts = gradients(value, inputs);
  parts.forEach((part, i) => {
    expect(part.shape, `${what}: shape of gradient ${i}`).toEqual(point[i]!.shape);
    expect(part.dtype, `${what}: dtype of gradient ${i}`).toBe('float64');
  });
  const derived = evaluate(parts, point).reduce(
    (sum, part, i) => sum + Array.from(part.data).reduce((dot, g, k) => dot + g * direction[i]!.data[k]!, 0),
    0,
  );
  const allowed = tolerance * (1 + Math.abs(measured));
  expect(Math.abs(derived - measured), `${what}: derived ${derived}, measured ${measured}`).toBeLessThanOrEqual(
    allowed,
  );
}

/**
 * Checks the gradients of `sample` at a random point, then the gradients of its gradients.
 * The point, the weights and the directions follow from `seed`.
 */
export function checkGradients(sample: GradientSample, seed: number): void {
  const random = new RandomStream(seed);
  const inputs = sample.shapes.map((shape, i) => parameter(i, shape, 'float64'));
  const { draw = normal } = sample;
  const point = sample.shapes.map((shape, i) => {
    const drawOne = typeof draw === 'function' ? draw : draw[i]!;
    return arrayOf('float64', shape, drawOne(random, sizeOf(shape), i));
  });
  const value = weigh(sample.build(inputs), random);
  checkScalar(`seed ${seed}, first order`, value, inputs, point, random, sample);
  const first = gradients(value, inputs)
    .map((gradient) => weigh(gradient, random))
    .reduce((sum, part) => binary('add', sum, part), constant(0, [], 'float64'));
  checkScalar(`seed ${seed}, second order`, first, inputs, point, random, sample);
}
