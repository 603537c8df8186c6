// Measures what the backend in use reaches, through what every user of the package has: `compile` and variables.
import { compile, full, InternalError, random, scalar, tensor, variable, type Tensor } from '../api.js';

export interface MeasureOptions {
  /** Rows and columns of the matrices. */
  readonly size: number;
  /** Numbers that an element-wise pass goes over. */
  readonly length: number;
  /** How long to go on with each of the two, in milliseconds. */
  readonly budget: number;
}

export interface Speeds {
  /** Of products of matrices, in 1e9 multiplications and additions a second. */
  readonly gigaflopsPerSecond: number;
  /** Of element-wise passes, in 1e9 bytes read and written a second. */
  readonly gigabytesPerSecond: number;
}

/** Shorter runs say more of the clock than of the work. */
const leastRunMs = 20;

/** Milliseconds of a step in the best of several runs; `run` runs so many steps. */
async function bestStep(run: (steps: number) => Promise<unknown>, budget: number): Promise<number> {
  const timed = async (steps: number): Promise<number> => {
    const start = performance.now();
    await run(steps);
    return performance.now() - start;
  };
  // The first compiles; it counts as time, but not as a measurement.
  let spent = await timed(1);
  let best = Infinity;
  let steps = 1;
  do {
    const elapsed = await timed(steps);
    best = Math.min(best, elapsed / steps);
    spent += elapsed;
    if (elapsed < leastRunMs) steps *= 2;
  } while (spent < budget);
  return best;
}

/** @throws InternalError if what comes out is not what has to */
export async function measure({ size, length, budget }: MeasureOptions): Promise<Speeds> {
  // Products with the identity can go on for ever without growing or vanishing, and cost what all products cost.
  const matrix = await random.uniform([size, size], 1, 2, { seed: 1 }).data();
  const identity = Float32Array.from({ length: size * size }, (_, position) => Number(position % (size + 1) === 0));
  const product = variable(tensor(matrix, [size, size]));
  const multiply = compile((by: Tensor) => {
    product.assign(product.value.matMul(by));
    return [];
  });
  const by = tensor(identity, [size, size]);
  const productMs = await bestStep((steps) => multiply.repeat(steps, by), budget);
  check(await product.value.data(), (value, position) => value === matrix[position], 'product of matrices');

  // 1/4 and 3/4 in turn.
  const pass = variable(full([length], 0.25));
  const mirror = compile((factor: Tensor, term: Tensor) => {
    pass.assign(pass.value.mul(factor).add(term));
    return [];
  });
  const [factor, term] = [scalar(-1), scalar(1)];
  const passMs = await bestStep((steps) => mirror.repeat(steps, factor, term), budget);
  check(await pass.value.data(), (value) => value === 0.25 || value === 0.75, 'element-wise pass');

  multiply.dispose();
  mirror.dispose();
  return {
    gigaflopsPerSecond: (2 * size ** 3) / productMs / 1e6,
    gigabytesPerSecond: (2 * length * Float32Array.BYTES_PER_ELEMENT) / passMs / 1e6,
  };
}

function check(values: ArrayLike<number>, isRight: (value: number, position: number) => boolean, what: string): void {
  for (let position = 0; position < values.length; position++)
    if (!isRight(values[position]!, position))
      throw new InternalError(
        `The ${what} gave ${values[position]} at ${position}: this backend computes wrongly here.`,
      );
}
