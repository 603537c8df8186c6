// The networks of the workloads and the samples that they see.
import { datasets, layers, networks, sequential, setRandomSeed, type Sequential, type Tensor } from 'nacre';

/** A network by name, and the units of its hidden layer where they are not those of the tutorial. */
export interface NetworkChoice {
  readonly network: 'first' | 'cnn' | 'deep-cnn';
  readonly hidden?: number;
}

/** A workload's network with weights that are the same in every process. */
export function createModel({ network, hidden }: NetworkChoice): Sequential {
  setRandomSeed(1);
  if (network === 'deep-cnn') return createDeepCnn();
  return hidden === undefined ? networks[network].create() : createFirst(hidden);
}

function compiled(model: Sequential): Sequential {
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

/** The tutorials' first network with another number of hidden units. */
function createFirst(hidden: number): Sequential {
  return compiled(
    sequential([
      layers.flatten({ inputShape: [28, 28] }),
      layers.dense({ units: hidden, activation: 'relu' }),
      layers.dropout({ rate: 0.2 }),
      layers.dense({ units: 10, activation: 'softmax' }),
    ]),
  );
}

/** Filters and convolutions of each block; each but the last ends with a pooling. As in peers/common.py. */
const deepBlocks = [
  { filters: 16, convolutions: 7 },
  { filters: 32, convolutions: 6 },
  { filters: 64, convolutions: 6 },
] as const;

/** Twenty layers with weights: 19 convolutions of 3x3 over 28x28, 14x14 and 7x7 places, and one dense layer. */
function createDeepCnn(): Sequential {
  const model = sequential([layers.input({ shape: [28, 28, 1] })]);
  deepBlocks.forEach(({ filters, convolutions }, block) => {
    if (block > 0) model.add(layers.maxPooling2d({ poolSize: 2 }));
    for (let i = 0; i < convolutions; i++)
      model.add(
        layers.conv2d({
          filters,
          kernelSize: 3,
          padding: 'same',
          activation: 'relu',
          // With Glorot's, so many layers would pass nothing on, and any training would look like any other.
          kernelInitializer: 'heNormal',
        }),
      );
  });
  model.add(layers.flatten());
  model.add(layers.dense({ units: 10, activation: 'softmax' }));
  return compiled(model);
}

/** The first training samples of MNIST: images [count, 28, 28] of 0 to 1, and labels [count]. */
export async function loadSamples(count: number): Promise<[x: Tensor, y: Tensor]> {
  const [[x, y]] = await datasets.mnist.load();
  return [x.slice([0, count]).div(255), y.slice([0, count])];
}

/** As many samples as MNIST has for training. */
export const mostSamples = 60_000;
