// Initializers: the first values of weights, drawn on the CPU so that a model starts the same on every backend.
import { allocate } from '../base/dtype.js';
import { RandomStream } from '../base/random.js';
import { checkShape, sizeOf, type Shape } from '../base/shape.js';
import { rejectUnknownOptions } from '../base/suggest.js';
import { fromNDArray, full } from '../tensor/creation.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkNumber, checkWhole } from './check.js';
import { computeFans } from './fans.js';
import { lookUp, type Spelling } from './lookup.js';
import { globalSeed } from './naming.js';

/** Makes the first values of a weight. Users may write their own. */
export interface Initializer {
  /** Keras's class name. */
  readonly className: string;
  /**
   * A float32 tensor of `shape`. `stream` and `position` tell apart the layers, and the weights of one layer, that draw
   * from the global seed; an initializer with a seed of its own gives the same values to all of them.
   */
  create(shape: Shape, stream?: number, position?: number): Tensor;
  /** In Keras's spelling. */
  getConfig(): Record<string, unknown>;
}

export interface SeedOption {
  /** Equal seeds give equal values; without one the global seed and the weight's place decide. */
  readonly seed?: number | null;
}

/** The number of the random stream that fills one weight: apart from those that dropout and shuffling use. */
function weightStream(stream: number, position: number): number {
  return 0x4000_0000 + stream * 64 + position;
}

type Draw = (source: RandomStream, shape: Shape) => () => number;

class RandomInitializer implements Initializer {
  readonly className: string;
  readonly #seed: number | null;
  readonly #draw: Draw;
  readonly #config: Record<string, unknown>;

  constructor(className: string, options: SeedOption, draw: Draw, config: Record<string, unknown> = {}) {
    this.className = className;
    this.#seed = options.seed == null ? null : checkWhole(options.seed, `initializers: seed of ${className}`, 0);
    this.#draw = draw;
    this.#config = config;
  }

