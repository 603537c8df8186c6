// Seeded random tensors. The same seed, stream and counter give the same bits on every backend.
import { ValueError } from '../base/errors.js';
import { RandomStream } from '../base/random.js';
import { checkShape, type Shape } from '../base/shape.js';
import { constant, random } from '../ir/build.js';
import { fromNDArray } from './creation.js';
import { Tensor } from './tensor.js';

export interface RandomOptions {
  /**
   * Equal seeds give equal values; when left out, each call draws its own. An int32 scalar tensor is a seed that is not
   * part of the compiled program, so that another seed runs the same program.
   */
  readonly seed?: number | Tensor | undefined;
  /** Separates independent uses of one seed: a layer's number, for example. */
  readonly stream?: number | undefined;
  /** An int32 scalar that selects further values, for example the training step. */
  readonly counter?: Tensor | undefined;
}

/** For values that are drawn when the tensor is made. */
export interface DrawOptions {
  /** Equal seeds give equal values; when left out, each call draws its own. */
  readonly seed?: number | undefined;
  /** Separates independent uses of one seed. */
  readonly stream?: number | undefined;
}

function freshSeed(): number {
  return Math.floor(Math.random() * 2 ** 31);
}

function bits(shape: Shape, options: RandomOptions): Tensor {
  checkShape(shape, 'random');
  const counter = options.counter?.node ?? constant(0, [], 'int32');
  const seed = options.seed ?? freshSeed();
  return new Tensor(random(shape, typeof seed === 'number' ? seed : seed.node, options.stream ?? 0, counter));
}

/** Uniform in [low, high). float32. */
export function uniform(shape: Shape, low = 0, high = 1, options: RandomOptions = {}): Tensor {
  const unit = bits(shape, options);
  return low === 0 && high === 1 ? unit : unit.mul(high - low).add(low);
}

/** Normal with the given mean and standard deviation (Box and Muller, 1958). float32. */
export function normal(shape: Shape, mean = 0, standardDeviation = 1, options: RandomOptions = {}): Tensor {
  const seed = options.seed ?? freshSeed();
  const stream = options.stream ?? 0;
  const first = bits(shape, { ...options, seed, stream });
  // The second uniform of the pair comes from a stream of its own: the first's number with its bits turned over.
  const second = bits(shape, { ...options, seed, stream: ~stream });
  const radius = first.neg().add(1).log().mul(-2).sqrt();
  return radius
    .mul(second.mul(2 * Math.PI).cos())
    .mul(standardDeviation)
    .add(mean);
}

/** Normal values, drawn again while farther than two standard deviations from the mean, as Keras does. float32. */
export function truncatedNormal(shape: Shape, mean = 0, standardDeviation = 1, options: DrawOptions = {}): Tensor {
  checkShape(shape, 'truncatedNormal');
  const source = new RandomStream(options.seed ?? freshSeed(), options.stream ?? 0);
  const size = shape.reduce((product, axis) => product * axis, 1);
  const values = Float32Array.from({ length: size }, () => source.truncatedNormal() * standardDeviation + mean);
  return fromNDArray({ dtype: 'float32', shape, data: values });
}

/** 1 with the given probability, else 0. */
export function bernoulli(shape: Shape, probability = 0.5, options: RandomOptions = {}): Tensor {
  if (!(probability >= 0 && probability <= 1))
    throw new ValueError(`bernoulli: expected a probability from 0 to 1, received ${probability}.`);
  return bits(shape, options).less(probability).cast('float32');
}

/** Whole numbers from low up to, not including, high; at most 2^24 apart. int32. */
export function randint(shape: Shape, low: number, high: number, options: RandomOptions = {}): Tensor {
  if (!Number.isInteger(low) || !Number.isInteger(high) || high <= low || high - low > 2 ** 24)
    throw new ValueError(`randint: expected whole bounds low < high at most 2^24 apart, received ${low} and ${high}.`);
  return bits(shape, options)
    .mul(high - low)
    .floor()
    .cast('int32')
    .add(low);
}

/** The numbers 0 to length - 1 in random order. int32 [length]. */
export function permutation(length: number, options: DrawOptions = {}): Tensor {
  checkShape([length], 'permutation');
  const order = new RandomStream(options.seed ?? freshSeed(), options.stream ?? 0).permutation(length);
  return fromNDArray({ dtype: 'int32', shape: [length], data: order });
}
