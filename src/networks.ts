// The tutorials' networks, each with what its tutorial trains it with. The commands and the benchmarks take them from
// here; examples/ spells each of them out.
import * as layers from './nn/layers/index.js';
import * as losses from './nn/losses/index.js';
import type { CompileOptions } from './nn/model/compiled.js';
import { sequential, type Sequential } from './nn/model/sequential.js';
import * as optimizers from './nn/optimizers/index.js';
import * as schedules from './nn/optimizers/schedules/index.js';
import { toCategorical } from './nn/to-categorical.js';
import type { Tensor } from './tensor/tensor.js';

/** What a tutorial validates with after each epoch: nothing, the test images, or a part of the training images. */
export type Validation = 'none' | 'test' | { readonly split: number };

/** What a network is to tell apart: images of a size, with so many channels, of so many classes. */
export interface ImageClasses {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: number;
}

/** MNIST's digits, which the tutorials train on. */
export const mnistClasses: ImageClasses = { height: 28, width: 28, channels: 1, classes: 10 };

/** A network and how its tutorial trains it. */
export interface Network {
  /** One line for `--help`. */
  readonly description: string;
  readonly epochs: number;
  readonly batchSize: number;
  readonly validation: Validation;
  /** MNIST's images [samples, 28, 28] of pixels 0 to 255 -> what the network takes. */
  readonly prepareImages: (images: Tensor) => Tensor;
  /** MNIST's labels [samples] of 0 to 9 -> what the loss takes. */
  readonly prepareLabels: (labels: Tensor) => Tensor;
  /** Whether the last layer gives logits rather than probabilities. */
  readonly givesLogits: boolean;
  /** Builds the network and compiles it: for MNIST unless told otherwise. */
  readonly create: (images?: ImageClasses) => Sequential;
}

type Layer = Parameters<Sequential['add']>[0];

const scaled = (images: Tensor): Tensor => images.div(255);
/** Each image as a row of 784 numbers. */
const flat = (images: Tensor): Tensor => images.reshape([-1, 784]).div(255);
const asTheyAre = (labels: Tensor): Tensor => labels;
const oneHot = (labels: Tensor): Tensor => toCategorical(labels, 10);

function compiled(model: Sequential, options: Omit<CompileOptions, 'metrics'>): Sequential {
  model.compile({ ...options, metrics: ['accuracy'] });
  return model;
}

/** The shape of an image before it is flattened; a grey one needs no axis of channels. */
const imageShape = ({ height, width, channels }: ImageClasses): number[] =>
  channels === 1 ? [height, width] : [height, width, channels];

const pixelsOf = ({ height, width, channels }: ImageClasses): number => height * width * channels;

function first(images: ImageClasses, optimizer: NonNullable<CompileOptions['optimizer']>): Sequential {
  const model = sequential([
    layers.flatten({ inputShape: imageShape(images) }),
    layers.dense({ units: 128, activation: 'relu' }),
    layers.dropout({ rate: 0.2 }),
    layers.dense({ units: images.classes, activation: 'softmax' }),
  ]);
  return compiled(model, { optimizer, loss: 'sparseCategoricalCrossentropy' });
}

