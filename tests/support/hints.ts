// Trains small models and says which hints fit gave.
import { RandomStream } from '../../src/base/random.js';
import { hintNames, pageOf, type HintName } from '../../src/nn/hints/hint.js';
import type { Initializer } from '../../src/nn/initializers.js';
import { dense } from '../../src/nn/layers/index.js';
import { sequential, type Sequential } from '../../src/nn/model/sequential.js';
import { setRandomSeed } from '../../src/nn/naming.js';
import { adam } from '../../src/nn/optimizers/index.js';
import type { OptimizerOption } from '../../src/nn/optimizers/resolve.js';
import { fromNDArray } from '../../src/tensor/creation.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { consoleOf, resetConsole } from './console.js';

/** Every hint: two sentences at most, and where to read on. */
const form = /^Hint: [^.!?](?:[^.!?]|[.](?=\S))*[.] (?:(?:[^.!?]|[.](?=\S))+[.] )?See (docs\/hints\/[a-z-]+\.md)\.$/;

/** The hints that `train` brings about, by name. @throws where a warning has not the form of a hint */
export async function hintsOf(train: () => Promise<unknown>): Promise<HintName[]> {
  return (await linesOf(train)).map((line) => {
    const page = form.exec(line)?.[1];
    const name = hintNames.find((known) => pageOf(known) === page);
    if (!name) throw new Error(`This has not the form of a hint: ${line}`);
    return name;
  });
}

/** What `train` warns of. */
export async function linesOf(train: () => Promise<unknown>): Promise<string[]> {
  const output = consoleOf();
  try {
    await train();
    return output.warnings();
  } finally {
    resetConsole();
  }
}

export interface Points {
  readonly x: Tensor;
  readonly y: Tensor;
}

export interface PointOptions {
  readonly count: number;
  readonly classes?: number;
  readonly features?: number;
  /** How far the classes' centres lie apart, in standard deviations of a class; 0 for labels that mean nothing. */
  readonly distance?: number;
  /** How often class 0 occurs in place of any other. */
  readonly shareOfFirst?: number;
  readonly seed?: number;
}

/** Points [count, features] around a centre for each class, and their classes, int32 [count]. */
export function points(options: PointOptions): Points {
  const { count, classes = 4, features = 8, distance = 4, shareOfFirst = 0, seed = 1 } = options;
  const stream = new RandomStream(seed, 11);
  // Centres are the same for every seed, so that other points can be drawn to validate with.
  const fixed = new RandomStream(99, 12);
  const centres = Float32Array.from({ length: classes * features }, () => (fixed.normal() * distance) / Math.sqrt(2));
  const labels = Int32Array.from({ length: count }, () =>
    stream.below(1000) < 1000 * shareOfFirst ? 0 : stream.below(classes),
  );
  const data = Float32Array.from(
    { length: count * features },
    (_, i) => stream.normal() + centres[labels[Math.floor(i / features)]! * features + (i % features)]!,
  );
  return {
    x: fromNDArray({ dtype: 'float32', shape: [count, features], data }),
    y: fromNDArray({ dtype: 'int32', shape: [count], data: labels }),
  };
}

export interface ClassifierOptions {
  readonly optimizer?: OptimizerOption;
  readonly units?: number;
  readonly classes?: number;
  /** Of the hidden layer's biases. */
  readonly biasInitializer?: Initializer;
}

/** 8 features, one relu layer, softmax: trained from the same weights each time. */
export function classifier(options: ClassifierOptions = {}): Sequential {
  const { optimizer = adam(0.01), units = 16, classes = 4, biasInitializer } = options;
  setRandomSeed(1);
  const bias = biasInitializer ? { biasInitializer } : {};
  const model = sequential([
    dense({ units, activation: 'relu', inputShape: [8], ...bias }),
    dense({ units: classes, activation: 'softmax' }),
  ]);
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}
