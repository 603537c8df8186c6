// The networks of the workloads and the samples that they see.
import { datasets, layers, sequential, setRandomSeed, type Sequential, type Tensor } from 'nacre';
import { networks } from '../apps/mnist/networks.js';
import type { Inference, Training } from './workloads.js';

/** A workload's network with weights that are the same in every process. */
export function createModel(workload: Training | Inference): Sequential {
  setRandomSeed(1);
  const hidden = workload.kind === 'training' ? workload.hidden : undefined;
  return hidden === undefined ? networks[workload.network].create() : createFirst(hidden);
}

/** The tutorials' first network with another number of hidden units. */
function createFirst(hidden: number): Sequential {
  const model = sequential([
    layers.flatten({ inputShape: [28, 28] }),
    layers.dense({ units: hidden, activation: 'relu' }),
    layers.dropout({ rate: 0.2 }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

/** The first training samples of MNIST: images [count, 28, 28] of 0 to 1, and labels [count]. */
export async function loadSamples(count: number): Promise<[x: Tensor, y: Tensor]> {
  const [[x, y]] = await datasets.mnist.load();
  return [x.slice([0, count]).div(255), y.slice([0, count])];
}

/** As many samples as MNIST has for training. */
export const mostSamples = 60_000;