function cnn({ height, width, channels, classes }: ImageClasses, ...beforeLast: readonly Layer[]): Sequential {
  const model = sequential([
    layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu', inputShape: [height, width, channels] }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
    layers.dense({ units: 128, activation: 'relu' }),
    ...beforeLast,
    layers.dense({ units: classes, activation: 'softmax' }),
  ]);
  return compiled(model, { optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
}

/** The networks by name. */
export const networks = {
  first: {
    description: 'dense 128, dropout 0.2, dense 10',
    epochs: 5,
    batchSize: 32,
    validation: 'none',
    prepareImages: scaled,
    prepareLabels: asTheyAre,
    givesLogits: false,
    create: (images = mnistClasses) => first(images, 'adam'),
  },
  onehot: {
    description: 'dense 128, dense 10, on one-hot labels',
    epochs: 10,
    batchSize: 64,
    validation: { split: 0.2 },
    prepareImages: flat,
    prepareLabels: oneHot,
    givesLogits: false,
    create: (images: ImageClasses = mnistClasses) => {
      const model = sequential([
        layers.input({ shape: [pixelsOf(images)] }),
        layers.dense({ units: 128, activation: 'relu' }),
        layers.dense({ units: images.classes, activation: 'softmax' }),
      ]);
      return compiled(model, { optimizer: 'adam', loss: 'categoricalCrossentropy' });
    },
  },
  deeper: {
    description: 'dense 256, dense 128, dropout 0.2, dense 10, adam with decay',
    epochs: 10,
    batchSize: 64,
    validation: { split: 0.2 },
    prepareImages: flat,
    prepareLabels: oneHot,
    givesLogits: false,
    create: (images: ImageClasses = mnistClasses) => {
      const model = sequential();
      model.add(layers.dense({ units: 256, activation: 'relu', inputShape: [pixelsOf(images)] }));
      model.add(layers.dense({ units: 128, activation: 'relu' }));
      model.add(layers.dropout({ rate: 0.2 }));
      model.add(layers.dense({ units: images.classes, activation: 'softmax' }));
      const optimizer = optimizers.adam({ learningRate: 0.001, decay: 1e-6 });
      return compiled(model, { optimizer, loss: 'categoricalCrossentropy' });
    },
  },
  logits: {
    description: 'dense 64, dense 10 without activation, the loss from logits',
    epochs: 10,
    batchSize: 64,
    validation: 'test',
    prepareImages: scaled,
    prepareLabels: asTheyAre,
    givesLogits: true,
    create: (images: ImageClasses = mnistClasses) => {
      const model = sequential([
        layers.flatten({ inputShape: imageShape(images) }),
        layers.dense({ units: 64, activation: 'relu' }),
        layers.dense({ units: images.classes }),
      ]);
      const loss = losses.sparseCategoricalCrossentropy({ fromLogits: true });
      return compiled(model, { optimizer: optimizers.adam(0.001), loss });
    },
  },
  'two-hidden': {
    description: 'dense 128, dense 64, dense 10, on one-hot labels',
    epochs: 10,
    batchSize: 32,
    validation: { split: 0.2 },
    prepareImages: scaled,
    prepareLabels: oneHot,
    givesLogits: false,
    create: (images: ImageClasses = mnistClasses) => {
      const model = sequential([
        layers.flatten({ inputShape: imageShape(images) }),
        layers.dense({ units: 128, activation: 'relu' }),
        layers.dense({ units: 64, activation: 'relu' }),
        layers.dense({ units: images.classes, activation: 'softmax' }),
      ]);
      return compiled(model, { optimizer: 'adam', loss: 'categoricalCrossentropy' });
    },
  },
  cnn: {
    description: 'two convolutions of 32 and 64 filters with pooling, dense 128, dense 10',
    epochs: 5,
    batchSize: 32,
    validation: 'test',
    prepareImages: scaled,
    prepareLabels: asTheyAre,
    givesLogits: false,
    create: (images = mnistClasses) => cnn(images),
  },
  'cnn-dropout': {
    description: 'cnn with dropout 0.5 before the last layer',
    epochs: 5,
    batchSize: 32,
    validation: 'none',
    prepareImages: scaled,
    prepareLabels: asTheyAre,
    givesLogits: false,
    create: (images = mnistClasses) => cnn(images, layers.dropout({ rate: 0.5 })),
  },
  schedule: {
    description: 'first, with a learning rate that decays exponentially from 0.01',
    epochs: 5,
    batchSize: 32,
    validation: 'none',
    prepareImages: scaled,
    prepareLabels: asTheyAre,
    givesLogits: false,
    create: (images: ImageClasses = mnistClasses) => {
      const rate = schedules.exponentialDecay({ initialLearningRate: 1e-2, decaySteps: 10000, decayRate: 0.9 });
      return first(images, optimizers.adam(rate));
    },
  },
} as const satisfies Readonly<Record<string, Network>>;

export type NetworkName = keyof typeof networks;

/** The names of all networks, in the order of the tutorials. */
export const networkNames = Object.keys(networks) as readonly NetworkName[];