  create(shape: Shape, stream = 0, position = 0): Tensor {
    checkShape(shape, this.className);
    const source =
      this.#seed === null
        ? new RandomStream(globalSeed(), weightStream(stream, position))
        : new RandomStream(this.#seed, weightStream(0, 0));
    const next = this.#draw(source, shape);
    const values = allocate('float32', sizeOf(shape));
    for (let i = 0; i < values.length; i++) values[i] = next();
    return fromNDArray({ dtype: 'float32', shape: [...shape], data: values });
  }

  getConfig(): Record<string, unknown> {
    return { seed: this.#seed, ...this.#config };
  }
}

class ConstantInitializer implements Initializer {
  readonly className: string;
  readonly #value: number;

  constructor(className: string, value: number) {
    this.className = className;
    this.#value = value;
  }

  create(shape: Shape): Tensor {
    return full(shape, this.#value);
  }

  getConfig(): Record<string, unknown> {
    return this.className === 'Constant' ? { value: this.#value } : {};
  }
}

/** All 0. */
export function zeros(): Initializer {
  return new ConstantInitializer('Zeros', 0);
}

/** All 1. */
export function ones(): Initializer {
  return new ConstantInitializer('Ones', 1);
}

/** All `value`, 0 by default: `constant(0.1)` or `constant({ value: 0.1 })`. */
export function constant(options: number | { readonly value?: number } = {}): Initializer {
  if (typeof options === 'object') rejectUnknownOptions('initializers.constant', options, ['value']);
  const value = typeof options === 'object' ? (options.value ?? 0) : options;
  return new ConstantInitializer('Constant', checkNumber(value, 'initializers.constant'));
}

export interface NormalOptions extends SeedOption {
  /** 0 by default. */
  readonly mean?: number;
  /** The standard deviation, 0.05 by default. */
  readonly stddev?: number;
}

function normalOptions(options: NormalOptions, what: string): { mean: number; stddev: number } {
  rejectUnknownOptions(what, options, ['mean', 'stddev', 'seed']);
  return {
    mean: checkNumber(options.mean ?? 0, `${what}: mean`),
    stddev: checkNumber(options.stddev ?? 0.05, `${what}: stddev`, 0),
  };
}

/** Normal values. */
export function randomNormal(options: NormalOptions = {}): Initializer {
  const { mean, stddev } = normalOptions(options, 'initializers.randomNormal');
  const draw: Draw = (source) => () => mean + stddev * source.normal();
  return new RandomInitializer('RandomNormal', options, draw, { mean, stddev });
}

/** Normal values, drawn again while farther than two standard deviations from the mean. */
export function truncatedNormal(options: NormalOptions = {}): Initializer {
  const { mean, stddev } = normalOptions(options, 'initializers.truncatedNormal');
  const draw: Draw = (source) => () => mean + stddev * source.truncatedNormal();
  return new RandomInitializer('TruncatedNormal', options, draw, { mean, stddev });
}

export interface UniformOptions extends SeedOption {
  /** The least value, -0.05 by default. */
  readonly minval?: number;
  /** The bound above, 0.05 by default. */
  readonly maxval?: number;
}

/** Values that are equally likely everywhere between `minval` and `maxval`. */
export function randomUniform(options: UniformOptions = {}): Initializer {
  const what = 'initializers.randomUniform';
  rejectUnknownOptions(what, options, ['minval', 'maxval', 'seed']);
  const minval = checkNumber(options.minval ?? -0.05, `${what}: minval`);
  const maxval = checkNumber(options.maxval ?? 0.05, `${what}: maxval`, minval);
  const draw: Draw = (source) => () => minval + (maxval - minval) * source.uniform();
  return new RandomInitializer('RandomUniform', options, draw, { minval, maxval });
}

type FanMode = 'fanIn' | 'fanOut' | 'fanAvg';
type Distribution = 'uniform' | 'truncatedNormal' | 'untruncatedNormal';

// A standard normal cut off at two standard deviations has this deviation; dividing by it restores the wanted one.
const truncatedDeviation = 0.87962566103423978;

function scaledDraw(scale: number, mode: FanMode, distribution: Distribution): Draw {
  return (source, shape) => {
    const { fanIn, fanOut } = computeFans(shape);
    const fan = mode === 'fanIn' ? fanIn : mode === 'fanOut' ? fanOut : (fanIn + fanOut) / 2;
    const variance = scale / Math.max(1, fan);
    if (distribution === 'uniform') {
      const limit = Math.sqrt(3 * variance);
      return () => -limit + 2 * limit * source.uniform();
    }
    if (distribution === 'untruncatedNormal') return () => Math.sqrt(variance) * source.normal();
    const deviation = Math.sqrt(variance) / truncatedDeviation;
    return () => deviation * source.truncatedNormal();
  };
}

function scaled(
  className: string,
  scale: number,
  mode: FanMode,
  distribution: Distribution,
): (options?: SeedOption) => Initializer {
  const name = className[0]!.toLowerCase() + className.slice(1);
  return (options = {}) => {
    rejectUnknownOptions(`initializers.${name}`, options, ['seed']);
    return new RandomInitializer(className, options, scaledDraw(scale, mode, distribution));
  };
}

export interface VarianceScalingOptions extends SeedOption {
  /** 1 by default. */
  readonly scale?: number;
  /** `fanIn` by default. */
  readonly mode?: Spelling<FanMode>;
  /** `truncatedNormal` by default. */
  readonly distribution?: Spelling<Distribution>;
}

const fanModes = { fanIn: 'fan_in', fanOut: 'fan_out', fanAvg: 'fan_avg' } as const;
const distributions = {
  uniform: 'uniform',
  truncatedNormal: 'truncated_normal',
  untruncatedNormal: 'untruncated_normal',
} as const;

/** Values of variance scale / n, where n counts a weight's inputs, its outputs, or is the mean of the two. */
export function varianceScaling(options: VarianceScalingOptions = {}): Initializer {
  const what = 'initializers.varianceScaling';
  rejectUnknownOptions(what, options, ['scale', 'mode', 'distribution', 'seed']);
  const scale = checkNumber(options.scale ?? 1, `${what}: scale`, Number.MIN_VALUE);
  const mode = lookUp(`mode of ${what}`, options.mode ?? 'fanIn', fanModes);
  const distribution = lookUp(
    `distribution of ${what}`,
    options.distribution ?? 'truncatedNormal',
    distributions,
    { normal: 'truncatedNormal' }, //
  );
  const draw = scaledDraw(scale, mode.key as FanMode, distribution.key as Distribution);
  const config = { scale, mode: mode.value, distribution: distribution.value };
  return new RandomInitializer('VarianceScaling', options, draw, config);
}

/** Uniform up to sqrt(6 / (fan in + fan out)) (Glorot and Bengio, 2010): Keras's default for kernels. */
export const glorotUniform = scaled('GlorotUniform', 1, 'fanAvg', 'uniform');
/** Truncated normal of variance 2 / (fan in + fan out) (Glorot and Bengio, 2010). */
export const glorotNormal = scaled('GlorotNormal', 1, 'fanAvg', 'truncatedNormal');
/** Uniform up to sqrt(6 / fan in), for relu (He et al., 2015). */
export const heUniform = scaled('HeUniform', 2, 'fanIn', 'uniform');
/** Truncated normal of variance 2 / fan in, for relu (He et al., 2015). */
export const heNormal = scaled('HeNormal', 2, 'fanIn', 'truncatedNormal');
/** Uniform up to sqrt(3 / fan in) (LeCun et al., 1998). */
export const lecunUniform = scaled('LecunUniform', 1, 'fanIn', 'uniform');
/** Truncated normal of variance 1 / fan in (LeCun et al., 1998). */
export const lecunNormal = scaled('LecunNormal', 1, 'fanIn', 'truncatedNormal');
